"""Offers v10: three separate PUTs, each answered by a process status; a refused duplicate names the existing offer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from connections import bol
from connections.bol import offers_v10
from connections.operations import Call
from offers import state
from offers.choices import Condition
from offers.dialects.dialect import OFFERS, Dialect, Found, Listing, or_none
from offers.dialects.v11 import price_at_bol, pricing_steps, stock_at_bol
from offers.state import DETAILS, PRICE, Component, State

_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.ASCII | re.IGNORECASE)

Send = Callable[[bol.Client], Any]


class V10(Dialect):
    """Offers in the Retailer API v10."""

    travels_together = False

    def can_say(self, listing: Listing) -> bool:
        return not Condition(listing.condition).is_refurbished

    def create(self, listing: Listing, wanted: State) -> Call:
        body = create_body(listing, wanted)
        return Call((("POST", OFFERS),), lambda client: client.offers_v10.create(body))

    def update(self, offer_id: str, changes: Mapping[str, Component], all_details: Component) -> Call:
        (component,) = changes
        path = f"{OFFERS}/{offer_id}"
        if component == DETAILS:
            return Call((("PUT", path),), _put_details(offer_id, all_details))
        if component == PRICE:
            return Call((("PUT", f"{path}/price"),), _put_price(offer_id, changes[component]))
        return Call((("PUT", f"{path}/stock"),), _put_stock(offer_id, changes[component]))

    def delete(self, offer_id: str) -> Call:
        send = or_none(lambda client: client.offers_v10.delete(offer_id))
        return Call((("DELETE", f"{OFFERS}/{offer_id}"),), send)

    def read(self, offer_id: str) -> Call:
        send = or_none(lambda client: found(client.offers_v10.get(offer_id)))
        return Call((("GET", f"{OFFERS}/{offer_id}"),), send)

    def find(self, listing: Listing, named: str) -> Call | None:
        return self.read(named) if named else None  # there is no list and no search by EAN

    def named_duplicate(self, error_message: str) -> str:
        # Only the id is taken from the text, and only as a hint: the offer is read before it is believed.
        named = _UUID.search(error_message)
        return named.group().lower() if named else ""


def create_body(listing: Listing, wanted: State) -> offers_v10.CreateOffer:
    """Say a new offer (CreateOfferRequest)."""
    return offers_v10.CreateOffer(
        ean=listing.ean,
        condition=offers_v10.Condition(listing.condition, comment=listing.comment or None),
        pricing=bol.Pricing(pricing_steps(wanted.price or {})),
        stock=offers_v10.Stock(**(wanted.stock or {})),
        **_details(wanted.details or {}),
    )


def details_body(details: Component) -> offers_v10.UpdateOffer:
    """Say all details: bol does not say whether it keeps a field that is left out (UpdateOfferRequest)."""
    return offers_v10.UpdateOffer(**_details(details))


def found(offer: offers_v10.RetailerOffer) -> Found:
    """Understand an offer as bol shows it (RetailerOffer)."""
    return Found(
        offer_id=offer.offer_id,
        ean=offer.ean or "",
        condition=offer.condition.name if offer.condition else "",
        state=State(
            details=_details_at_bol(offer), price=price_at_bol(offer.pricing), stock=stock_at_bol(offer)
        ),
    )


def _put_details(offer_id: str, details: Component) -> Send:
    body = details_body(details)
    return lambda client: client.offers_v10.update(offer_id, body)


def _put_price(offer_id: str, price: Component) -> Send:
    steps = pricing_steps(price)
    return lambda client: client.offers_v10.update_price(offer_id, steps)


def _put_stock(offer_id: str, stock: Component) -> Send:
    amount, managed = stock["amount"], stock["managed_by_retailer"]
    return lambda client: client.offers_v10.update_stock(offer_id, amount, managed_by_retailer=managed)


def _details(details: Component) -> dict[str, Any]:
    fulfilment = details["fulfilment"]
    said: dict[str, Any] = {
        "reference": details["reference"],
        "unknown_product_title": details["unknown_product_title"],
        "on_hold_by_retailer": details["on_hold"],
        "fulfilment": offers_v10.Fulfilment(fulfilment["method"], fulfilment["delivery_code"] or None),
    }
    if "economic_operator_id" in details:
        said["economic_operator_id"] = details["economic_operator_id"]
    return said


def _details_at_bol(offer: offers_v10.RetailerOffer) -> Component:
    fulfilment = offer.fulfilment or offers_v10.Fulfilment("")
    return state.details_of(
        reference=offer.reference or "",
        unknown_product_title=offer.unknown_product_title or "",
        on_hold=bool(offer.on_hold_by_retailer),
        method=fulfilment.method,
        delivery_code=fulfilment.delivery_code or "",
        economic_operator_id=offer.economic_operator_id or "",
    )
