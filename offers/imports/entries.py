"""One row against what we have: what it would make or change, and why it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from offers import rules
from offers.choices import FulfilmentMethod
from offers.imports.known import Known
from offers.models import Offer, Product, Project
from offers.services import new_offer

PRODUCT_FIELDS = ("ean", "title")
# bol changes these of no offer that it has.
LASTING_FIELDS = ("condition_comment", "is_margin_good")
OFFER_FIELDS = (
    "price",
    "stock",
    "on_hold",
    "fulfilment_method",
    "delivery_code",
    "volume_prices",
    "countries",
    "reference_code",
    "unknown_product_title",
    "economic_operator_id",
    "delivery_profile_id",
    *LASTING_FIELDS,
)
NEEDED = ("ean", "price", "stock")

Changes = dict[str, tuple[Any, Any]]


@dataclass(repr=False)
class Entry:
    """A row as values; None where the cell is blank, which keeps what an offer has and gives a new one the default.

    `product` and `offer` are what we have of it, and are not touched.
    """

    project: Project
    product: Product | None = None
    offer: Offer | None = None

    reference: str | None = None
    ean: str | None = None
    title: str | None = None
    condition: str | None = None
    price: Any = None
    stock: int | None = None
    on_hold: bool | None = None
    fulfilment_method: str | None = None
    delivery_code: str | None = None
    volume_prices: list[dict[str, Any]] | None = None
    countries: str | None = None
    reference_code: str | None = None
    unknown_product_title: str | None = None
    economic_operator_id: str | None = None
    delivery_profile_id: str | None = None
    condition_comment: str | None = None
    is_margin_good: bool | None = None
    # Of bol's own export.
    offer_id: str | None = None

    changes: Changes = field(default_factory=dict)
    # The offer that was made of it.
    made: Offer | None = None

    def __str__(self) -> str:
        return self.reference or ""

    def compare(self) -> None:
        """Work out `changes`: old and new by field, for what we have already."""
        self.changes = {
            **self._differing(self.product, PRODUCT_FIELDS),
            **self._differing(self.offer, OFFER_FIELDS),
        }
        if self.offer and self.offer_id:
            # What differs in an offer that we know at bol is for the reconciliation, not for a file of some time ago.
            adopted = {"offer_id": ("", self.offer_id)}
            self.changes = {} if self.offer.offer_id else {**self.changes, **adopted}
        method = self.changes.get("fulfilment_method")
        if method and self.offer and self.delivery_code is None:
            # A delivery code goes with FBR only, so a blank one follows the method.
            code = self.project.delivery_code if method[1] == FulfilmentMethod.FBR else ""
            self.changes["delivery_code"] = (self.offer.delivery_code, code)

    def follow_stock(self, stock: int) -> None:
        """Take note of the stock that the offer has by now."""
        if "stock" in self.changes:
            self.changes["stock"] = (stock, self.changes["stock"][1])

    def changed(self, fields: tuple[str, ...]) -> dict[str, Any]:
        """Return the new values among these fields."""
        return {name: new for name, (_old, new) in self.changes.items() if name in fields}

    def problems(self, known: Known) -> Iterator[tuple[str, str]]:
        """Yield why the row cannot be taken, by field."""
        if self.project.connection_id != known.connection.pk:
            yield "project", self._of_another_connection()
        if self.product is not None and "ean" in self.changes and self.product.pk in known.at_bol:
            yield "ean", self._fixed_at_bol(self.product.ean)
        if self.offer and self.offer.is_at_bol:
            yield from ((name, self._lasts_at_bol()) for name in LASTING_FIELDS if name in self.changes)
        if self.offer_id and self.offer:
            yield from self._against_adoption(self.offer)
        missing = self._missing()
        yield from ((name, self._say_missing(name)) for name in missing)
        if not missing:
            yield from self._against_rules()

    def fresh_product(self) -> Product:
        """Return the product to make, not saved."""
        return Product(reference=self.reference or "", ean=self.ean or "", title=self.title or "")

    def fresh_offer(self, product: Product) -> Offer:
        """Return the offer to make, not saved; what the row leaves out comes from the project."""
        named = {name: getattr(self, name) for name in ("condition", *OFFER_FIELDS)}
        wanted = {name: value for name, value in named.items() if value is not None}
        return new_offer(self.project, product, **wanted)

    def _differing(self, had: Product | Offer | None, fields: tuple[str, ...]) -> Changes:
        if had is None:
            return {}
        pairs = {name: (getattr(had, name), getattr(self, name)) for name in fields}
        return {name: pair for name, pair in pairs.items() if pair[1] is not None and pair[0] != pair[1]}

    def _missing(self) -> list[str]:
        if self.offer:
            return []
        return [
            name for name in NEEDED if getattr(self, name) is None and not (name == "ean" and self.product)
        ]

    def _against_adoption(self, offer: Offer) -> Iterator[tuple[str, str]]:
        if offer.offer_id not in {"", self.offer_id}:
            yield "offer_id", _("This offer is known at bol by another ID: %(id)s.") % {"id": offer.offer_id}
        elif not offer.offer_id and offer.is_at_bol:
            yield "offer_id", _("This offer is being published just now. Import the row again in a minute.")

    def _against_rules(self) -> Iterator[tuple[str, str]]:
        try:
            if self.offer:
                rules.check_wanted({**self.offer.wanted_values(), **self.changed(OFFER_FIELDS)})
            else:
                self.fresh_offer(self.product or self.fresh_product()).clean()
        except ValidationError as error:
            yield from ((name, " ".join(words)) for name, words in error.message_dict.items())

    @staticmethod
    def _say_missing(name: str) -> str:
        return {
            "ean": _("The EAN is missing: a new product needs one. Write its 13 digits."),
            "price": _("The price is missing: a new offer needs one. Write a number such as 12.95."),
            "stock": _(
                "The stock is missing: a new offer needs one. Write a whole number, 0 if there is none."
            ),
        }[name]

    @staticmethod
    def _lasts_at_bol() -> str:
        return _(
            "This offer is at bol, and bol does not change this of an offer it has. Leave the cell blank, or stop "
            "selling this one and make a new offer."
        )

    def _of_another_connection(self) -> str:
        return _(
            "“%(project)s” is a project of the connection “%(connection)s”. "
            "Import the row for that connection, or choose another name."
        ) % {"project": self.project.name, "connection": self.project.connection}

    def _fixed_at_bol(self, ean: str) -> str:
        return _(
            "This product is at bol with EAN %(ean)s, and the EAN of an offer cannot be changed there. "
            "Write %(ean)s, or give the new article a reference of its own."
        ) % {"ean": ean}
