"""Finds the offer that was bought: by bol's offer id, else by our reference, else by EAN where that leaves one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from connections import bol
from connections.models import Connection
from offers.models import Offer, OfferQuerySet, Product
from offers.rules import EAN_LENGTH

Found = Iterable[tuple[str, int]]


@dataclass(frozen=True)
class Bought:
    """What an order item says of the offer that was bought; `item` is the order item id, the rest may be empty."""

    item: str
    offer_id: str
    reference: str
    ean: str

    @classmethod
    def of(cls, item: bol.OrderItem) -> Bought:
        offer, product = item.offer, item.product
        return cls(
            item.order_item_id,
            (offer and offer.offer_id) or "",
            (offer and offer.reference) or "",
            full_ean((product and product.ean) or ""),
        )


def full_ean(ean: str) -> str:
    """Return an EAN with the zeros that it begins with, which some leave out."""
    return ean.zfill(EAN_LENGTH) if ean.isascii() and ean.isdigit() else ean


def find_offers(connection: Connection, bought: Sequence[Bought]) -> dict[str, int]:
    """Return the key of the offer by order item id; what cannot be told is left out.

    Each way is tried for what the one before left open, with queries that an index answers.
    """
    ours = Offer.objects.filter(project__connection=connection)
    found: dict[str, int] = {}
    for name, look_up in _WAYS:
        wanted = {one.item: getattr(one, name) for one in bought if one.item not in found}
        offers = _only(look_up(ours, {value for value in wanted.values() if value}))
        found |= {item: offers[value] for item, value in wanted.items() if value in offers}
    return found


def _only(found: Found) -> dict[str, int]:
    """Return the offers that are the only one for their value."""
    offers: dict[str, set[int]] = defaultdict(set)
    for value, key in found:
        offers[value].add(key)
    return {value: keys.pop() for value, keys in offers.items() if len(keys) == 1}


def _by_offer_id(ours: OfferQuerySet, ids: Collection[str]) -> Found:
    return ours.filter(offer_id__in=ids).values_list("offer_id", "pk") if ids else []


def _by_reference(ours: OfferQuerySet, references: Collection[str]) -> Found:
    if not references:
        return []
    own = ours.filter(reference_code__in=references).values_list("reference_code", "pk")
    # Without a reference of its own an offer goes by that of its product.
    products = dict(Product.objects.filter(reference__in=references).values_list("pk", "reference"))
    rest = ours.filter(product__in=products, reference_code="").values_list("product", "pk")
    return [*own, *((products[product], key) for product, key in rest)]


def _by_ean(ours: OfferQuerySet, eans: Collection[str]) -> Found:
    # The products first: joined, PostgreSQL may read every offer.
    products = dict(Product.objects.filter(ean__in=eans).values_list("pk", "ean")) if eans else {}
    offers = ours.filter(product__in=products).values_list("product", "pk") if products else []
    return ((products[product], key) for product, key in offers)


_WAYS: tuple[tuple[str, Callable[[OfferQuerySet, Collection[str]], Found]], ...] = (
    ("offer_id", _by_offer_id),
    ("reference", _by_reference),
    ("ean", _by_ean),
)
