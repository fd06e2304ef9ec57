"""`manage.py export_orders`: orders as a spreadsheet for the bookkeeping."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from connections.choosing import choose_connection
from offers.spreadsheets import UnknownFormat, write_file
from orders.exports import bookkeeping, placed_between
from orders.models import Order


class Command(BaseCommand):
    """Write a row per order item to a CSV or XLSX file by its suffix; no customer is in it."""

    help = "Export orders to FILE (.csv or .xlsx) for the bookkeeping, a row per order item, without personal data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--since", type=_day, metavar="DATE", help="only what was ordered from this day on"
        )
        parser.add_argument(
            "--until", type=_day, metavar="DATE", help="only what was ordered up to this day, it included"
        )
        parser.add_argument("--connection", help="only the orders of this connection")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            count = write_file(bookkeeping(_chosen(options)), path)
        except UnknownFormat as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{count} order items are in {path}.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is no date; write it as 2026-12-31.") from None


def _chosen(options: dict[str, Any]) -> QuerySet[Order]:
    since, until = options["since"], options["until"]
    if since and until and since > until:
        raise CommandError(f"--since {since} is after --until {until}: no order can be between them.")
    orders = placed_between(Order.objects.all(), since, until)
    if options["connection"]:
        orders = orders.filter(connection=choose_connection(options["connection"]))
    return orders
