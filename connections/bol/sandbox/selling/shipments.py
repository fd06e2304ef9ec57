"""Parcels leave, and their track and trace is corrected."""

from __future__ import annotations

from connections.bol.sandbox import assumptions as words
from connections.bol.sandbox.entities import Json, Order, OrderItem, Shipment, ShippingLabel
from connections.bol.sandbox.selling import journeys, labels, returns
from connections.bol.sandbox.selling.offers import RETAILER
from connections.bol.sandbox.selling.orders import BOL, note_change
from connections.bol.sandbox.selling.refusals import Refused
from connections.bol.sandbox.state import State

Parcel = list[tuple[Order, OrderItem, int]]


def ship(state: State, retailer: str, command: Json) -> Shipment:
    """Carry out a valid ShipmentRequest; raises Refused and then ships nothing at all."""
    label = labels.find(state, retailer, command["shippingLabelId"]) if _has_label(command) else None
    parcel = [_open_quantity(state, retailer, wanted) for wanted in command["orderItems"]]
    _check_together(parcel)
    if label:
        labels.check_unused_for(label, {item.item_id: quantity for _, item, quantity in parcel})
    shipment = _make_shipment(state, parcel, command)
    if label:
        _stick_on(label, shipment)
    _send(state, shipment, parcel, RETAILER)
    return shipment


def _send(state: State, shipment: Shipment, parcel: Parcel, by: str) -> None:
    state.shipments.add(shipment)
    for order, item, quantity in parcel:
        _ship_item(state, order, item, quantity)
        _record(state, shipment, item, quantity, by)
    journeys.begin(state, shipment)
    returns.plan(state, shipment)


def ship_by_bol(state: State, order_id: str) -> None:
    """bol sends what it has in its own warehouse, and the retailer finds it shipped."""
    order = state.orders.by_id[order_id]
    parcel = [(order, item, item.open) for item in order.items if item.method == "FBB" and item.open]
    if not parcel:
        return
    code = f"3SFBB{state.next_number('parcel of bol'):08d}"
    command = {"transport": {"transporterCode": "TNT", "trackAndTrace": code}}
    shipment = _make_shipment(state, parcel, command)
    _send(state, shipment, parcel, BOL)


def _has_label(command: Json) -> bool:
    return bool(command.get("shippingLabelId"))


def _stick_on(label: ShippingLabel, shipment: Shipment) -> None:
    label.shipment_id = shipment.shipment_id
    shipment.label_id = label.label_id
    shipment.transporter_code = label.transporter_code
    shipment.track_and_trace = label.track_and_trace


def _open_quantity(state: State, retailer: str, wanted: Json) -> tuple[Order, OrderItem, int]:
    found = state.orders.find_item(retailer, wanted["orderItemId"])
    if found is None:
        raise Refused(words.ITEM_UNKNOWN.format(item=wanted["orderItemId"]))
    order, item = found
    if item.method != "FBR":
        raise Refused(words.NOT_YOURS_TO_SHIP.format(item=item.item_id))
    if not item.open:
        raise Refused(words.ITEM_NOT_OPEN.format(item=item.item_id))
    return order, item, _quantity(state, item, wanted.get("quantity"))


def _quantity(state: State, item: OrderItem, wanted: int | None) -> int:
    if wanted is None or wanted <= item.open:
        return wanted or item.open
    if not state.options.assumptions.a_second_shipment_is_refused:
        return item.open
    raise Refused(words.QUANTITY_TOO_HIGH.format(quantity=wanted, open=item.open, item=item.item_id))


def _check_together(parcel: Parcel) -> None:
    if len({order.order_id for order, _, _ in parcel}) > 1:
        raise Refused(words.ITEMS_OF_TWO_ORDERS)
    if len({item.item_id for _, item, _ in parcel}) < len(parcel):
        raise Refused(words.ITEM_NOT_OPEN.format(item=parcel[0][1].item_id))


def _make_shipment(state: State, parcel: Parcel, command: Json) -> Shipment:
    order = parcel[0][0]
    transport = command.get("transport") or {}
    number = state.next_number("shipment")
    return Shipment(
        number=number,
        shipment_id=str(950_000_000 + number),
        transport_id=str(358_000_000 + number),
        retailer=order.retailer,
        order_id=order.order_id,
        shipped_at=state.now,
        quantities={item.item_id: quantity for _, item, quantity in parcel},
        reference=command.get("shipmentReference"),
        transporter_code=transport.get("transporterCode"),
        track_and_trace=transport.get("trackAndTrace"),
        method=parcel[0][1].method,
    )


def _ship_item(state: State, order: Order, item: OrderItem, quantity: int) -> None:
    item.shipped += quantity
    if not item.open:
        item.cancellation_request = False
    note_change(state, order, item)
    offer = state.offers.by_id.get(item.offer_id)
    if offer:
        offer.quantity_open -= quantity
        offer.quantity_shipped_since += quantity


def _record(state: State, shipment: Shipment, item: OrderItem, quantity: int, by: str) -> None:
    state.record(
        shipment.retailer,
        "ITEM_SHIPPED",
        item.item_id,
        by=by,
        order=shipment.order_id,
        item=item.item_id,
        ean=item.ean,
        quantity=quantity,
        shipment=shipment.shipment_id,
        reference=shipment.reference,
        transporter=shipment.transporter_code,
        track_and_trace=shipment.track_and_trace,
        label=shipment.label_id,
    )


def change_transport(state: State, shipment: Shipment, command: Json) -> None:
    """Correct how a parcel travels; `command` is a valid ChangeTransportRequest."""
    shipment.track_and_trace = command["trackAndTrace"]
    shipment.transporter_code = command.get("transporterCode", shipment.transporter_code)
    state.record(
        shipment.retailer,
        "TRANSPORT_CHANGED",
        shipment.transport_id,
        shipment=shipment.shipment_id,
        order=shipment.order_id,
        transporter=shipment.transporter_code,
        track_and_trace=shipment.track_and_trace,
    )
    journeys.begin(state, shipment)
