"""What of a customer is a business: the data that the law wants on an invoice, and that is no person's.

bol names company, VAT and chamber of commerce number in the billing details (Retailer API v10, BillingDetails). A company
without either number may be a person who typed a name there, so it counts as personal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

REGISTERED = ("company", "vatNumber", "kvkNumber")


@dataclass(frozen=True)
class Business:
    """A customer that buys for a business; `order_reference` is the customer's own text."""

    company: str
    vat_number: str
    kvk_number: str
    order_reference: str


def business_of(billing_details: dict[str, Any]) -> Business | None:
    """Return the business in bol's billing details, or None for a private customer."""
    if not (billing_details.get("vatNumber") or billing_details.get("kvkNumber")):
        return None
    names = (*REGISTERED, "orderReference")
    return Business(*(str(billing_details.get(name) or "") for name in names))


def buys_for_business(*details: dict[str, Any]) -> bool:
    """Tell whether anything marks a customer as a business, for people who look for them; an address may do."""
    names = (*REGISTERED, "orderReference")
    return any(given.get(name) for given in details for name in names)
