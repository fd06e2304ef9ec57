"""Marks an order shipped from the command line, as the pages do."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders.models import Order, OrderItem
from orders.services import Parcel, mark_shipped


class Command(BaseCommand):
    help = (
        "Record that a parcel left for an order, and have bol told. Without --item it holds all that is open."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("order_id", metavar="ORDER_ID")
        parser.add_argument(
            "--connection", help="name of the connection, where several have an order of this id"
        )
        parser.add_argument("--transporter", required=True, metavar="CODE", help="bol's code, such as TNT")
        parser.add_argument("--track-and-trace", default="", metavar="CODE")
        parser.add_argument(
            "--item",
            action="append",
            metavar="ID:QTY",
            help="an order item and how many of it; may be repeated",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        order = _find(options["order_id"], options["connection"])
        quantities = _quantities(order, options["item"]) if options["item"] else None
        parcel = Parcel(order.pk, options["transporter"], options["track_and_trace"], quantities)
        done = mark_shipped([parcel])
        if done.refusals:
            raise CommandError(" ".join(refusal.reason for refusal in done.refusals))
        self.stdout.write(f"Parcel {done.shipments[0]} is recorded and waits to be announced.")


def _find(order_id: str, connection: str | None) -> Order:
    found = Order.objects.filter(order_id=order_id)
    if connection:
        found = found.filter(connection__name=connection)
    orders = list(found[:2])
    if not orders:
        raise CommandError(f"There is no order {order_id}. Has it been fetched?")
    if len(orders) > 1:
        raise CommandError(f"Several connections have an order {order_id}: name one with --connection.")
    return orders[0]


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
