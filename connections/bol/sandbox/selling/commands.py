"""How each asynchronous command is carried out once its time has come.

A handler takes the state, the retailer and the command, and returns the entity id, or None to keep the
one that the receipt had. It raises Refused with the text of a FAILURE.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from connections.bol.sandbox import assumptions as words
from connections.bol.sandbox.entities import Json, Offer, OrderItem, name_of
from connections.bol.sandbox.notifying import subscriptions
from connections.bol.sandbox.selling import exports, labels, offers, orders, returns, shipments
from connections.bol.sandbox.selling.refusals import Refused
from connections.bol.sandbox.state import State

Handler = Callable[[State, str, Json], str | None]


def create_shipment(state: State, retailer: str, command: Json) -> str | None:
    shipment = shipments.ship(state, retailer, command)
    return shipment.shipment_id if state.options.assumptions.shipment_status_names_the_shipment else None


def cancel_order(state: State, retailer: str, command: Json) -> str | None:
    item_id = command["orderItemId"]
    found = state.orders.find_item(retailer, item_id)
    if found is None:
        raise Refused(words.ITEM_UNKNOWN.format(item=item_id))
    order, item = found
    if not item.open:
        raise Refused(words.ITEM_NOT_OPEN.format(item=item_id))
    orders.cancel(state, order, item, command["reasonCode"], offers.RETAILER)
    return None


def change_transport(state: State, retailer: str, command: Json) -> str | None:
    shipment = state.shipments.with_transport(retailer, command["transportId"])
    if shipment is None:
        raise Refused(words.TRANSPORT_UNKNOWN.format(transport=command["transportId"]))
    if shipment.method != "FBR":
        raise Refused(words.NOT_YOUR_TRANSPORT.format(transport=shipment.transport_id))
    shipments.change_transport(state, shipment, command)
    return None


def create_shipping_label(state: State, retailer: str, command: Json) -> str | None:
    return labels.buy(state, retailer, command).label_id


def handle_return_item(state: State, retailer: str, command: Json) -> str | None:
    rma_id, quantity = command["rmaId"], command["quantityReturned"]
    found = state.returns.find_item(retailer, rma_id)
    if found is None:
        raise Refused(words.RETURN_UNKNOWN.format(rma=rma_id))
    whole, item = found
    if whole.method != "FBR":
        raise Refused(words.NOT_YOURS_TO_HANDLE.format(rma=rma_id))
    if quantity > item.expected:
        raise Refused(words.RESULT_TOO_MANY.format(quantity=quantity, expected=item.expected, rma=rma_id))
    returns.handle(state, whole, item, command["handlingResult"], quantity)
    return None


def create_return_item(state: State, retailer: str, command: Json) -> str | None:
    item_id, quantity = command["orderItemId"], command["quantityReturned"]
    found = state.orders.find_item(retailer, item_id)
    if found is None:
        raise Refused(words.ITEM_UNKNOWN.format(item=item_id))
    order, item = found
    _check_returnable(state, item, quantity)
    line = returns.Announced(order, item, quantity, {"mainReason": "Anders", "customerComments": ""})
    return returns.create(state, line, command["handlingResult"]).return_id


def _check_returnable(state: State, item: OrderItem, quantity: int) -> None:
    if item.method != "FBR":
        raise Refused(words.NOT_YOURS_TO_SHIP.format(item=item.item_id))
    left = returns.returnable(state, item)
    if quantity > left:
        raise Refused(words.RETURN_TOO_MANY.format(quantity=quantity, left=left, item=item.item_id))
    if state.now - _shipped_at(state, item) > returns.WINDOW:
        raise Refused(words.RETURN_TOO_LATE.format(item=item.item_id))


def _shipped_at(state: State, item: OrderItem) -> datetime:
    order = state.orders.by_item[item.item_id]
    parcels = state.shipments.by_order[order.order_id]
    return max(parcel.shipped_at for parcel in parcels if item.item_id in parcel.quantities)


def create_offer(state: State, retailer: str, command: Json) -> str | None:
    condition = name_of(command["condition"])
    same = state.offers.same(retailer, command["ean"], condition)
    if same:
        raise Refused(words.DUPLICATE.format(offer=same.offer_id, ean=same.ean, condition=condition))
    return offers.create(state, retailer, command).offer_id


def update_offer(state: State, retailer: str, command: Json) -> str | None:
    offers.update(state, _own_offer(state, retailer, command), command["changes"])
    return None


def delete_offer(state: State, retailer: str, command: Json) -> str | None:
    offers.delete(state, _own_offer(state, retailer, command))
    return None


def create_offer_export(state: State, retailer: str, command: Json) -> str | None:
    return exports.make(state, retailer).report_id


def update_subscription(state: State, retailer: str, command: Json) -> str | None:
    subscriptions.update(state, retailer, command)
    return None


def delete_subscription(state: State, retailer: str, command: Json) -> str | None:
    subscriptions.delete(state, retailer, command)
    return None


def send_test_notification(state: State, retailer: str, command: Json) -> str | None:
    subscriptions.send_test(state, retailer, command)
    return None


def _own_offer(state: State, retailer: str, command: Json) -> Offer:
    offer = state.offers.find(retailer, command["offerId"])
    if offer is None:
        raise Refused(words.OFFER_UNKNOWN.format(offer=command["offerId"]))
    return offer


CARRY_OUT: dict[str, Handler] = {
    "CREATE_SHIPMENT": create_shipment,
    "CANCEL_ORDER": cancel_order,
    "CHANGE_TRANSPORT": change_transport,
    "CREATE_SHIPPING_LABEL": create_shipping_label,
    "HANDLE_RETURN_ITEM": handle_return_item,
    "CREATE_RETURN_ITEM": create_return_item,
    "CREATE_OFFER": create_offer,
    "UPDATE_OFFER": update_offer,
    "UPDATE_OFFER_PRICE": update_offer,
    "UPDATE_OFFER_STOCK": update_offer,
    "DELETE_OFFER": delete_offer,
    "CREATE_OFFER_EXPORT": create_offer_export,
    "CREATE_SUBSCRIPTION": subscriptions.create,
    "UPDATE_SUBSCRIPTION": update_subscription,
    "DELETE_SUBSCRIPTION": delete_subscription,
    "SEND_SUBSCRIPTION_TST_MSG": send_test_notification,
}
