"""Weeks of orders that are over: invented by a local bol.com of another time, and kept as fetching would have kept them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from connections.bol.sandbox import Sandbox
from connections.models import Connection
from offers.models import Offer
from orders.models import Order, OrderItem, OrderStatus, OrderWord, Shipment, ShipmentItem, ShipmentState
from orders.storing import _columns
from orders.words import NAMES, words_of

DAYS = 24
SELLER = "history"
PARCEL_LEFT_AFTER = timedelta(hours=18)


def write(connection: Connection, offers: Sequence[Offer], count: int) -> None:
    """Give a connection so many orders of the last weeks, all shipped and confirmed."""
    answers = list(_days_of_orders(offers, count))
    bought = {offer.product.ean: offer for offer in offers}
    orders = Order.objects.bulk_create([_order(connection, answer) for answer in answers], batch_size=500)
    items = OrderItem.objects.bulk_create(
        [
            _item(order, said, bought[said["product"]["ean"]])
            for order, answer in zip(orders, answers, strict=True)
            for said in answer["orderItems"]
        ],
        batch_size=500,
    )
    _ship(orders, items)
    OrderWord.objects.bulk_create(
        [OrderWord(order=order, word=word) for order in orders for word in _words(order)], batch_size=500
    )


def _days_of_orders(offers: Sequence[Offer], count: int) -> Iterator[dict[str, Any]]:
    chance = Random(2)
    shop = Sandbox(seed=2, start=timezone.now() - timedelta(days=DAYS))
    between = timedelta(days=DAYS - 1) / count
    sold = chance.sample([offer for offer in offers if offer.stock], 300)
    for offer in sold:
        shop.add_offer(
            SELLER,
            {
                "ean": offer.product.ean,
                "price": offer.price,
                "stock": 999,
                "reference": offer.product.reference,
                "unknownProductTitle": offer.product.title,
            },
        )
    for number in range(count):
        wanted = [{"ean": chance.choice(sold).product.ean, "quantity": chance.choice((1, 1, 1, 2))}]
        shop.place_orders(retailer=SELLER, items=wanted, force=True)
        # Up to yesterday, and on some days more than on others: what is newer is at bol.
        shop.advance(between * (1 + 0.6 * math.sin(number / 40)))
    return iter(shop.orders(SELLER))


def _order(connection: Connection, answer: dict[str, Any]) -> Order:
    raw = _plain(answer)
    shipping, billing = raw["shipmentDetails"], raw.get("billingDetails", {})
    placed_at = _moment(raw["orderPlacedDateTime"])
    return Order(
        connection=connection,
        order_id="C" + raw["orderId"][1:],
        placed_at=placed_at,
        status=OrderStatus.SHIPPED,
        shipping_details=shipping,
        billing_details=billing,
        raw=raw,
        latest_changed_at=placed_at + PARCEL_LEFT_AFTER,
        read_at=placed_at + PARCEL_LEFT_AFTER,
        is_business=bool(billing.get("vatNumber")),
        **_columns(shipping),
    )


def _item(order: Order, said: dict[str, Any], offer: Offer) -> OrderItem:
    fulfilment = said["fulfilment"]
    return OrderItem(
        order=order,
        order_item_id="5" + said["orderItemId"][1:],
        offer=offer,
        bol_offer_id=offer.offer_id,
        ean=said["product"]["ean"],
        title=said["product"]["title"],
        reference=said["offer"].get("reference", ""),
        quantity=said["quantity"],
        quantity_shipped=said["quantity"],
        counted_quantity=said["quantity"],
        unit_price=said["unitPrice"],
        total_price=said["totalPrice"],
        commission=said["commission"],
        latest_delivery_date=parse_date(fulfilment["latestDeliveryDate"]),
        expiry_date=parse_date(fulfilment["expiryDate"]),
        time_frame=fulfilment["timeFrameType"],
        latest_changed_at=order.latest_changed_at,
        first_seen_at=order.placed_at or timezone.now(),
    )


def _ship(orders: Sequence[Order], items: Sequence[OrderItem]) -> None:
    shipments = Shipment.objects.bulk_create(
        [_shipment(order, number) for number, order in enumerate(orders)], batch_size=500
    )
    parcels = {shipment.order_id: shipment for shipment in shipments}
    ShipmentItem.objects.bulk_create(
        [ShipmentItem(shipment=parcels[item.order_id], item=item, quantity=item.quantity) for item in items],
        batch_size=500,
    )


def _shipment(order: Order, number: int) -> Shipment:
    left_at = (order.placed_at or timezone.now()) + PARCEL_LEFT_AFTER
    transport = {"transporter_code": "TNT", "track_and_trace": f"3SDEMO{number:07}"}
    return Shipment(
        order=order,
        shipped_at=left_at,
        state=ShipmentState.CONFIRMED,
        confirmed_at=left_at + timedelta(minutes=2),
        shipment_id=str(800_000 + number),
        transport_id=str(900_000 + number),
        **transport,
        **{f"known_{name}": value for name, value in transport.items()},
        **{f"sent_{name}": value for name, value in transport.items()},
    )


def _words(order: Order) -> set[str]:
    given = [
        details.get(name) or ""
        for details in (order.shipping_details, order.billing_details)
        for name in NAMES
    ]
    return {word for name in given for word in words_of(str(name))}


def _plain(answer: Any) -> Any:
    """Return an answer as it is stored: amounts with a fraction are text in it."""
    if isinstance(answer, dict):
        return {name: _plain(value) for name, value in answer.items() if name != "retailer"}
    if isinstance(answer, list):
        return [_plain(value) for value in answer]
    return answer if isinstance(answer, str | int | bool) or answer is None else str(answer)


def _moment(text: str) -> datetime:
    moment = parse_datetime(text)
    assert moment is not None
    return moment
