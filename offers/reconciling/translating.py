"""Says what bol has in our own words: the values a person would have typed to get just that."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from offers.choices import Countries
from offers.models import Offer
from offers.state import PRICE, STOCK

PLAIN = {
    "reference": "reference_code",
    "unknown_product_title": "unknown_product_title",
    "on_hold": "on_hold",
    "economic_operator_id": "economic_operator_id",
}


def wishes(offer: Offer, component: str, theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the wanted values of an offer that are the same as `theirs`.

    Raises ValidationError for what an offer here cannot say.
    """
    if component == PRICE:
        return price_wishes(theirs["bundle_prices"])
    if component == STOCK:
        return _stock_wishes(offer, theirs)
    return details_wishes(theirs)


def price_wishes(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the price of one, and the volume prices."""
    first, *rest = steps
    return {"price": Decimal(first["unit_price"]), "volume_prices": rest}


def details_wishes(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the wishes for those details that are named."""
    wanted = {ours: details[name] for name, ours in PLAIN.items() if name in details}
    if "fulfilment" in details:
        wanted["fulfilment_method"] = details["fulfilment"]["method"]
        wanted["delivery_code"] = details["fulfilment"]["delivery_code"]
    if "countries" in details:
        wanted["countries"] = _countries(details["countries"])
    return wanted


def _stock_wishes(offer: Offer, theirs: Mapping[str, Any]) -> dict[str, Any]:
    if theirs.get("managed_by_retailer", offer.project.stock_managed_by_retailer) != (
        offer.project.stock_managed_by_retailer
    ):
        raise ValidationError(
            _("Who subtracts bol's orders from the stock is set for the whole project. Change it there."),
            "stock",
        )
    return {"stock": theirs["amount"]} if "amount" in theirs else {}


def _countries(codes: list[str]) -> str:
    for choice in Countries.values:
        if set(choice.split(",")) == set(codes):
            return choice
    raise ValidationError(_("An offer here cannot be for sale in just these countries."), "countries")
