"""Shipping labels: offered, bought, and fetched as PDF. Retailer API v10, Shipping Labels."""

from __future__ import annotations

from connections.bol.sandbox.api.process_statuses import accepted
from connections.bol.sandbox.clock import in_seconds
from connections.bol.sandbox.entities import DeliveryOption, Json, ShippingLabel
from connections.bol.sandbox.paper import draw_label
from connections.bol.sandbox.selling import labels
from connections.bol.sandbox.selling.processes import Receipt
from connections.bol.sandbox.web.answers import V10_PDF, Answer, not_found
from connections.bol.sandbox.web.calls import Call, route
from connections.bol.sandbox.web.validation import Body, inspecting

MOST_ITEMS = 100
LARGEST_QUANTITY = 9999


def get_delivery_options(call: Call) -> Answer:
    """What bol asks for carrying these items; nothing at all where it does not carry them. 404 for an unknown item."""
    with inspecting(call.json()) as body:
        lines = _check_items(body)
    contents = [_find_item(call, line) for line in lines]
    offered = labels.options_for(call.state, contents)
    shown = [_show_option(option) for option in offered]
    return Answer(200, {"deliveryOptions": shown} if shown else {})


def _check_items(body: Body) -> list[Json]:
    body.require("orderItems")
    lines = body.each("orderItems", 1, MOST_ITEMS)
    for line in lines:
        line.require("orderItemId")
        line.text("orderItemId")
        line.whole("quantity", 1, LARGEST_QUANTITY)
    return [line.values for line in lines]


def _find_item(call: Call, line: Json) -> labels.Line:
    item_id = line["orderItemId"]
    found = call.state.orders.find_item(call.account, item_id)
    if found is None:
        raise not_found(f"Order item for order item id {item_id} not found.")
    order, item = found
    return order, item, line.get("quantity") or item.open


def create_shipping_label(call: Call) -> Answer:
    """Buy a label, later; the process status will name it."""
    command = call.json()
    with inspecting(command) as body:
        _check_items(body)
        body.require("shippingLabelOfferId")
        body.text("shippingLabelOfferId")
    description = f"Create shipping label with shipping label offer id {command['shippingLabelOfferId']}."
    return accepted(call, Receipt("CREATE_SHIPPING_LABEL", description), command)


def get_shipping_label(call: Call) -> Answer:
    """The label as PDF, with its transport in two headers; a HEAD gets those alone. 404 until the label is ready."""
    label_id = call.arguments["shipping_label_id"]
    label = call.state.labels.get(label_id)
    if label is None or label.retailer != call.account or call.state.now < label.ready_at:
        raise not_found(f"Shipping label for shipping label id {label_id} not found.")
    order = call.state.orders.by_id[label.order_id]
    headers = {
        "X-Track-And-Trace-Code": label.track_and_trace,
        "X-Transporter-Code": label.transporter_code,
    }
    return Answer(200, draw_label(label, order.customer), headers=headers)


def _show_option(option: DeliveryOption) -> Json:
    return {
        "shippingLabelOfferId": option.option_id,
        "recommended": option.recommended,
        "validUntilDate": option.valid_until.isoformat(),
        "transporterCode": option.transporter_code,
        "labelType": option.label_type,
        "labelDisplayName": option.name,
        "labelPrice": {"totalPrice": option.price},
        "packageRestrictions": {"maxWeight": option.max_weight, "maxDimensions": option.max_dimensions},
        "handoverDetails": {
            "meetsCustomerExpectation": option.is_on_time,
            "earliestHandoverDateTime": in_seconds(option.earliest_handover),
            "latestHandoverDateTime": in_seconds(option.latest_handover),
            "collectionMethod": "DROP_OFF",
        },
    }


def tell(label: ShippingLabel) -> Json:
    """A label for those who look at the sandbox; bol itself has no such answer."""
    return {
        "retailer": label.retailer,
        "shippingLabelId": label.label_id,
        "orderId": label.order_id,
        "quantities": label.quantities,
        "transporterCode": label.transporter_code,
        "trackAndTrace": label.track_and_trace,
        "totalPrice": label.price,
        "shipmentId": label.shipment_id,
    }


ROUTES = [
    route("POST", "/retailer/shipping-labels", create_shipping_label),
    route("POST", "/retailer/shipping-labels/delivery-options", get_delivery_options),
    route("GET", "/retailer/shipping-labels/<shipping_label_id>", get_shipping_label, V10_PDF),
]
