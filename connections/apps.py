"""The ground floor: a merchant's accounts at bol and everything that crosses the line."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ConnectionsConfig(AppConfig):
    name = "connections"
    verbose_name = _("Connections")

    def ready(self) -> None:
        """Let every app register what it sends, fetches and plans, as Django does for the admin."""
        autodiscover_modules("operations", "flows", "notifications", "schedules", "alerting")
