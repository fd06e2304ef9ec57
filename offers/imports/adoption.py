"""bol's own export of offers: each row is an offer that bol has, and finds its place among ours by ID or EAN.

The export names neither our project nor our article surely: the reference at bol may be empty or used twice
(Retailer API v10, Offers, export).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from connections.models import Connection
from offers.imports import values
from offers.models import Offer, Product

Row = dict[str, str]


@dataclass
class Places:
    """Where offers of bol belong, by what we have of one connection."""

    by_id: dict[str, Offer] = field(default_factory=dict)
    unpublished: dict[tuple[str, str], Offer] = field(default_factory=dict)
    references: dict[str, list[str]] = field(default_factory=dict)
    eans: dict[str, str] = field(default_factory=dict)

    @classmethod
    def about(cls, connection: Connection, rows: Sequence[Row]) -> Places:
        """Fetch what these rows may stand for, in a few queries."""
        offers = Offer.objects.with_all().filter(project__connection=connection)
        eans = {ean for row in rows if (ean := ean_in(row))}
        waiting = offers.filter(offer_id="", product__ean__in=eans)
        found = cls(
            {offer.offer_id: offer for offer in offers.filter(offer_id__in={_id_in(row) for row in rows})},
            {(offer.product.ean, offer.condition): offer for offer in waiting},
        )
        taken = {row["reference"].strip() for row in rows} | eans
        products = Product.objects.filter(ean__in=eans) | Product.objects.filter(reference__in=taken)
        for reference, ean in products.values_list("reference", "ean"):
            found.references.setdefault(ean, []).append(reference)
            found.eans[reference] = ean
        return found

    def place(self, row: Row) -> Row:
        """Return the row as one of ours: with the project, reference and condition of the offer it stands for."""
        ean, said = ean_in(row), row["reference"].strip()
        offer = self.by_id.get(_id_in(row)) or self.unpublished.get((ean, _condition_in(row)))
        if offer:
            reference = offer.product.reference
            ours = {"project": offer.project.name, "condition": offer.condition}
        else:
            reference, ours = self._reference(ean, said), {}
            # The next row of the same part may name it again.
            self.eans.setdefault(reference, ean)
        return {**row, **ours, "reference": reference, "reference_at_bol": "" if said == reference else said}

    def _reference(self, ean: str, said: str) -> str:
        ours = self.references.get(ean, [])
        if ours:
            return said if said in ours else min(ours)
        return said if said and self.eans.get(said, ean) == ean else ean


def placed(connection: Connection, rows: Iterable[Row]) -> list[Row]:
    """Return the rows of a part, those of bol's export as rows of ours."""
    known = list(rows)
    at_bol = [row for row in known if _id_in(row)]
    if not at_bol:
        return known
    places = Places.about(connection, at_bol)
    return [places.place(row) if _id_in(row) else row for row in known]


def ean_in(row: Row) -> str:
    """Return the EAN of a row, or an empty text; what is wrong with it is said when the row is read."""
    try:
        return values.parse_ean(row["ean"])
    except ValueError:
        return ""


def _condition_in(row: Row) -> str:
    try:
        return values.parse_condition(row["condition"])
    except ValueError:
        return ""


def _id_in(row: Row) -> str:
    return row["offer_id"].strip()
