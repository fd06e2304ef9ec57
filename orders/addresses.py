"""The lines of an address as bol gives it (Retailer API v10, ShipmentDetails and BillingDetails)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Names = tuple[str, ...]

NAME: tuple[Names, ...] = (("company",), ("firstName", "surname"))
PICKUP_POINT: tuple[Names, ...] = (("pickupPointName",),)
STREET: tuple[Names, ...] = (
    ("streetName", "houseNumber", "houseNumberExtension"),
    ("extraAddressInformation",),
)
CONTACT: tuple[Names, ...] = (
    ("deliveryPhoneNumber",),
    ("email",),
    ("vatNumber",),
    ("kvkNumber",),
    ("orderReference",),
)


def lines_of(details: dict[str, Any], wanted: Iterable[Names]) -> list[str]:
    """Return a line for each group of bol's keys; what is not given is left out."""
    texts = [" ".join(str(details[name]) for name in names if details.get(name)) for names in wanted]
    return [text for text in texts if text]
