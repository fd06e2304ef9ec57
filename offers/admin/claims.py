"""The offers that claim one EAN, side by side: a row per field, a column per offer, and where they differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from connections.adminbase import show_label
from offers.models import Offer
from offers.state import price_text

Say = Callable[[Offer], object]


@dataclass(frozen=True)
class ClaimRow:
    """One field with the value of each offer."""

    name: str
    values: list[str]
    differs: bool


@dataclass(frozen=True)
class Claimant:
    """One of the offers, as the head of its column."""

    offer: Offer
    link: str
    status: str


def compare(offers: list[Offer]) -> dict[str, Any]:
    """Return `claimants`, the columns, and `rows` with their values in the same order."""
    return {
        "claimants": [_claimant(offer) for offer in offers],
        "rows": [_wanted(offers, *field) for field in _wanted_fields()]
        + [_at_bol(offers, *field) for field in _fields_at_bol()],
    }


def _wanted(offers: list[Offer], name: str, say: Say) -> ClaimRow:
    values = [_in_words(say(offer)) for offer in offers]
    return ClaimRow(name, values, differs=len(set(values)) > 1)


def _at_bol(offers: list[Offer], name: str, say: Say) -> ClaimRow:
    # Only one of them is at bol, so that they differ in this says nothing.
    return ClaimRow(name, [_in_words(say(offer)) for offer in offers], differs=False)


def _claimant(offer: Offer) -> Claimant:
    status = Offer.Status(offer.status)
    label = show_label(status.label, Offer.STATUS_COLOURS[status])
    return Claimant(offer, reverse("admin:offers_offer_change", args=[offer.pk]), label)


def _wanted_fields() -> list[tuple[str, Say]]:
    return [
        (_("Project"), lambda offer: offer.project),
        (_("Product"), lambda offer: offer.product.reference),
        (_("Title"), lambda offer: offer.unknown_product_title or offer.product.title),
        (_("Price"), lambda offer: price_text(offer.price)),
        (_("Stock"), lambda offer: offer.stock),
        (_("On hold"), lambda offer: offer.on_hold),
        (_("Fulfilment"), lambda offer: offer.get_fulfilment_method_display()),
        (_("Delivery"), lambda offer: offer.get_delivery_code_display()),
        (_("Countries"), lambda offer: offer.get_countries_display()),
        (_("Reference at bol"), lambda offer: offer.reference_code or offer.product.reference),
    ]


def _fields_at_bol() -> list[tuple[str, Say]]:
    return [
        (_("Offer ID at bol"), lambda offer: offer.offer_id),
        (_("Price at bol"), _price_at_bol),
        (_("Stock at bol"), lambda offer: (offer.known_stock or {}).get("amount")),
    ]


def _price_at_bol(offer: Offer) -> object:
    steps = (offer.known_price or {}).get("bundle_prices", [])
    return next((step["unit_price"] for step in steps if step["quantity"] == 1), None)


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "-" if value in (None, "") else str(value)
