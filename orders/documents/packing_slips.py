"""Packing slips: what is in the parcel, in the customer's language, one page or more per order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import PageBreak, Spacer

from orders.addresses import NAME, PICKUP_POINT, STREET, lines_of
from orders.documents.contents import Contents, Packed
from orders.documents.pages import (
    NORMAL,
    NUMBER,
    SENDER,
    SMALL,
    SMALL_NUMBER,
    STRONG,
    STRONG_NUMBER,
    TITLE,
    UNDER_HEAD,
    UNDER_ROWS,
    Foot,
    Part,
    barcode,
    draw_pages,
    table,
    text,
)
from orders.documents.texts import Texts, texts_for_customer, texts_for_staff
from orders.models import Order


def draw_packing_slips(contents: Sequence[Contents]) -> bytes:
    """Return one PDF with a slip for each of these orders."""
    story: list[Any] = []
    for slip in contents:
        story += [*_slip(slip), PageBreak()]
    return draw_pages(story, texts_for_staff().packing_slip)


def _slip(slip: Contents) -> list[Any]:
    order = slip.order
    texts = texts_for_customer(str(order.shipping_details.get("language") or ""), order.shipping_country)
    return [
        Part(Foot(f"{texts.order} {order.order_id}", texts.page)),
        _head(order),
        Spacer(0, 9 * mm),
        text(texts.packing_slip, TITLE),
        _facts(order, slip, texts),
        Spacer(0, 7 * mm),
        _items(slip, texts),
        Spacer(0, 5 * mm),
        *_remainder(slip, texts),
    ]


def _head(order: Order) -> Any:
    connection = order.connection
    sender = [text(connection.sender_name or connection.name, SENDER)]
    sender += [text(line, SMALL) for line in connection.return_address.splitlines() if line.strip()]
    code = [barcode(order.order_id), text(order.order_id, STRONG)]
    return table([[sender, code]], [55, 45], head=0)


def _facts(order: Order, slip: Contents, texts: Texts) -> Any:
    address = [text(texts.deliver_to, SMALL), *(text(line) for line in _address(order, texts))]
    facts = [text(f"{name}: {value}") for name, value in _told(order, slip, texts) if value]
    return table([[address, facts]], [55, 45], head=0)


def _address(order: Order, texts: Texts) -> list[str]:
    details = order.shipping_details
    country = texts.countries.get(order.shipping_country, order.shipping_country)
    point = lines_of(details, PICKUP_POINT)
    if order.is_pickup_point or point:
        point = [": ".join([texts.pickup_point, *point])]
    street = lines_of(details, (*STREET, ("zipCode", "city")))
    return [*lines_of(details, NAME), *point, *street, *filter(None, [country])]


def _told(order: Order, slip: Contents, texts: Texts) -> list[tuple[str, str]]:
    exact = [packed.item.exact_delivery_date for packed in slip.packed]
    latest = [packed.item.latest_delivery_date for packed in slip.packed]
    first_exact = min((day for day in exact if day), default=None)
    first_latest = min((day for day in latest if day), default=None)
    return [
        (texts.order, order.order_id),
        (texts.ordered_on, texts.moment(order.placed_at) if order.placed_at else ""),
        (texts.deliver_on, texts.day(first_exact) if first_exact else ""),
        (texts.deliver_by, texts.day(first_latest) if first_latest and not first_exact else ""),
        (texts.your_reference, str(order.billing_details.get("orderReference") or "")),
    ]


def _items(slip: Contents, texts: Texts) -> Any:
    with_prices = slip.order.connection.prices_on_packing_slips
    numbers, widths = [texts.quantity], [20.0, 18, 50, 12]
    if with_prices:
        numbers, widths = [texts.quantity, texts.price, texts.total], [18, 18, 36, 10, 12, 13]
    head = [text(name, SMALL) for name in (texts.reference, "EAN", texts.article)]
    rows = [[*head, *(text(name, SMALL_NUMBER) for name in numbers)]]
    rows += [_row(packed, texts, with_prices=with_prices) for packed in slip.packed]
    return table(rows, widths, UNDER_HEAD, UNDER_ROWS)


def _row(packed: Packed, texts: Texts, *, with_prices: bool) -> list[Any]:
    item = packed.item
    row = [
        text(packed.reference),
        text(item.ean),
        text(item.title or item.ean),
        text(str(packed.quantity), STRONG_NUMBER),
    ]
    if not with_prices:
        return row
    price = texts.money(item.unit_price) if item.unit_price is not None else ""
    return [*row, text(price, NUMBER), text(_total(packed, texts), NUMBER)]


def _total(packed: Packed, texts: Texts) -> str:
    item = packed.item
    # Of a part of the line only the price before discounts is known.
    if packed.quantity == item.quantity and item.total_price is not None:
        return texts.money(item.total_price)
    return texts.money(item.unit_price * packed.quantity) if item.unit_price is not None else ""


def _remainder(slip: Contents, texts: Texts) -> list[Any]:
    told = ((texts.sent_before, slip.sent_before), (texts.cancelled, slip.cancelled))
    return [text(f"{name}: {_listed(items)}", NORMAL) for name, items in told if items]


def _listed(items: Sequence[Packed]) -> str:
    return ", ".join(f"{packed.quantity} × {packed.item.title or packed.item.ean}" for packed in items)  # noqa: RUF001
