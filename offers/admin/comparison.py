"""What we want, what bol confirmed and what bol says now, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from offers import delta
from offers.explaining import explain
from offers.models import Offer
from offers.state import DETAILS, PRICE, STOCK, Component, State

# So much of a sentence fits in a list.
HINT = 60

# Rows in the order in which people read them: component and the field in it.
ROWS = (
    (PRICE, "bundle_prices"),
    (STOCK, "amount"),
    (STOCK, "managed_by_retailer"),
    (DETAILS, "on_hold"),
    (DETAILS, "reference"),
    (DETAILS, "unknown_product_title"),
    (DETAILS, "fulfilment"),
    (DETAILS, "countries"),
    (DETAILS, "economic_operator_id"),
    (DETAILS, "delivery_profile_id"),
)


@dataclass(frozen=True)
class Row:
    """One field with its three values in words."""

    name: str
    wanted: str
    known: str
    observed: str
    differs: bool


def rows(offer: Offer) -> list[Row]:
    """Return the fields of an offer with their three values."""
    wanted, known = offer.wanted, offer.known
    observed = State(**{name: (offer.observed or {}).get(name) for name in (DETAILS, PRICE, STOCK)})
    return [
        Row(
            name=_names()[field],
            wanted=_value(wanted[component], field),
            known=_value(known.state[component], field) + (" ?" if component in known.in_doubt else ""),
            observed=_value(observed[component], field),
            differs=field in delta.changed_fields(wanted[component], known.state[component]),
        )
        for component, field in ROWS
    ]


def difference_in_words(offer: Offer) -> str:
    """Return what bol has otherwise: "Price 12.50 → 13.00", or "" where bol has everything."""
    if not offer.offer_id or offer.gone_at:
        return ""
    wanted, known = offer.wanted, offer.known
    parts = [
        f"{_names()[field]} {_value(known.state[component], field)} → {_value(wanted[component], field)}"
        for component, field in ROWS
        if field in delta.changed_fields(wanted[component], known.state[component])
    ]
    waits = parts and delta.to_send(wanted, known) != delta.differing(wanted, known)
    words = ", ".join(parts)
    return _("%(changes)s (waits for stock)") % {"changes": words} if waits else words


def hint(offer: Offer) -> SafeString | str:
    """Return what bol has otherwise in few words, with the sentence why for who points at it."""
    said = explain(offer)
    words = difference_in_words(offer) or (Truncator(said).chars(HINT) if said else "")
    return format_html('<span title="{}">{}</span>', said, words) if words else ""


@dataclass(frozen=True)
class Country:
    """Whether bol sells in a country, and why not."""

    name: str
    is_for_sale: bool | None
    reasons: list[str]


def at_bol(offer: Offer) -> list[Country]:
    """Return per country what bol decided."""
    seen = (offer.observed or {}).get("for_sale") or ()
    return [Country(entry["country"], entry["for_sale"], _reasons(offer, entry["country"])) for entry in seen]


def _reasons(offer: Offer, country: str) -> list[str]:
    return [reason["description"] for reason in offer.reasons if reason.get("country") == country]


def hold_in_words(offer: Offer) -> str:
    """Return why an offer is on hold here and until when, or "" for one that is not."""
    if not offer.on_hold:
        return ""
    until = offer.hold_until and formats.date_format(
        timezone.localtime(offer.hold_until), "SHORT_DATETIME_FORMAT"
    )
    parts = [offer.hold_reason, _("until %(moment)s") % {"moment": until} if until else ""]
    return ", ".join(part for part in parts if part)


def component_in_words(fields: Component) -> str:
    """Return "Price 12.50, Stock 5" for fields of a component."""
    return ", ".join(f"{_names()[name]} {_value(fields, name)}" for _part, name in ROWS if name in fields)


def _names() -> dict[str, str]:
    return {
        "bundle_prices": _("Price"),
        "amount": _("Stock"),
        "managed_by_retailer": _("Orders subtracted by us"),
        "on_hold": _("On hold"),
        "reference": _("Reference"),
        "unknown_product_title": _("Title"),
        "fulfilment": _("Delivery"),
        "countries": _("Countries"),
        "economic_operator_id": _("Economic operator"),
        "delivery_profile_id": _("Delivery profile"),
    }


def _value(component: Component | None, field: str) -> str:
    found = (component or {}).get(field)
    return "-" if found in (None, "") else _in_words(found, field)


def _in_words(found: Any, field: str) -> str:
    if field == "bundle_prices":
        return ", ".join(_step(step) for step in found)
    if field == "fulfilment":
        return f"{found['method']} {found['delivery_code']}".strip()
    if isinstance(found, bool):
        return _("yes") if found else _("no")
    return ", ".join(found) if isinstance(found, list) else str(found)


def _step(step: dict[str, Any]) -> str:
    if step["quantity"] == 1:
        return str(step["unit_price"])
    return _("%(price)s from %(quantity)d") % {"price": step["unit_price"], "quantity": step["quantity"]}
