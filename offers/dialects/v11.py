"""Offers v11: one PATCH for whatever differs, answered at once; a duplicate is found in the list."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connections import bol
from connections.bol import CreateOffer, PatchOffer, offers
from connections.operations import Call
from offers import delivery, state
from offers.choices import Condition
from offers.dialects.dialect import OFFERS, Dialect, Found, Listing, or_none
from offers.state import DETAILS, PRICE, STOCK, Component, State

REFURBISHED = "REFURBISHED_"


class V11(Dialect):
    """Offers API v11."""

    travels_together = True

    def can_say(self, listing: Listing) -> bool:
        return True

    def create(self, listing: Listing, wanted: State) -> Call:
        body = create_body(listing, wanted)
        return Call((("POST", OFFERS),), lambda client: client.offers.create(body))

    def update(self, offer_id: str, changes: Mapping[str, Component], all_details: Component) -> Call:
        body = patch_body(changes, all_details)
        return Call((("PATCH", f"{OFFERS}/{offer_id}"),), lambda client: client.offers.update(offer_id, body))

    def delete(self, offer_id: str) -> Call:
        send = or_none(lambda client: client.offers.delete(offer_id))
        return Call((("DELETE", f"{OFFERS}/{offer_id}"),), send)

    def read(self, offer_id: str) -> Call:
        send = or_none(lambda client: found(client.offers.get(offer_id)))
        return Call((("GET", f"{OFFERS}/{offer_id}"),), send)

    def find(self, listing: Listing, named: str) -> Call | None:
        return Call((("GET", OFFERS),), lambda client: _look_up(client, listing))

    def named_duplicate(self, error_message: str) -> str:
        return ""  # a duplicate is a 409 here, and is found by its EAN


def create_body(listing: Listing, wanted: State) -> CreateOffer:
    """Say a new offer (CreateOfferRequest)."""
    return CreateOffer(
        ean=listing.ean,
        condition=condition_for(listing),
        pricing=_pricing(wanted.price or {}),
        stock=offers.CreateStock(**(wanted.stock or {})),
        **_details(wanted.details or {}),
    )


def patch_body(changes: Mapping[str, Component], all_details: Component) -> PatchOffer:
    """Say only these changes; a delivery that changes is said whole (PatchOfferRequest)."""
    changed = changes.get(DETAILS, {})
    fields = _simple_details(changed)
    if changed.keys() & {"fulfilment", "delivery_profile_id"}:
        fields["fulfilment"] = _fulfilment(all_details)
    if PRICE in changes:
        fields["pricing"] = _pricing(changes[PRICE])
    if STOCK in changes:
        fields["stock"] = offers.UpdateStock(**changes[STOCK])
    return PatchOffer(**fields)


def found(offer: bol.Offer) -> Found:
    """Understand an offer as bol shows it (OfferResponse)."""
    return Found(
        offer_id=offer.offer_id,
        ean=offer.ean or "",
        condition=condition_name(offer.condition),
        state=State(
            details=_details_at_bol(offer), price=price_at_bol(offer.pricing), stock=stock_at_bol(offer)
        ),
    )


def condition_for(listing: Listing) -> offers.Condition:
    """Say a condition: NEW, second hand with its state, or refurbished with its grade."""
    condition = Condition(listing.condition)
    if condition == Condition.NEW:
        return offers.Condition("NEW")
    if condition.is_refurbished:
        grade = condition.removeprefix(REFURBISHED)
        return offers.Condition("REFURBISHED", grade=grade, margin=listing.is_margin_good)
    return offers.Condition("SECONDHAND", state=listing.condition, comment=listing.comment or None)


def condition_name(condition: offers.Condition | None) -> str:
    """Name a condition as we do: by its state or grade."""
    if condition is None:
        return ""
    if condition.category == "REFURBISHED":
        return f"{REFURBISHED}{condition.grade}"
    return condition.state or condition.category


def price_at_bol(pricing: bol.Pricing | None) -> Component | None:
    """Understand a price list."""
    if pricing is None:
        return None
    return state.price_list((step.quantity, step.unit_price) for step in pricing.bundle_prices)


def stock_at_bol(offer: Any) -> Component | None:
    """Understand the stock as we last sent it, not what bol made of it."""
    stock = offer.stock
    if stock is None or stock.amount is None:
        return None
    return state.stock_of(stock.amount, managed_by_retailer=bool(stock.managed_by_retailer))


def pricing_steps(price: Component) -> list[bol.BundlePrice]:
    """Say a price list."""
    return [bol.BundlePrice(step["quantity"], Decimal(step["unit_price"])) for step in price["bundle_prices"]]


def _pricing(price: Component) -> bol.Pricing:
    return bol.Pricing(pricing_steps(price))


def _details(details: Component) -> dict[str, Any]:
    return {**_simple_details(details), "fulfilment": _fulfilment(details)}


def _fulfilment(details: Component) -> offers.Fulfilment:
    return delivery.fulfilment_for(**details["fulfilment"], profile_id=details.get("delivery_profile_id", ""))


def _simple_details(details: Component) -> dict[str, Any]:
    said: dict[str, Any] = {
        key: details[key]
        for key in ("reference", "unknown_product_title", "economic_operator_id")
        if key in details
    }
    if "on_hold" in details:
        said["on_hold_by_retailer"] = details["on_hold"]
    if "countries" in details:
        said["country_availabilities"] = [offers.CountryAvailability(code) for code in details["countries"]]
    return said


def _details_at_bol(offer: bol.Offer) -> Component:
    fulfilment = offer.fulfilment or offers.Fulfilment("")
    details = state.details_of(
        reference=offer.reference or "",
        unknown_product_title=offer.unknown_product_title or "",
        on_hold=bool(offer.on_hold_by_retailer),
        method=fulfilment.method,
        delivery_code=delivery.code_for(fulfilment),
        economic_operator_id=offer.economic_operator_id or "",
        delivery_profile_id=fulfilment.profile_id or "",
    )
    # Named even where there is none, for then bol has told.
    return {**details, "countries": sorted(country.country_code for country in offer.country_availabilities)}


def _look_up(client: bol.Client, listing: Listing) -> Found | None:
    known = (found(offer) for offer in client.offers.iterate(eans=[listing.ean]))
    return next((offer for offer in known if offer.condition == listing.condition), None)
