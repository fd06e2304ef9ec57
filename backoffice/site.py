"""The admin site of the back office."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite


class BackofficeSite(UnfoldAdminSite):
    """The theme's site, which works out no list of all models for every page: our navigation replaces it."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        find = super().get_app_list
        return find(request, app_label) if app_label else SimpleLazyObject(lambda: find(request))
