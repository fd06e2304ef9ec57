"""The header of a spreadsheet: which column means what, in English and in Dutch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

COLUMNS = (
    "project",
    "reference",
    "ean",
    "title",
    "condition",
    "price",
    "stock",
    "on_hold",
    "fulfilment_method",
    "delivery_code",
)
REQUIRED = ("reference", "ean", "price", "stock")

# As people and their systems write them; case, spaces and punctuation do not count.
SYNONYMS = {
    "project": "assortment assortiment feed",
    "reference": (
        "sku articlenumber articlecode itemnumber productcode referencecode artikelnummer artikelnr artikelcode referentie"
    ),
    "ean": "eancode ean13 gtin gtin13 barcode streepjescode isbn",
    "title": "name producttitle productname titel naam producttitel productnaam omschrijving",
    "condition": "conditie staat",
    "price": "unitprice sellingprice prijs verkoopprijs",
    "stock": "quantity voorraad aantal",
    "on_hold": "hold gepauzeerd",
    "fulfilment_method": "fulfilment fulfillment fulfillmentmethod fulfilmentmethode",
    "delivery_code": "delivery deliverytime levertijd levercode leverbelofte",
}
NOT_A_LETTER = re.compile(r"[\W_]+")


class Unreadable(Exception):
    """A file that cannot be imported at all; the text says why, where, and what to do."""


def _normal(text: str) -> str:
    return NOT_A_LETTER.sub("", text.casefold())


COLUMN_OF = {
    _normal(word): column for column in COLUMNS for word in (column, *SYNONYMS.get(column, "").split())
}


@dataclass(frozen=True)
class Header:
    """The first row: its texts, and the place of each column that is known."""

    texts: tuple[str, ...]
    places: dict[str, int]

    @property
    def ignored(self) -> list[str]:
        """Return the columns that mean nothing to us."""
        return [text for place, text in enumerate(self.texts) if text and place not in self.places.values()]


def count_known(texts: Sequence[str]) -> int:
    """Return how many of these are names of columns."""
    return sum(_normal(text) in COLUMN_OF for text in texts)


def read_header(texts: Sequence[str]) -> Header:
    """Return the meaning of a first row. Raises Unreadable where a required column is missing, or one is there twice."""
    texts = tuple(text.strip() for text in texts)
    if not count_known(texts):
        raise Unreadable(
            _("Line 1 names no known column: it says “%(line)s”. It must be a header such as %(header)s.")
            % {"line": ", ".join(texts)[:100], "header": ", ".join(COLUMNS)}
        )
    header = Header(texts, _places(texts))
    missing = [column for column in REQUIRED if column not in header.places]
    if missing:
        raise Unreadable(
            _("Line 1 has no column %(missing)s. Add it to the header and fill it in.")
            % {"missing": ", ".join(f"“{column}”" for column in missing)}
        )
    return header


def _places(texts: Sequence[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, text in enumerate(texts):
        column = COLUMN_OF.get(_normal(text))
        if column in places:
            raise Unreadable(
                _(
                    "Line 1 has the column “%(column)s” twice: as “%(first)s” and as “%(second)s”. Keep one of them."
                )
                % {"column": column, "first": texts[places[column]], "second": text}
            )
        if column:
            places[column] = place
    return places
