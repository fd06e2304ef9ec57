"""Reads orders of a period at bol: `manage.py fetch_orders --since 2026-11-01`."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from connections import bol, flows
from connections.choosing import choose_connections
from connections.models import Connection
from orders import noting
from orders.days import DAY, day_of
from orders.looking import look_at_day
from orders.windows import HISTORY


class Command(BaseCommand):
    """Read every list of changes from a day on, and each order in it that is not here as bol has it."""

    help = "Fetch every order that changed at bol since a day, day by day; what is here already is not read again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=_day, metavar="DATE", required=True, help="such as 2026-11-01")
        parser.add_argument("--connection", help="its name; default: every active connection")

    def handle(self, *args: Any, **options: Any) -> None:
        troubles = 0
        for connection in choose_connections(options["connection"]):
            self.stdout.write(f"{connection}:")
            try:
                for line in _fetch(connection, options["since"]):
                    self.stdout.write(f"  {line}")
            except bol.BolError as error:
                troubles += 1
                self.stderr.write(f"  {error}")
        if troubles:
            raise CommandError(
                "Not every connection could be read. What was noted before is fetched by the worker."
            )


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is no date; write it as 2026-12-31.") from None
    today = day_of(timezone.now())
    first = day_of(timezone.now() - HISTORY)
    if not first <= day <= today:
        raise ArgumentTypeError(f"bol shows what changed from {first} to {today}; {text} is not in it.")
    return day


def _fetch(connection: Connection, since: date) -> Iterator[str]:
    """Read the lists, then the orders; yield what to print."""
    if not connection.is_active:
        yield f"nothing is read, the connection is {connection.get_status_display().lower()}"
        return
    day, today = since, day_of(timezone.now())
    while day <= today:
        seen = look_at_day(connection, day)
        yield f"{day}: {seen.listed} changed at bol, {seen.new} of them new and {seen.changed} different here"
        day += DAY
    report = flows.run_until_complete(connection, noting.FLOW)
    counts = ", ".join(f"{number} {name}" for name, number in report.counts.items() if name != "listed")
    yield f"read: {report.skipped or counts or 'nothing, all of it was here'}"
