"""Filters of the list of orders."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from orders.models import Order


class CountryFilter(admin.SimpleListFilter):
    """By the country the parcel goes to; bol delivers in two, so nothing has to be counted."""

    title = _("country")
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("NL", _("Netherlands")), ("BE", _("Belgium"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        return queryset.filter(shipping_country=self.value()) if self.value() else queryset
