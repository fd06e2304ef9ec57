"""What a file has said already: an offer counts once in a file, and a product is the same in each of its rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

OfferName = tuple[str, str, str]
ProductSaid = tuple[str, str]


@dataclass
class Seen:
    """The rows in which each offer came first, and in which each product got the EAN and title it has so far."""

    offers: dict[OfferName, int] = field(default_factory=dict)
    products: dict[str, tuple[int, ProductSaid]] = field(default_factory=dict)

    def ean_of(self, reference: str) -> str:
        """Return the EAN that the file gave a product so far, or an empty text."""
        return self.products[reference][1][0] if reference in self.products else ""

    def problem(self, number: int, offer: OfferName, said: ProductSaid) -> str:
        """Take note of a row; return why it goes against one before it, or an empty text.

        `offer` is project, reference and condition; `said` the EAN and title of the product, blank where not said.
        """
        first = self.offers.setdefault(offer, number)
        if first != number:
            return _("“%(reference)s” is in row %(first)d of this file already. Keep one of the two.") % {
                "reference": offer[1],
                "first": first,
            }
        row, before = self.products.setdefault(offer[1], (number, said))
        if any(old and new and old != new for old, new in zip(before, said, strict=True)):
            return _(
                "“%(reference)s” has another EAN or title in row %(first)d of this file. Keep one of the two."
            ) % {"reference": offer[1], "first": row}
        together = (before[0] or said[0], before[1] or said[1])
        if together != before:
            self.products[offer[1]] = (number, together)
        return ""
