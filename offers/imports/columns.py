"""The header of a spreadsheet: which column means what, in English and in Dutch."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
# What an offer may have besides; an export always has them.
OPTIONAL = (
    "volume_prices",
    "countries",
    "reference_at_bol",
    "title_at_bol",
    "condition_comment",
    "margin_scheme",
    "economic_operator",
    "delivery_profile",
)
# Only in bol's own export of offers: such a row takes over the offer that bol has.
OFFER_ID = "offer_id"
ALL = (*COLUMNS, *OPTIONAL, OFFER_ID)
REQUIRED = ("reference",)
# Where a column is called otherwise than the field of an offer.
FIELD_OF = {
    "reference_at_bol": "reference_code",
    "title_at_bol": "unknown_product_title",
    "margin_scheme": "is_margin_good",
    "economic_operator": "economic_operator_id",
    "delivery_profile": "delivery_profile_id",
}

# As people and their systems write them; case, spaces and punctuation do not count.
SYNONYMS = {
    "project": "assortment assortiment feed",
    "reference": (
        "sku articlenumber articlecode articleno itemnumber itemcode itemno productcode productnumber referencecode "
        "artikelnummer artikelnr artikelcode referentie productnummer referentiecode internereferentie"
    ),
    "ean": "eancode eannummer eannumber ean13 gtin gtin13 gtincode barcode streepjescode isbn isbn13 upc",
    "title": "name producttitle productname description titel naam producttitel productnaam artikelnaam omschrijving",
    "condition": "conditionname conditie staat toestand",
    "price": "unitprice sellingprice salesprice retailprice bundlepricesprice prijs verkoopprijs stukprijs consumentenprijs",
    "stock": "quantity stockamount stocklevel inventory available voorraad aantal voorraadaantal beschikbaar",
    "on_hold": "hold paused onholdbyretailer gepauzeerd pauze geparkeerd",
    "fulfilment_method": "fulfilment fulfillment fulfillmentmethod fulfilmenttype fulfilmentmethode verzendwijze",
    "delivery_code": "delivery deliverytime fulfilmentdeliverycode levertijd levercode leverbelofte bezorgtijd",
    "volume_prices": "volumeprice bundleprices quantityprices staffelprijzen staffelprijs stapelkorting",
    "countries": "country countrycodes landen land",
    "reference_at_bol": "bolreference referentiebijbol bolreferentie",
    "title_at_bol": "unknownproducttitle boltitle titelbijbol boltitel",
    "condition_comment": "comment toelichting opmerking conditieopmerking toelichtingconditie",
    "margin_scheme": "margin margeregeling marge",
    "economic_operator": "economicoperatorid eoid marktdeelnemer marktdeelnemerid",
    "delivery_profile": "deliveryprofileid profileid leverprofiel bezorgprofiel",
    "offer_id": "offerid",
}
COLUMN_FOR = {field: column for column, field in FIELD_OF.items()}
NOT_A_LETTER = re.compile(r"[\W_]+")


class Unreadable(Exception):
    """A file that cannot be imported at all; the text says why, where, and what to do."""


class Unclear(Unreadable):
    """A header of which a person can say what its columns mean."""


def _normal(text: str) -> str:
    return NOT_A_LETTER.sub("", text.casefold())


COLUMN_OF = {_normal(word): column for column in ALL for word in (column, *SYNONYMS.get(column, "").split())}


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


def read_header(texts: Sequence[str], mapping: Mapping[str, str] | None = None) -> Header:
    """Return the meaning of a first row; `mapping` names the column at a place, or none, where we are mistaken.

    Raises Unclear where a required column is missing, or one is there twice.
    """
    texts = tuple(text.strip() for text in texts)
    meanings = meanings_of(texts, mapping)
    if not any(meanings):
        raise Unclear(
            _("Line 1 names no known column: it says “%(line)s”. It must be a header such as %(header)s.")
            % {"line": ", ".join(texts)[:100], "header": ", ".join(COLUMNS)}
        )
    header = Header(texts, _places(texts, meanings))
    missing = [column for column in REQUIRED if column not in header.places]
    if missing:
        raise Unclear(
            _("Line 1 has no column %(missing)s. Add it to the header and fill it in.")
            % {"missing": ", ".join(f"“{column}”" for column in missing)}
        )
    return header


def meanings_of(texts: Sequence[str], mapping: Mapping[str, str] | None = None) -> list[str]:
    """Return the column that each text stands for, empty where it means nothing to us."""
    chosen = mapping or {}
    return [chosen.get(str(place), COLUMN_OF.get(_normal(text), "")) for place, text in enumerate(texts)]


def _places(texts: Sequence[str], meanings: Sequence[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, (text, column) in enumerate(zip(texts, meanings, strict=True)):
        if column in places:
            raise Unclear(
                _(
                    "Line 1 has the column “%(column)s” twice: as “%(first)s” and as “%(second)s”. Keep one of them."
                )
                % {"column": column, "first": texts[places[column]], "second": text}
            )
        if column:
            places[column] = place
    return places
