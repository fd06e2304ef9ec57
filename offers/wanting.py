"""What bol should have of an offer, in the words of the dialect that its connection speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.models import OffersApi
from offers import state
from offers.choices import DeliveryCode
from offers.state import Component, State

if TYPE_CHECKING:
    from offers.models import Offer


def wanted_of(offer: Offer) -> State:
    """Return the three components as a person wants them."""
    return State(
        details=_details(offer),
        price=state.price_of(offer.price, offer.volume_prices),
        stock=state.stock_of(offer.stock, managed_by_retailer=offer.project.stock_managed_by_retailer),
    )


def _details(offer: Offer) -> Component:
    # Version 10 has no word for countries and profiles, so there they are neither sent nor compared.
    is_v11 = offer.project.connection.offers_api == OffersApi.V11
    names_countries = is_v11 and not has_unheard_countries(offer)
    names_profile = is_v11 and offer.delivery_code == DeliveryCode.OWN_PROMISE
    return state.details_of(
        reference=offer.reference_code or offer.product.reference,
        unknown_product_title=offer.unknown_product_title or offer.product.title,
        on_hold=offer.on_hold,
        method=offer.fulfilment_method,
        delivery_code=offer.delivery_code,
        countries=offer.countries.split(",") if names_countries else (),
        economic_operator_id=offer.economic_operator_id,
        delivery_profile_id=offer.delivery_profile_id if names_profile else "",
    )


def has_unheard_countries(offer: Offer) -> bool:
    """Tell whether it was published in words without countries, and bol did not say since where it sells it."""
    return offer.known_details is not None and "countries" not in offer.known_details
