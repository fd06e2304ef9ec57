"""Catches up by hand after a gap: `manage.py recover --since 2026-04-17T13:00`."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from connections import flows, recovering
from connections.choosing import choose_connections
from connections.models import Connection, Recovery
from connections.recovery_report import OUTCOMES, fetched_of, lines_of

# In this order a worker would come to them too; a flow that finds nothing to do ends at once.
ROUND = ("orders", "returns", "outbox", "process-statuses")
PAUSE_SECONDS = 1.0


class Command(BaseCommand):
    help = (
        "Fetches once more everything since a moment, then sends what waits: stock, parcels, the rest. Works in the "
        "foreground until everything is settled, and prints a report; it may be run twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", required=True, help="day, or day and time: 2026-04-17T13:00")
        parser.add_argument("--connection", help="its name; default: every active connection")
        parser.add_argument("--json", action="store_true", help="print one JSON object for scripts")

    def handle(self, *args: Any, **options: Any) -> None:
        since = _moment(options["since"])
        begun = [
            recovering.begin(connection, since) for connection in choose_connections(options["connection"])
        ]
        for recovery in begun:
            _work(recovery)
        if options["json"]:
            self.stdout.write(json.dumps({"recoveries": [_as_json(recovery) for recovery in begun]}))
        else:
            for recovery in begun:
                self.stdout.write(_in_words(recovery))


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
        day = parse_date(text)
    except ValueError as error:
        raise CommandError(f"“{text}” is no moment: {error}.") from error
    if moment is None and day:
        moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - made aware below
    if moment is None:
        raise CommandError(f"“{text}” is no moment. Write it as 2026-04-17 or 2026-04-17T13:00.")
    aware = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
    if aware > timezone.now():
        raise CommandError(f"“{text}” is still to come.")
    return aware


def _work(recovery: Recovery) -> None:
    """Run the flows of a connection until its recovery is over; the workers may do so at the same time."""
    connection = Connection.objects.get(pk=recovery.connection_id)
    if not connection.is_active:
        raise CommandError(f"{connection} is {connection.get_status_display().lower()}: resume it first.")
    while Recovery.objects.open().filter(pk=recovery.pk).exists():
        for name in ROUND:
            flows.attempt(connection, name)
        recovering.advance(recovery)
        if recovery.ended_at is None:
            time.sleep(PAUSE_SECONDS)
    recovery.refresh_from_db()


def _as_json(recovery: Recovery) -> dict[str, Any]:
    return {
        "connection": recovery.connection.name,
        "since": recovery.since.isoformat(),
        "ended_at": recovery.ended_at.isoformat() if recovery.ended_at else None,
        **(recovery.report or {}),
    }


def _in_words(recovery: Recovery) -> str:
    report = recovery.report or {"fetched": {}, "told": {}}
    fetched = ", ".join(f"{number} {label}" for label, number in fetched_of(report))
    lines = [f"{recovery.connection.name}: new here: {fetched}"]
    for line in lines_of(report):
        numbers = ", ".join(
            f"{number} {name.replace('_', ' ')}"
            for name, number in zip(OUTCOMES, line["numbers"], strict=True)
            if number
        )
        lines.append(f"  {line['title']}: {numbers}")
    return "\n".join(lines)
