"""The assortment as a spreadsheet: in the columns of the import, so that it comes in again unchanged.

A row at a time, whatever the size of the assortment.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from offers.imports.columns import COLUMNS, FIELD_OF, OPTIONAL
from offers.models import Offer, OfferQuerySet
from offers.spreadsheets import Cell, Table

HEADER = (*COLUMNS, *OPTIONAL)
OF_PRODUCT = ("reference", "ean", "title")
AT_ONCE = 2000


def assortment(offers: OfferQuerySet) -> Table:
    """Return these offers as a table, an offer a row."""
    return Table("Assortment", HEADER, _rows(offers))


def _rows(offers: OfferQuerySet) -> Iterator[list[Cell]]:
    for offer in offers.with_all().order_by("project_id", "pk").iterator(AT_ONCE):
        yield [_cell(offer, column) for column in HEADER]


def _cell(offer: Offer, column: str) -> Cell:
    if column == "project":
        return offer.project.name
    if column == "volume_prices":
        return volume_prices_text(offer.volume_prices)
    value = getattr(offer.product if column in OF_PRODUCT else offer, FIELD_OF.get(column, column))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, int | Decimal) else str(value)


def volume_prices_text(steps: list[dict[str, Any]]) -> str:
    """Return "6: 11.00; 12: 10.50", or "none"."""
    return "; ".join(f"{step['quantity']}: {step['unit_price']}" for step in steps) or "none"
