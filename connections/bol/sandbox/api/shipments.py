"""Shipments: announced, listed, read. Retailer API v10, Shipments."""

from __future__ import annotations

from datetime import timedelta

from connections.bol.sandbox.api.orders import (
    show_address,
    show_billing,
    show_latest_delivery,
    show_offer,
    show_product,
)
from connections.bol.sandbox.api.process_statuses import PAGE_SIZE, accepted
from connections.bol.sandbox.api.transporters import TRANSPORTERS
from connections.bol.sandbox.clock import in_seconds
from connections.bol.sandbox.entities import Json, Order, OrderItem, Shipment, without_none
from connections.bol.sandbox.selling.processes import Receipt
from connections.bol.sandbox.state import State
from connections.bol.sandbox.web.answers import Answer, not_found, violation
from connections.bol.sandbox.web.calls import Call, invalid, route, wrong_value
from connections.bol.sandbox.web.validation import Body, inspecting

MOST_ITEMS = 100
LONGEST_REFERENCE = 90
LARGEST_QUANTITY = 9999
HISTORY = timedelta(days=92)
CONFLICTING = "Conflicting transport method: Either provide Transport or ShippingLabelId. The current request contains both."


def create_shipment(call: Call) -> Answer:
    """Announce a parcel; whether its items can be shipped is found out later."""
    command = call.json()
    with inspecting(command) as body:
        body.require("orderItems")
        for item in body.each("orderItems", 1, MOST_ITEMS):
            item.require("orderItemId")
            item.text("orderItemId")
            item.whole("quantity", 1, LARGEST_QUANTITY)
        body.text("shippingLabelId")
        _check_reference(body)
        check_transporter(body.inside("transport"))
    _check_one_way(command)
    return accepted(call, Receipt("CREATE_SHIPMENT", "Create shipment."), command)


def _check_reference(body: Body) -> None:
    if body.values.get("shipmentReference") is not None:
        body.text("shipmentReference", LONGEST_REFERENCE, shortest=1)


def check_transporter(transport: Body | None) -> None:
    """A transporter code is required and has to be known; track and trace is free."""
    if transport is None:
        return
    transport.require("transporterCode")
    transport.text("trackAndTrace")
    code = transport.values.get("transporterCode")
    if code and code not in TRANSPORTERS:
        transport.violations.append(violation("transporterCode", wrong_value(code, TRANSPORTERS)))


def _check_one_way(command: Json) -> None:
    if command.get("transport") and command.get("shippingLabelId"):
        raise invalid([{"reason": CONFLICTING}])


def list_shipments(call: Call) -> Answer:
    """A page of 50 shipments, newest first, of at most three months; an empty object beyond the end."""
    first = (call.number("page", 1) - 1) * PAGE_SIZE
    found = _of_order(call) if call.query("order-id") else _of_method(call)
    since = call.state.now - HISTORY
    page = [shipment for shipment in found[::-1][first : first + PAGE_SIZE] if shipment.shipped_at >= since]
    return Answer(
        200, {"shipments": [_show_reduced(call.state, shipment) for shipment in page]} if page else {}
    )


def _of_order(call: Call) -> list[Shipment]:
    found = call.state.shipments.by_order.get(call.query("order-id") or "", [])
    return [shipment for shipment in found if shipment.retailer == call.account]


def _of_method(call: Call) -> list[Shipment]:
    method = call.choice("fulfilment-method", ("FBR", "FBB"), "FBR")
    found = call.state.shipments.by_retailer.get(call.account, [])
    return [shipment for shipment in found if shipment.method == method]


def get_shipment(call: Call) -> Answer:
    shipment_id = call.arguments["shipment_id"]
    shipment = call.state.shipments.find(call.account, shipment_id)
    if shipment is None:
        raise not_found(f"Shipment for shipment id {shipment_id} not found.")
    return Answer(200, _show(call.state, shipment))


def _items(order: Order, shipment: Shipment) -> list[OrderItem]:
    return [item for item in order.items if item.item_id in shipment.quantities]


def _show_order(order: Order) -> Json:
    return {"orderId": order.order_id, "orderPlacedDateTime": in_seconds(order.placed_at)}


def _show_reduced(state: State, shipment: Shipment) -> Json:
    order = state.orders.by_id[shipment.order_id]
    shown = {
        "shipmentId": shipment.shipment_id,
        "shipmentDateTime": in_seconds(shipment.shipped_at),
        "shipmentReference": shipment.reference,
        "order": _show_order(order),
        "shipmentItems": [{"orderItemId": item.item_id, "ean": item.ean} for item in _items(order, shipment)],
        "transport": {"transportId": shipment.transport_id},
    }
    return without_none(shown)


def _show(state: State, shipment: Shipment) -> Json:
    order = state.orders.by_id[shipment.order_id]
    shown = {
        "shipmentId": shipment.shipment_id,
        "shipmentDateTime": in_seconds(shipment.shipped_at),
        "shipmentReference": shipment.reference,
        "pickupPoint": order.customer.pickup_point is not None,
        "order": _show_order(order),
        "shipmentDetails": show_address(order.customer),
        "billingDetails": show_billing(order.customer),
        "shipmentItems": [
            _show_item(item, shipment.quantities[item.item_id]) for item in _items(order, shipment)
        ],
        "transport": _show_transport(shipment),
    }
    return without_none(shown)


def _show_item(item: OrderItem, quantity: int) -> Json:
    return {
        "orderItemId": item.item_id,
        "fulfilment": _show_fulfilment(item),
        "offer": show_offer(item),
        "product": show_product(item),
        "quantity": item.quantity,
        "quantityShipped": quantity,
        "unitPrice": item.unit_price,
        "commission": item.commission,
    }


def _show_fulfilment(item: OrderItem) -> Json:
    shown = {
        "method": item.method,
        "distributionParty": item.distribution_party,
        "latestDeliveryDate": show_latest_delivery(item),
    }
    return without_none(shown)


def _show_transport(shipment: Shipment) -> Json:
    shown = {
        "transportId": shipment.transport_id,
        "transporterCode": shipment.transporter_code,
        "trackAndTrace": shipment.track_and_trace,
        "shippingLabelId": shipment.label_id,
        "transportEvents": [_show_event(event) for event in shipment.events] or None,
    }
    return without_none(shown)


def _show_event(event: Json) -> Json:
    return {"eventCode": event["code"], "eventDateTime": in_seconds(event["at"])}


ROUTES = [
    route("GET", "/retailer/shipments", list_shipments),
    route("POST", "/retailer/shipments", create_shipment),
    route("GET", "/retailer/shipments/<shipment_id>", get_shipment),
]
