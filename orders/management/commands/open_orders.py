"""Tells where bol and we disagree about what was shipped: `manage.py open_orders`."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from connections.choosing import choose_connection
from orders.models import Order
from orders.standing import items_of
from orders.worklists import WORK_LISTS, WorkList

# The work lists that name a disagreement, in both directions.
DIRECTIONS = ("only-here", "only-at-bol")
CHUNK = 500


class Command(BaseCommand):
    """Print both lists, and end with 1 where there is anything in them."""

    help = "List orders that are shipped here and open at bol, and the other way round. Exit code 1: there are some."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--connection", help="its name; default: all connections")
        parser.add_argument("--json", action="store_true", help="print one JSON object for scripts")

    def handle(self, *args: Any, **options: Any) -> None:
        found = {name: list(_told(WORK_LISTS[name], options["connection"])) for name in DIRECTIONS}
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        else:
            for name, orders in found.items():
                self._print(WORK_LISTS[name], orders)
        if any(found.values()):
            sys.exit(1)

    def _print(self, listed: WorkList, orders: list[dict[str, Any]]) -> None:
        self.stdout.write(f"{listed.title}: {len(orders) or 'none'}")
        for order in orders:
            self.stdout.write(f"  {order['connection']}, {order['order']}, since {order['since']}:")
            for item in order["items"]:
                self.stdout.write(f"    {_sentence(item)}")


def _told(listed: WorkList, connection: str | None) -> Iterator[dict[str, Any]]:
    """Yield the orders of a work list, without a word of the customer."""
    orders = listed.orders().select_related("connection").order_by(*listed.ordering)
    if connection:
        orders = orders.filter(connection=choose_connection(connection))
    known = list(orders.defer("raw", "shipping_details", "billing_details"))
    for start in range(0, len(known), CHUNK):
        part = known[start : start + CHUNK]
        items = items_of([order.pk for order in part])
        for order in part:
            yield _row(order, getattr(order, listed.moment), items[order.pk])


def _row(order: Order, since: Any, items: list[Any]) -> dict[str, Any]:
    return {
        "connection": order.connection.name,
        "order": order.order_id,
        "since": since.isoformat(timespec="minutes"),
        "items": [
            {
                "item": item.order_item_id,
                "ean": item.ean,
                "ordered": item.quantity,
                "cancelled": item.quantity_cancelled,
                "shipped_here": item.own_quantity,
                "shipped_at_bol": item.quantity_shipped,
            }
            for item in items
        ],
    }


def _sentence(item: dict[str, Any]) -> str:
    return (
        f"item {item['item']} ({item['ean']}): {item['ordered']} ordered, {item['cancelled']} cancelled, "
        f"{item['shipped_here']} shipped here, {item['shipped_at_bol']} at bol"
    )
