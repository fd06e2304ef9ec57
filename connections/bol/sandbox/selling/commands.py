"""How each asynchronous command is carried out once its time has come.

A handler takes the state, the retailer and the command, and returns the entity id, or None to keep the
one that the receipt had. It raises Refused with the text of a FAILURE.
"""

from __future__ import annotations

from collections.abc import Callable

from connections.bol.sandbox import assumptions as words
from connections.bol.sandbox.entities import Json, Offer, name_of
from connections.bol.sandbox.selling import exports, offers, orders, shipments
from connections.bol.sandbox.selling.shipments import Refused
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
    shipments.change_transport(state, shipment, command)
    return None


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


def _own_offer(state: State, retailer: str, command: Json) -> Offer:
    offer = state.offers.find(retailer, command["offerId"])
    if offer is None:
        raise Refused(words.OFFER_UNKNOWN.format(offer=command["offerId"]))
    return offer


CARRY_OUT: dict[str, Handler] = {
    "CREATE_SHIPMENT": create_shipment,
    "CANCEL_ORDER": cancel_order,
    "CHANGE_TRANSPORT": change_transport,
    "CREATE_OFFER": create_offer,
    "UPDATE_OFFER": update_offer,
    "UPDATE_OFFER_PRICE": update_offer,
    "UPDATE_OFFER_STOCK": update_offer,
    "DELETE_OFFER": delete_offer,
    "CREATE_OFFER_EXPORT": create_offer_export,
}
