"""Which of the things that happen at bol become notifications, and about what.

Events and their types: Subscriptions API, supported event types. What is not said there is among the assumptions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from connections.bol.sandbox.entities import Json, Offer
from connections.bol.sandbox.notifying.deliveries import announce
from connections.bol.sandbox.selling.offers import is_for_sale
from connections.bol.sandbox.state import State


def watch(state: State, happening: Json) -> None:
    """Announce something that has just happened; called with every effect, and with every command that ended."""
    tell = TELL.get(happening["effect"])
    if tell and state.subscriptions:
        tell(state, happening)
    if state.options.assumptions.offer_events_reach_webhooks:
        _follow_sale(state, _offers_in(state, happening))


def _process_ended(state: State, happening: Json) -> None:
    announce(state, happening["retailer"], "PROCESS_STATUS", happening["status"], happening["subject"])


def _order_placed(state: State, happening: Json) -> None:
    announce(state, happening["retailer"], "ORDER", "ORDER_CREATED", happening["subject"])


def _cancellation_requested(state: State, happening: Json) -> None:
    names_order = state.options.assumptions.a_cancellation_request_names_the_order
    subject = happening["order"] if names_order else happening["subject"]
    announce(state, happening["retailer"], "ORDER", "ORDER_ITEM_CANCELLATION_REQUEST", subject)


def _transport_changed(state: State, happening: Json) -> None:
    announce(state, happening["retailer"], "SHIPMENT", "UPDATE_TRANSPORT_EVENT", happening["shipment"])


TELL: dict[str, Callable[[State, Json], None]] = {
    "PROCESS_ENDED": _process_ended,
    "ORDER_PLACED": _order_placed,
    "CANCELLATION_REQUESTED": _cancellation_requested,
    "TRANSPORT_CHANGED": _transport_changed,
    "TRANSPORT_EVENT": _transport_changed,
}


def _offers_in(state: State, happening: Json) -> Iterable[Offer]:
    """The offers whose sale may have changed by this."""
    effect = happening["effect"]
    if effect in ("OFFER_CREATED", "OFFER_UPDATED"):
        wanted = {happening["subject"]}
    elif effect == "ORDER_PLACED":
        wanted = {item["offer"] for item in happening["items"]}
    elif effect in ("ITEM_SHIPPED", "ITEM_CANCELLED"):
        items = state.orders.by_item[happening["subject"]].items
        wanted = {item.offer_id for item in items if item.item_id == happening["subject"]}
    else:
        return []
    return [state.offers.by_id[offer_id] for offer_id in sorted(wanted) if offer_id in state.offers.by_id]


def _follow_sale(state: State, offers: Iterable[Offer]) -> None:
    for offer in offers:
        if offer.for_sale_from > state.now:
            state.agenda.plan(offer.for_sale_from, "sale", offer.offer_id)
        _announce_sale(state, offer)


def decide_sale(state: State, offer_id: str) -> None:
    """bol has decided on a new offer."""
    offer = state.offers.by_id.get(offer_id)
    if offer:
        _announce_sale(state, offer)


def _announce_sale(state: State, offer: Offer) -> None:
    now_for_sale = is_for_sale(state, offer)
    if state.for_sale.get(offer.offer_id, False) == now_for_sale:
        return
    state.for_sale[offer.offer_id] = now_for_sale
    event = "FOR_SALE" if now_for_sale else "NOT_FOR_SALE"
    announce(state, offer.retailer, f"OFFER_{event}", event, offer.offer_id)
