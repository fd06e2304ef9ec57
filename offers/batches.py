"""Remembers what an import or bulk action changed, so that it can be undone as a whole (see offers.undoing)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_datetime

from offers.models import BulkRun, ChangeBatch, ChangeBatchRow, ImportRun, Offer
from offers.state import price_text

Values = Mapping[str, Any]
# One offer with its values before and after, by field; None before: it was made.
Changed = tuple[Offer, Values | None, Values]

PRODUCT = "product."
AT_ONCE = 1000


def start_batch(
    title: str, by: Any, run: ImportRun | None = None, bulk_run: BulkRun | None = None
) -> ChangeBatch:
    """Return a batch that is filled part by part, with `record`."""
    return ChangeBatch.objects.create(title=title[:255], created_by=by, run=run, bulk_run=bulk_run)


def record(batch: ChangeBatch, changes: Iterable[Changed]) -> None:
    """Add changes to a batch; call it in the transaction of the changes."""
    ChangeBatchRow.objects.bulk_create(
        (_row(batch, offer, before, after) for offer, before, after in changes), batch_size=AT_ONCE
    )


def pairs_apart(changed: Mapping[Offer, Mapping[str, tuple[Any, Any]]]) -> Iterator[Changed]:
    """Yield changes that are given as old and new by field."""
    for offer, pairs in changed.items():
        before = {field: old for field, (old, _new) in pairs.items()}
        yield offer, before, {field: new for field, (_old, new) in pairs.items()}


def stored(value: Any) -> Any:
    """Return a value of an offer or product as a batch keeps it; a moment is text in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return price_text(value) if isinstance(value, Decimal) else value


def restored(field: str, value: Any) -> Any:
    """Return a value that a batch keeps as offers and products have it."""
    if field == "hold_until":
        return parse_datetime(value or "")
    return Decimal(value) if field == "price" and value else value


def current(offer: Offer, field: str) -> Any:
    """Return the present value of a field as a batch would keep it."""
    if field.startswith(PRODUCT):
        return getattr(offer.product, field.removeprefix(PRODUCT))
    return stored(getattr(offer, field))


def _row(batch: ChangeBatch, offer: Offer, before: Values | None, after: Values) -> ChangeBatchRow:
    return ChangeBatchRow(
        batch=batch,
        offer=offer,
        name=offer.product.reference,
        before=None if before is None else _stored(before),
        after=_stored(after),
    )


def _stored(values: Values) -> dict[str, Any]:
    return {field: stored(value) for field, value in values.items()}
