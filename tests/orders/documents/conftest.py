"""Orders to print, and what a PDF says."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from connections.models import Connection
from orders.documents.contents import to_pack, to_pick
from orders.documents.packing_slips import draw_packing_slips
from orders.documents.pick_lists import draw_pick_list
from orders.models import Order, OrderItem

ADDRESS = {
    "firstName": "Noor",
    "surname": "Bakker",
    "streetName": "Kerkstraat",
    "houseNumber": "7",
    "houseNumberExtension": "bis",
    "zipCode": "1012AB",
    "city": "Amsterdam",
    "countryCode": "NL",
    "language": "nl",
}

Make = Callable[..., Order]


@pytest.fixture
def merchant(db: None) -> Connection:
    return Connection.objects.create(
        name="Account 1",
        client_id="test-shop",
        sender_name="Kookgerei & Zo",
        return_address="Havenkade 12\n3511 AB Utrecht",
    )


@pytest.fixture
def make_order(merchant: Connection) -> Make:
    """Make an order of so many items; `details` go over the address, `item` over the fields of each item."""

    def make(order_id: str, items: int = 1, *, item: Any = None, details: Any = None, **fields: Any) -> Order:
        address = ADDRESS | (details or {})
        order = Order.objects.create(
            **{
                "connection": merchant,
                "order_id": order_id,
                "placed_at": datetime(2026, 7, 15, 22, 30, tzinfo=UTC),
                "shipping_details": address,
                "shipping_country": address["countryCode"],
            }
            | fields
        )
        for number in range(items):
            facts = {
                "order_item_id": f"{order_id}-{number}",
                "ean": f"871{number:010}",
                "title": f"Stoneware mug {number}",
                "reference": f"SKU-{number}",
                "quantity": 2,
                "latest_delivery_date": date(2026, 7, 18),
            }
            OrderItem.objects.create(order=order, **facts | (item or {}))
        return order

    return make


def pages_of(pdf: bytes) -> list[str]:
    """Return the text of each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def slips(*orders: Order) -> list[str]:
    return pages_of(draw_packing_slips(to_pack([order.pk for order in orders]).contents))


def pick_list(*orders: Order) -> str:
    return "\n".join(pages_of(draw_pick_list(to_pick([order.pk for order in orders]).contents)))
