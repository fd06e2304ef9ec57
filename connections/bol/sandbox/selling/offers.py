"""Offers come, change and go, whichever dialect asked for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from connections.bol.sandbox.assumptions import NO_OPERATOR
from connections.bol.sandbox.entities import Json, Offer
from connections.bol.sandbox.selling import operators
from connections.bol.sandbox.state import State

RETAILER = "retailer"
ELSEWHERE = "elsewhere"

COMPONENTS = {"pricing": "price", "stock": "stock"}
FIELDS = {
    "reference": "reference",
    "economicOperatorId": "economic_operator_id",
    "unknownProductTitle": "title",
    "onHoldByRetailer": "on_hold",
    "pricing": "pricing",
    "fulfilment": "fulfilment",
}


def create(state: State, retailer: str, wanted: Json, by: str = RETAILER) -> Offer:
    """Put an offer on the shelf; `wanted` is a valid create request of version 11."""
    offer = Offer(
        number=state.next_number("offer"),
        offer_id=state.new_uuid(),
        retailer=retailer,
        ean=wanted["ean"],
        condition=wanted["condition"],
        pricing=wanted["pricing"],
        fulfilment=wanted["fulfilment"],
        created_at=state.now,
        modified_at=state.now,
        for_sale_from=state.now + state.options.sale_delay,
    )
    _apply(state, offer, wanted)
    state.offers.add(offer)
    state.record(retailer, "OFFER_CREATED", offer.offer_id, ean=offer.ean, by=by, offer=wanted)
    return offer


def update(state: State, offer: Offer, changes: Json, by: str = RETAILER) -> None:
    """Change only what `changes` names: a valid patch request of version 11."""
    if not changes:
        return
    _apply(state, offer, changes)
    offer.modified_at = state.now
    components = sorted({COMPONENTS.get(key, "details") for key in changes})
    facts = {"ean": offer.ean, "by": by, "components": components, "changed": changes}
    state.record(offer.retailer, "OFFER_UPDATED", offer.offer_id, **facts)


def delete(state: State, offer: Offer, by: str = RETAILER) -> None:
    """Take an offer off the shelf, for good."""
    state.offers.remove(offer)
    state.record(offer.retailer, "OFFER_DELETED", offer.offer_id, ean=offer.ean, by=by)


def _apply(state: State, offer: Offer, changes: Json) -> None:
    if offer.on_hold and changes.get("onHoldByRetailer") is False:
        offer.for_sale_from = state.now + state.options.sale_delay
    for key, attribute in FIELDS.items():
        if key in changes:
            setattr(offer, attribute, changes[key])
    if "countryAvailabilities" in changes:
        offer.countries = [entry["countryCode"] for entry in changes["countryAvailabilities"]]
    if "stock" in changes:
        _set_stock(offer, changes["stock"])
    if "stock" in changes or state.options.assumptions.any_update_moves_the_stock_baseline:
        _move_baseline(offer)


def _set_stock(offer: Offer, stock: Json) -> None:
    offer.amount = stock.get("amount", offer.amount)
    offer.managed_by_retailer = stock.get("managedByRetailer", offer.managed_by_retailer)


def _move_baseline(offer: Offer) -> None:
    offer.baseline += 1
    offer.quantity_ordered_since = 0
    offer.quantity_shipped_since = 0


def corrected_stock(offer: Offer) -> int:
    """What bol will still sell.

    The amount, less every open item and what was shipped since (bol leads), or less only what was ordered since
    the last update (the retailer leads). Offers API version 11, CreateStock.managedByRetailer.
    """
    if offer.managed_by_retailer:
        return max(0, offer.amount - offer.quantity_ordered_since)
    return max(0, offer.amount - offer.quantity_open - offer.quantity_shipped_since)


def reasons(state: State, offer: Offer) -> list[dict[str, Any]]:
    """Why the offer is not for sale, in the shape of NotForSaleReasons; codes from the same document."""
    found = []
    if offer.on_hold:
        found.append(_reason("ON_HOLD", "4003-1", "The seller has not put this offer up for sale"))
    if not state.retailers[offer.retailer].active:
        found.append(_reason("SHOP_STATUS", "4003-2", "The seller is on holiday"))
    if not corrected_stock(offer):
        found.append(_reason("STOCK", "4003-3", "Out of stock, or the rest is reserved for pending orders"))
    if not operators.is_covered(state, offer):
        found.append(_reason("ASSORTMENT_POLICY", *NO_OPERATOR))
    return found


def _reason(category: str, code: str, description: str) -> dict[str, Any]:
    return {"category": category, "code": code, "description": description}


def is_for_sale(state: State, offer: Offer) -> bool:
    """Whether a customer can buy it now; a new offer has to be decided on first."""
    return state.now >= offer.for_sale_from and not reasons(state, offer)


def title_of(offer: Offer) -> str:
    """What the customer reads."""
    return offer.title or f"EAN {offer.ean}"


def unit_price(offer: Offer, quantity: int) -> Any:
    """The price per unit when buying this many, a Decimal."""
    steps = [step for step in offer.pricing["bundlePrices"] if step["quantity"] <= quantity]
    return steps[-1]["unitPrice"]


def days_to_customer(offer: Offer) -> timedelta:
    """How long delivery may take."""
    promise = offer.fulfilment.get("deliveryPromise") or {}
    return timedelta(days=max(1, promise.get("maximumDaysToCustomer", 1)))
