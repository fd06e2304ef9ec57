"""Marks an order, or a list of orders, shipped from the command line, as the pages do."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError

from connections.choosing import choose_connection
from connections.sources import working_with
from orders.models import Order, OrderItem
from orders.parcel_lists.loading import note_refusals, save_new_codes
from orders.parcel_lists.proposing import Proposed, Wishes, propose_list
from orders.parcel_lists.reading import Line, Unreadable, read_text, text_of
from orders.proposing import choose_carrier
from orders.queries import usual_transporter
from orders.services import Parcel, mark_batch, mark_shipped
from orders.track_and_trace import tidy
from orders.transporters import find, transporters


class Command(BaseCommand):
    help = (
        "Record that a parcel left for an order, and have bol told. Without --item it holds all that is open. With "
        "--file the parcels of a list: order, track and trace and, if you like, carrier."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("order_id", metavar="ORDER_ID", nargs="?")
        parser.add_argument("--file", metavar="LIST", help="a CSV or XLSX file instead of one order")
        parser.add_argument("--connection", metavar="NAME", help="the connection that the orders belong to")
        parser.add_argument(
            "--transporter", default="", metavar="CODE", help="bol's code, such as TNT; else the code tells"
        )
        parser.add_argument("--track-and-trace", default="", metavar="CODE")
        parser.add_argument("--reference", default="", metavar="TEXT", help="your own, at most 90 characters")
        parser.add_argument(
            "--item",
            action="append",
            metavar="ID:QTY",
            help="an order item and how many of it; may be repeated",
        )
        parser.add_argument(
            "--ship-anyway", action="store_true", help="also where the customer asked to cancel"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["order_id"]) == bool(options["file"]):
            raise CommandError("Name an order, or a list with --file; one of the two.")
        with working_with("mark_shipped"):
            if options["file"]:
                self._mark_list(options)
            else:
                self._mark_one(options)

    def _mark_one(self, options: dict[str, Any]) -> None:
        order = _find(options["order_id"], options["connection"])
        code = tidy(options["track_and_trace"])
        parcel = Parcel(
            order.pk,
            choose_carrier(_carrier(options), code, usual_transporter(None)).code,
            code,
            _quantities(order, options["item"]) if options["item"] else None,
            reference=options["reference"],
            despite_request=options["ship_anyway"],
        )
        done = mark_shipped([parcel])
        if done.refusals:
            raise CommandError(" ".join(_told(refusal.field, refusal.reason) for refusal in done.refusals))
        self.stdout.write(f"Parcel {done.shipments[0]} is recorded and waits to be announced.")

    def _mark_list(self, options: dict[str, Any]) -> None:
        lines, proposed = self._read(options)
        _batch, done = mark_batch(
            [proposal.parcel for proposal in proposed.parcels],
            token=uuid4(),
            source=Path(options["file"]).name,
        )
        if done:
            note_refusals(proposed, done.refusals, lines)
        saved, problems = save_new_codes(proposed.new_codes, by=None)
        proposed.problems += problems
        self._tell(proposed, len(done.shipments) if done else 0, saved)

    def _tell(self, proposed: Proposed, recorded: int, saved: int) -> None:
        self.stdout.write(f"{recorded} parcels are recorded and wait to be announced.")
        if saved:
            self.stdout.write(f"{saved} parcels that left already have their new codes.")
        if proposed.known:
            self.stdout.write(f"{len(proposed.known)} lines were recorded before.")
        for problem in proposed.problems:
            self.stderr.write(f"line {problem.line.number}, {_told(problem.column_name, problem.reason)}")
        if proposed.problems:
            raise CommandError(f"{len(proposed.problems)} lines were not recorded.")

    def _read(self, options: dict[str, Any]) -> tuple[list[Line], Proposed]:
        try:
            with Path(options["file"]).open("rb") as file:
                lines = read_text(text_of(file))
        except (OSError, Unreadable) as error:
            raise CommandError(str(error)) from error
        connection = choose_connection(options["connection"]) if options["connection"] else None
        usual = usual_transporter(None)
        wishes = Wishes(connection, _carrier(options), usual, options["ship_anyway"])
        return lines, propose_list(lines, wishes)


def _told(field: str, reason: str) -> str:
    return f"{field}: {reason}" if field else reason


def _carrier(options: dict[str, Any]) -> str:
    return find(options["transporter"], transporters()) or options["transporter"]


def _find(order_id: str, connection: str | None) -> Order:
    found = Order.objects.filter(order_id=order_id).select_related("connection")
    orders = list(found.filter(connection=choose_connection(connection)) if connection else found[:2])
    if len(orders) == 1:
        return orders[0]
    if orders:
        raise CommandError(f"Several connections have an order {order_id}: name one with --connection.")
    elsewhere = found.first()
    if elsewhere:
        raise CommandError(
            f"connection: order {order_id} belongs to “{elsewhere.connection}”, not to “{connection}”."
        )
    raise CommandError(f"There is no order {order_id}. Has it been fetched?")


def _quantities(order: Order, texts: list[str]) -> dict[int, int]:
    quantities: dict[int, int] = {}
    for text in texts:
        item_id, _colon, quantity = text.rpartition(":")
        if not item_id or not quantity.isdecimal():
            raise CommandError(f"“{text}” is not of the form ID:QTY, such as 2012345678:1.")
        item = OrderItem.objects.filter(order=order, order_item_id=item_id).first()
        if item is None:
            raise CommandError(f"Order {order} has no item {item_id}.")
        quantities[item.pk] = quantities.get(item.pk, 0) + int(quantity)
    return quantities
