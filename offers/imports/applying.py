"""Writing what a part of a spreadsheet makes or changes, and announcing it to bol: one short transaction for all of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from offers.announcing import announce
from offers.conflicts import find_conflicts_of
from offers.imports.entries import OFFER_FIELDS, PRODUCT_FIELDS, Entry
from offers.imports.known import is_at_bol
from offers.models import FoundBy, Offer, Product, Project


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
    fresh = [entry.fresh_product() for entry in entries if not entry.product]
    products |= {product.reference: product for product in Product.objects.bulk_create(fresh)}
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
        if is_at_bol(offer):
            raise Overtaken(str(offer))


def _create_offers(entries: Iterable[Entry], products: dict[str, Product]) -> list[int]:
    fresh = [
        entry.fresh_offer(products[entry.reference])
        for entry in entries
        if not entry.offer and entry.reference
    ]
    return [offer.pk for offer in Offer.objects.bulk_create(fresh)]


def _change_offers(entries: Iterable[Entry]) -> list[int]:
    planned = {entry.offer.pk: entry for entry in entries if entry.offer and entry.changed(OFFER_FIELDS)}
    if not planned:
        return []
    current = list(Offer.objects.select_for_update().filter(pk__in=planned).order_by("pk"))
    _check_count(current, planned)
    now = timezone.now()
    for offer in current:
        entry = planned[offer.pk]
        _check_same(offer, entry.offer, OFFER_FIELDS)
        _set(offer, {**entry.changed(OFFER_FIELDS), "changed_at": now})
    _overwrite(current, {"changed_at"}.union(*(entry.changed(OFFER_FIELDS) for entry in planned.values())))
    return list(planned)


def _announce(offers: set[int], by: Any) -> None:
    touched = list(Offer.objects.with_all().filter(pk__in=offers).order_by("pk"))
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
