"""Watches everything: `manage.py watch` for ever, `manage.py watch --once` from a timer."""

from __future__ import annotations

import json
import logging
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

from connections.models import Alert
from connections.monitoring.rules import title_of
from connections.monitoring.watching import watch

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Evaluates the alert rules, tells people by e-mail and webhook, and shows what is open. It runs outside of the "
        "workers, which are among what it watches."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="one look, for a timer; exit code 1 with open alerts"
        )
        parser.add_argument("--json", action="store_true", help="print the open alerts as JSON")
        parser.add_argument("--interval", type=float, default=60, help="seconds between two looks")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            watch()
            self._show(as_json=options["json"])
            raise SystemExit(int(Alert.objects.open().exists()))
        while True:
            # First the pause: whatever was started together with the watch has not had its turn yet.
            time.sleep(options["interval"])
            self._look(as_json=options["json"])

    def _look(self, *, as_json: bool) -> None:
        """Look once, and say what changed; a database that is away must not end the watch."""
        try:
            close_old_connections()
            done = watch()
        except DatabaseError:
            logger.exception("The database cannot be reached: nothing could be looked at.")
            return
        for alert in done.opened:
            self.stdout.write(f"opened: {_line(alert)}")
        for alert in done.ended:
            self.stdout.write(f"over:   {_line(alert)}")
        if as_json:
            self._show(as_json=True)

    def _show(self, *, as_json: bool) -> None:
        found = list(Alert.objects.open().select_related("connection").order_by("severity", "opened_at"))
        if as_json:
            self.stdout.write(
                json.dumps({"alerts": [_as_dict(alert) for alert in found]}, ensure_ascii=False)
            )
        else:
            self.stdout.write("\n".join(map(_line, found)) or "Nothing is wrong.")


def _line(alert: Alert) -> str:
    return f"[{alert.get_severity_display()}] {title_of(alert.rule)}: {alert.text}"


def _as_dict(alert: Alert) -> dict[str, Any]:
    return {
        "rule": alert.rule,
        "about": alert.key,
        "urgent": alert.severity == Alert.Severity.NOW,
        "text": alert.text,
        "connection": alert.connection.name if alert.connection else None,
        "opened_at": alert.opened_at.isoformat(),
        "acknowledged": alert.acknowledged_at is not None,
    }
