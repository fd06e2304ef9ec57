"""Takes what bol says about returns into the database: an older or emptier answer changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from connections import bol
from connections.models import Connection
from orders import noting
from orders.assigning import assign
from orders.models import OrderItem, Return, ReturnItem
from orders.personal_data.fields import anonymous
from orders.personal_data.tombstones import when_anonymised

Values = dict[str, Any]
Answer = bol.ReducedReturn | bol.Return


@transaction.atomic
def store(connection: Connection, answers: Sequence[Answer], read_at: datetime) -> dict[str, int]:
    """Insert or update the returns of a list, or one that was read in full; `read_at` is when its request began.

    Returns how many were new, changed and unchanged.
    """
    known = _known(connection, answers)
    forgotten = when_anonymised(connection, {item.order_id for one in answers for item in one.return_items})
    counts: dict[str, int] = defaultdict(int)
    for answer in answers:
        parcel = known.get(answer.return_id)
        if parcel and parcel.read_at and read_at < parcel.read_at:
            continue
        parcel = parcel or _new(connection, answer, forgotten)
        counts[_store(parcel, answer, read_at)] += 1
    match(connection, [answer.return_id for answer in answers])
    return dict(counts)


def match(connection: Connection, return_ids: Iterable[str]) -> None:
    """Find the order items of what these parcels hold; an order that is not here yet is fetched first."""
    unmatched = list(
        ReturnItem.objects.filter(
            parcel__connection=connection, parcel__return_id__in=list(return_ids), order_item=None
        ).exclude(order_id="")
    )
    items = _items_by_order(connection, {item.order_id for item in unmatched})
    missing = {item.order_id for item in unmatched} - set(items)
    if missing:
        noting.note(connection, missing)
    for item in unmatched:
        found = _choose(items.get(item.order_id, []), item.ean)
        if found:
            item.order_item = found
            item.save(update_fields=["order_item"])


def match_order(connection: Connection, order_id: str) -> None:
    """Find the order items of returns that were here before their order; call it when an order was stored."""
    waiting = ReturnItem.objects.filter(parcel__connection=connection, order_id=order_id, order_item=None)
    return_ids = list(waiting.values_list("parcel__return_id", flat=True))
    if return_ids:
        match(connection, return_ids)


def _known(connection: Connection, answers: Iterable[Answer]) -> dict[str, Return]:
    ids = [answer.return_id for answer in answers]
    found = Return.objects.select_for_update().filter(connection=connection, return_id__in=ids)
    return {parcel.return_id: parcel for parcel in found.order_by("pk").prefetch_related("items")}


def _new(connection: Connection, answer: Answer, forgotten: Mapping[str, datetime]) -> Return:
    """Return a parcel that was not here; its customer may have been forgotten with the order, if it is older than that."""
    moments = [forgotten[item.order_id] for item in answer.return_items if item.order_id in forgotten]
    registered = answer.registration_date_time
    before = next((moment for moment in moments if registered is None or registered < moment), None)
    return Return(connection=connection, return_id=answer.return_id, anonymised_at=before)


def _store(parcel: Return, answer: Answer, read_at: datetime) -> str:
    is_new = parcel.pk is None
    changed = assign(parcel, _anonymous(parcel, Return, _values(answer)))
    parcel.read_at = read_at
    if isinstance(answer, bol.Return):
        parcel.read_in_full_at = read_at
    parcel.save(update_fields=None if is_new else [*changed, "read_at", "read_in_full_at"])
    items_changed = _store_items(parcel, answer.return_items)
    if is_new:
        return "new"
    return "changed" if changed or items_changed else "unchanged"


def _anonymous(parcel: Return, model: type[Model], values: Values) -> Values:
    return anonymous(model, values) if parcel.anonymised_at else values


def _values(answer: Answer) -> Values:
    values: Values = {
        "registered_at": answer.registration_date_time,
        "fulfilment_method": answer.fulfilment_method,
    }
    if isinstance(answer, bol.Return) and answer.return_items:
        first = answer.return_items[0]
        values |= {
            "track_and_trace": first.track_and_trace,
            "transporter_name": first.transporter_name,
            "customer_details": first.customer_details and first.customer_details.given(),
        }
    return values


def _store_items(parcel: Return, answers: Sequence[bol.ReducedReturnItem]) -> bool:
    known = {item.rma_id: item for item in parcel.items.all()} if parcel.pk else {}
    changed = False
    for answer in answers:
        item = known.get(answer.rma_id) or ReturnItem(parcel=parcel, rma_id=answer.rma_id)
        changed |= _store_item(item, _anonymous(parcel, ReturnItem, _item_values(answer)))
    return changed


def _store_item(item: ReturnItem, values: Values) -> bool:
    results = values.pop("results")
    changed = assign(item, values)
    if results and results != item.results:
        item.results = results
        changed.append("results")
    if changed or item.pk is None:
        item.save(update_fields=changed if item.pk else None)
        return True
    return False


def _item_values(answer: bol.ReducedReturnItem) -> Values:
    reason = answer.return_reason
    return {
        "order_id": answer.order_id,
        "ean": answer.ean,
        "title": getattr(answer, "title", ""),
        "expected_quantity": answer.expected_quantity,
        "main_reason": reason and reason.main_reason,
        "detailed_reason": reason and reason.detailed_reason,
        "customer_comments": reason and reason.customer_comments,
        "is_handled": answer.handled,
        "results": results_of(answer),
    }


def results_of(answer: bol.ReducedReturnItem) -> list[Values]:
    """Return bol's processing results as they are kept."""
    return [
        {
            "quantity": result.quantity,
            "processingResult": result.processing_result,
            "handlingResult": result.handling_result,
            "processingDateTime": result.processing_date_time and result.processing_date_time.isoformat(),
        }
        for result in answer.processing_results
    ]


def _items_by_order(connection: Connection, order_ids: set[str]) -> dict[str, list[OrderItem]]:
    found: dict[str, list[OrderItem]] = defaultdict(list)
    rows = OrderItem.objects.filter(order__connection=connection, order__order_id__in=order_ids)
    for item in rows.select_related("order").order_by("pk"):
        found[item.order.order_id].append(item)
    return found


def _choose(items: Sequence[OrderItem], ean: str) -> OrderItem | None:
    """Return the item of that EAN, one that was shipped before one that was not."""
    same = [item for item in items if item.ean == ean]
    return max(same, key=lambda item: item.quantity_shipped, default=None)
