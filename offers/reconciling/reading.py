"""Reads everything bol has of a connection, a part at a time: the list of version 11, the export of version 10."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any, TextIO

from connections import bol
from offers.dialects import Found, v11
from offers.state import MAX_STOCK, price_text


@dataclass(frozen=True)
class Sighting:
    """An offer in a list: all of it (`found`), or only what the export tells (`summary`)."""

    offer_id: str
    found: Found | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)


def read_page(client: bol.Client, cursor: str) -> tuple[list[Sighting], str]:
    """Read one page of the list; return what is on it and the cursor of the next, "" after the last.

    Raises Unreadable where bol gives the same cursor again.
    """
    page = client.offers.list(cursor=cursor or None)
    if page.next_cursor and page.next_cursor == cursor:
        raise bol.Unreadable("bol's list of offers gave the same cursor twice")
    seen = [Sighting(offer.offer_id, v11.found(offer)) for offer in page.offers]
    return seen, page.next_cursor or ""


def read_rows(file: TextIO, start: int) -> Iterator[Sighting]:
    """Read the rows of an export after the first `start`, one by one."""
    return islice(_sightings(file), start, None)


def _sightings(file: TextIO) -> Iterator[Sighting]:
    # By name: bol says that columns may be added (Retailer API v10, offer export).
    for row in csv.DictReader(file):
        yield Sighting(row.get("offerId") or "", summary=_summary(row))


def _summary(row: Mapping[str, str | None]) -> dict[str, Any]:
    """Return what a row tells; a cell that cannot be read tells nothing."""
    amount = row.get("stockAmount") or ""
    told = {
        "unit_price": _price(row.get("bundlePricesPrice") or ""),
        "amount": min(int(amount), MAX_STOCK) if amount.isdecimal() else None,
        "on_hold": {"true": True, "false": False}.get((row.get("onHoldByRetailer") or "").lower()),
        "reference": row.get("referenceCode"),
        "method": row.get("fulfilmentType"),
        "delivery_code": row.get("fulfilmentDeliveryCode"),
        # Since version 10.18 (Retailer API v10, release notes): an older export has no such column.
        "economic_operator_id": row.get("economicOperatorId") or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _price(text: str) -> str | None:
    try:
        return price_text(Decimal(text))
    except InvalidOperation:
        return None
