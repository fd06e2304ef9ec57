"""Returns: listed, read, handled, and created for customers who announced nothing. Retailer API v10, Returns."""

from __future__ import annotations

from connections.bol.sandbox.api.process_statuses import PAGE_SIZE, accepted
from connections.bol.sandbox.clock import in_milliseconds, in_seconds
from connections.bol.sandbox.entities import Customer, Json, Processing, Return, ReturnItem, without_none
from connections.bol.sandbox.selling.processes import Receipt
from connections.bol.sandbox.web.answers import JSON, Answer, not_found
from connections.bol.sandbox.web.calls import Call, route, wrong_parameter
from connections.bol.sandbox.web.validation import Body, inspecting

CREATE_RESULTS = (
    "RETURN_RECEIVED",
    "EXCHANGE_PRODUCT",
    "RETURN_DOES_NOT_MEET_CONDITIONS",
    "REPAIR_PRODUCT",
    "CUSTOMER_KEEPS_PRODUCT_PAID",
)
HANDLE_RESULTS = (*CREATE_RESULTS, "STILL_APPROVED")
LARGEST_QUANTITY = 9999
CUSTOMER_DETAILS = (
    "salutation",
    "firstName",
    "surname",
    "streetName",
    "houseNumber",
    "houseNumberExtension",
    "extraAddressInformation",
    "zipCode",
    "city",
    "countryCode",
    "email",
    "deliveryPhoneNumber",
    "company",
    "vatNumber",
)


def list_returns(call: Call) -> Answer:
    """A page of 50 returns: handled ones newest first, unhandled ones oldest first; then an empty object."""
    method = call.choice("fulfilment-method", ("FBR", "FBB"), "FBR")
    handled = _asked_for(call)
    first = (call.number("page", 1) - 1) * PAGE_SIZE
    found = [
        one
        for one in call.state.returns.of(call.account)
        if one.method == method and handled in (None, one.is_handled)
    ]
    ordered = found[::-1] if handled else found
    shown = [_show_reduced(one) for one in ordered[first : first + PAGE_SIZE]]
    return Answer(200, {"returns": shown} if shown else {})


def _asked_for(call: Call) -> bool | None:
    handled = call.flag("handled")
    if handled is None and call.state.options.assumptions.a_list_of_returns_is_of_unhandled_ones:
        return False
    return handled


def get_return(call: Call) -> Answer:
    return_id = call.arguments["return_id"]
    found = call.state.returns.find(call.account, return_id)
    if found is None:
        raise not_found(f"Return for return id {return_id} not found.")
    return Answer(200, show(found))


def handle_return(call: Call) -> Answer:
    """Handle one return item, later; the same request again changes the result."""
    rma_id = call.arguments["rma_id"]
    if not rma_id.isascii() or not rma_id.isdigit():
        raise wrong_parameter("rma-id", rma_id)
    command = call.json()
    with inspecting(command) as body:
        _check_result(body, HANDLE_RESULTS)
    receipt = Receipt("HANDLE_RETURN_ITEM", f"Handle the return item with rma id {rma_id}.", rma_id)
    return accepted(call, receipt, command | {"rmaId": rma_id})


def create_return(call: Call) -> Answer:
    """Create a return and handle it, later; the process status will name the return."""
    command = call.json()
    with inspecting(command) as body:
        body.require("orderItemId")
        _check_result(body, CREATE_RESULTS)
    item_id = str(command["orderItemId"])
    receipt = Receipt("CREATE_RETURN_ITEM", f"Create return for order item {item_id}.")
    return accepted(call, receipt, command | {"orderItemId": item_id})


def _check_result(body: Body, allowed: tuple[str, ...]) -> None:
    body.require("handlingResult", "quantityReturned")
    body.one_of("handlingResult", allowed)
    body.whole("quantityReturned", 1, LARGEST_QUANTITY)


def _show_reduced(found: Return) -> Json:
    return _show_head(found) | {"returnItems": [_show_reduced_item(item) for item in found.items]}


def _show_head(found: Return) -> Json:
    return {
        "returnId": found.return_id,
        "registrationDateTime": in_milliseconds(found.registered_at),
        "fulfilmentMethod": found.method,
    }


def _show_reduced_item(item: ReturnItem) -> Json:
    """bol leaves the processing results out where there are none, although it calls them required."""
    shown = {
        "rmaId": item.rma_id,
        "orderId": item.order_id,
        "ean": item.ean,
        "expectedQuantity": item.expected,
        "returnReason": item.reason,
        "handled": item.handled,
        "processingResults": [_show_result(result) for result in item.results] or None,
    }
    return without_none(shown)


def _show_result(result: Processing) -> Json:
    return {
        "quantity": result.quantity,
        "processingResult": result.processing_result,
        "handlingResult": result.handling_result,
        "processingDateTime": in_seconds(result.processed_at),
    }


def show(found: Return) -> Json:
    """A Return with everything bol tells about it."""
    return _show_head(found) | {"returnItems": [_show_item(found, item) for item in found.items]}


def _show_item(found: Return, item: ReturnItem) -> Json:
    more = {
        "title": item.title,
        "trackAndTrace": found.track_and_trace,
        "transporterName": found.transporter_name,
        "customerDetails": _show_customer(found.customer),
    }
    return _show_reduced_item(item) | without_none(more)


def _show_customer(customer: Customer) -> Json:
    known = (customer.home or customer.address) | customer.business
    return {name: known[name] for name in CUSTOMER_DETAILS if known.get(name)}


ROUTES = [
    route("GET", "/retailer/returns", list_returns),
    route("POST", "/retailer/returns", create_return, consumes=(JSON,)),
    route("GET", "/retailer/returns/<return_id>", get_return),
    route("PUT", "/retailer/returns/<rma_id>", handle_return),
]
