"""Puts the house together."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class BackofficeConfig(AppConfig):
    name = "backoffice"

    def ready(self) -> None:
        """Give every cluster of this process queues that outlive their processes."""
        # django-q2's cluster may only be imported when all apps are.
        import_module("backoffice.queue").install()


class BackofficeAdminConfig(AdminConfig):
    default_site = "backoffice.site.BackofficeSite"
