"""Writing what a part of a spreadsheet makes or changes, and announcing it to bol: one short transaction for all of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from offers.announcing import announce
from offers.conflicts import find_conflicts_of
from offers.imports.entries import OFFER_FIELDS, PRODUCT_FIELDS, Entry
from offers.models import HOLD_FIELDS, KNOWN_FIELDS, FoundBy, Offer, Product, Project

# Sales move the stock at any moment; what a row says of it goes before that anyway.
FIELDS_OF_PEOPLE = tuple(name for name in OFFER_FIELDS if name != "stock")


class Overtaken(Exception):
    """Somebody changed the same rows since they were compared; compare again."""


@transaction.atomic
def write(entries: Sequence[Entry], by: Any) -> None:
    """Save projects, products and offers, only where and what they change, and announce the offers that did.

    Raises Overtaken or IntegrityError where the database is not any more as it was when the rows were compared;
    nothing is written then.
    """
    _save_projects(entries)
    products = _save_products(entries)
    touched = [*_create_offers(entries, products), *_change_offers(entries)]
    retold = [entry.product.pk for entry in entries if entry.product and entry.changed(PRODUCT_FIELDS)]
    # The title and EAN of a product are told with each of its offers, in every project.
    touched += Offer.objects.filter(product__in=retold).values_list("pk", flat=True)
    touched += _adopt(entries)
    _announce(set(touched), by)


def _save_projects(entries: Iterable[Entry]) -> None:
    """Make the projects that are new, and let their rows share them."""
    made: dict[str, Project] = {}
    for entry in entries:
        if not entry.project.pk:
            entry.project = made.get(entry.project.name) or _make_project(entry.project)
            made[entry.project.name] = entry.project


def _make_project(wanted: Project) -> Project:
    project, _created = Project.objects.get_or_create(
        name=wanted.name, defaults={"connection": wanted.connection}
    )
    if project.connection_id != wanted.connection_id:
        raise Overtaken(wanted.name)
    return project


def _save_products(entries: Sequence[Entry]) -> dict[str, Product]:
    """Save new and changed products; return those of these rows by reference."""
    products = {entry.product.reference: entry.product for entry in entries if entry.product}
    # One product may come with several offers.
    fresh = {entry.reference: entry.fresh_product() for entry in reversed(entries) if not entry.product}
    products |= {product.reference: product for product in Product.objects.bulk_create(fresh.values())}
    _change_products([entry for entry in entries if entry.product and entry.changed(PRODUCT_FIELDS)])
    return products


def _change_products(entries: Sequence[Entry]) -> None:
    if not entries:
        return
    planned = {entry.product.pk: entry for entry in entries if entry.product}
    current = list(Product.objects.select_for_update().filter(pk__in=planned).order_by("pk"))
    _check_count(current, planned)
    for product in current:
        entry = planned[product.pk]
        _check_same(product, entry.product, PRODUCT_FIELDS)
        _set(product, entry.changed(PRODUCT_FIELDS))
    _check_not_at_bol([pk for pk, entry in planned.items() if "ean" in entry.changes])
    _overwrite(current, {name for entry in entries for name in entry.changed(PRODUCT_FIELDS)})


def _check_not_at_bol(products: Sequence[int]) -> None:
    for offer in Offer.objects.select_for_update().filter(product__in=products):
        if offer.is_at_bol:
            raise Overtaken(str(offer))


def _create_offers(entries: Iterable[Entry], products: dict[str, Product]) -> list[int]:
    fresh = [entry for entry in entries if not entry.offer and entry.reference]
    made = Offer.objects.bulk_create([entry.fresh_offer(products[entry.reference or ""]) for entry in fresh])
    for entry, offer in zip(fresh, made, strict=True):
        entry.made = offer
    return [offer.pk for offer in made]


def _change_offers(entries: Iterable[Entry]) -> list[int]:
    planned = {entry.offer.pk: entry for entry in entries if entry.offer and entry.changed(OFFER_FIELDS)}
    if not planned:
        return []
    current = list(Offer.objects.select_for_update().filter(pk__in=planned).order_by("pk"))
    _check_count(current, planned)
    now = timezone.now()
    for offer in current:
        entry = planned[offer.pk]
        _check_same(offer, entry.offer, FIELDS_OF_PEOPLE)
        entry.follow_stock(offer.stock)
        changed = entry.changed(OFFER_FIELDS)
        _set(offer, {**changed, "changed_at": now, **({"stock_set_at": now} if "stock" in changed else {})})
        if "on_hold" in changed:
            offer.forget_hold()
    always = {"changed_at", "stock_set_at", *HOLD_FIELDS}
    _overwrite(current, always.union(*(entry.changed(OFFER_FIELDS) for entry in planned.values())))
    return list(planned)


def _adopt(entries: Iterable[Entry]) -> list[int]:
    """Take over offers that bol has, with the values that its export names: nothing of them is left to be said."""
    ids = {
        offer.pk: entry.offer_id
        for entry in entries
        if entry.offer_id and (offer := entry.made or entry.offer) and not offer.offer_id
    }
    offers = list(Offer.objects.filter(pk__in=ids).locked())
    for offer in offers:
        if offer.is_at_bol:
            raise Overtaken(str(offer))
        # What the export leaves out (title, countries, further prices) is taken to be as we want it until bol is asked.
        offer.adopt(ids[offer.pk] or "", offer.wanted)
    _overwrite(offers, {*KNOWN_FIELDS})
    return [offer.pk for offer in offers]


def _announce(offers: set[int], by: Any) -> None:
    touched = list(Offer.objects.filter(pk__in=offers).locked())
    find_conflicts_of(touched, FoundBy.IMPORT)
    announce(touched, by)


def _overwrite(rows: Sequence[Any], fields: set[str]) -> None:
    """Save these fields of rows that are locked; an upsert, for an UPDATE with a CASE per row is eight times slower."""
    if rows:
        type(rows[0]).objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["id"], update_fields=sorted(fields)
        )


def _set(row: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _check_count(current: Sequence[Any], planned: dict[int, Entry]) -> None:
    if len(current) != len(planned):
        raise Overtaken("a row is gone")


def _check_same(current: Any, compared: Any, fields: Iterable[str]) -> None:
    if any(getattr(current, name) != getattr(compared, name) for name in fields):
        raise Overtaken(str(current))
