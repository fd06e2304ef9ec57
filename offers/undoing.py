"""Undoes a batch of changes: each offer goes back to what it was, except where somebody changed it since.

In portions, each in its own transaction, so that it can be interrupted and goes on where it was. An offer that the
batch made is taken back: discarded where bol never heard of it, else put on hold, for nothing is deleted at bol by
a rule.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from offers import batches, history, services
from offers.batches import PRODUCT
from offers.models import (
    HOLD_FIELDS,
    WANTED_FIELDS,
    BulkRun,
    ChangeBatch,
    ChangeBatchRow,
    ImportRun,
    Offer,
    Product,
)
from offers.models.batch import BatchOutcome

PORTION = 500
SLICE = timedelta(seconds=30)
# What services change and announce.
OF_SERVICES = frozenset({*WANTED_FIELDS, *HOLD_FIELDS})


@dataclass(frozen=True)
class Plan:
    """A row, its offer, and the values to go back to."""

    row: ChangeBatchRow
    offer: Offer
    before: Mapping[str, Any]

    @property
    def is_undone(self) -> bool:
        return self.row.outcome == BatchOutcome.UNDONE

    @property
    def wanted(self) -> dict[str, Any]:
        return {name: batches.restored(name, old) for name, old in self.before.items() if name in OF_SERVICES}

    @property
    def lasting(self) -> dict[str, Any]:
        """What bol would not change, so that services do not either."""
        return {
            name: old for name, old in self.before.items() if name not in OF_SERVICES and PRODUCT not in name
        }

    @property
    def of_product(self) -> dict[str, Any]:
        return {name.removeprefix(PRODUCT): old for name, old in self.before.items() if PRODUCT in name}

    def now(self) -> dict[str, Any]:
        """Return the present values of the same fields."""
        return {name: batches.current(self.offer, name) for name in self.before}


def start_undo(batch: ChangeBatch, by: Any) -> ChangeBatch | None:
    """Begin to undo a batch: a small one now, a large one in the background.

    None where it was begun before, or is not finished itself.
    """
    if not is_finished(batch):
        return None
    try:
        with transaction.atomic():
            undo = ChangeBatch.objects.create(
                title=_("Undo of %(title)s") % {"title": batch.title[:200]}, created_by=by, undoes=batch
            )
    except IntegrityError:
        return None
    if batch.rows.count() <= PORTION:
        carry_on(undo.pk)
    else:
        transaction.on_commit(partial(ring, undo.pk))
    return undo


def is_finished(batch: ChangeBatch) -> bool:
    """Tell whether nothing is added to a batch any more."""
    runs = (ImportRun.objects.filter(batch=batch), BulkRun.objects.filter(batch=batch))
    return not any(run.busy().exists() for run in runs)


def ring(undo_id: int) -> None:
    """Ask a background worker to go on with an undo."""
    async_task("offers.tasks.undo", undo_id)


def carry_on(undo_id: int) -> bool:
    """Go on for at most `SLICE`; tell whether there is more to do."""
    undo = ChangeBatch.objects.select_related("undoes", "created_by").get(pk=undo_id)
    stop = time.monotonic() + SLICE.total_seconds()
    while _undo_portion(undo):
        if time.monotonic() > stop:
            return True
    return False


@transaction.atomic
def _undo_portion(undo: ChangeBatch) -> bool:
    """Undo some rows, the last first; tell whether there were any."""
    waiting = ChangeBatchRow.objects.select_for_update().filter(batch=undo.undoes, outcome="")
    rows = list(waiting.order_by("-id")[:PORTION])
    keys = [row.offer_id for row in rows if row.offer_id]
    # In one order, so that two portions never wait for each other.
    locked = Offer.objects.with_all().select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    offers = {offer.pk: offer for offer in locked}
    plans = [plan for row in rows for plan in _plan(row, offers.get(row.offer_id or 0))]
    changed = [(plan.offer, plan.now(), plan.before) for plan in plans]
    _restore(plans, undo.created_by)
    batches.record(undo, [change for plan, change in zip(plans, changed, strict=True) if plan.is_undone])
    ChangeBatchRow.objects.bulk_update(rows, ["outcome", "kept_because"], batch_size=200)
    return bool(rows)


def _plan(row: ChangeBatchRow, offer: Offer | None) -> Iterator[Plan]:
    """Yield what is to be restored; settle at once the rows that need nothing more."""
    row.kept_because = _why_kept(row, offer)
    row.outcome = BatchOutcome.KEPT if row.kept_because else BatchOutcome.UNDONE
    if row.kept_because or offer is None:
        return
    if row.before is None and services.is_unknown_to_bol(offer):
        services.discard(offer)
        row.offer = None
        return
    yield Plan(row, offer, {"on_hold": True} if row.before is None else row.before)


def _why_kept(row: ChangeBatchRow, offer: Offer | None) -> str:
    """Return why a row is left as it is, or an empty text."""
    if offer is None:
        return _("The offer is not there any more.")
    changed = {
        field: (batches.restored(field, after), batches.restored(field, now))
        for field, after in row.after.items()
        if (now := batches.current(offer, field)) != after
    }
    return _("Changed since: %(changes)s.") % {"changes": history.in_words(changed)[:400]} if changed else ""


def _restore(plans: Sequence[Plan], by: Any) -> None:
    """Restore all of them at once, or one by one where a value is not accepted any more."""
    try:
        with transaction.atomic():
            _set(plans, by)
    except ValidationError as error:
        if len(plans) > 1:
            for plan in plans:
                _restore([plan], by)
            return
        plans[0].row.outcome = BatchOutcome.KEPT
        plans[0].row.kept_because = " ".join(error.messages)[:500]


def _set(plans: Sequence[Plan], by: Any) -> None:
    for plan in plans:
        _set_product(plan.offer, plan.of_product)
        if plan.lasting:
            Offer.objects.filter(pk=plan.offer.pk).update(**plan.lasting)
    services.change_each([(plan.offer, plan.wanted) for plan in plans], by)


def _set_product(offer: Offer, values: Mapping[str, Any]) -> None:
    if not values:
        return
    siblings = Offer.objects.filter(product=offer.product_id)
    if "ean" in values and not all(services.is_unknown_to_bol(sibling) for sibling in siblings):
        raise ValidationError(_("The product is at bol by now, where an EAN cannot be changed."))
    Product.objects.filter(pk=offer.product_id).update(**values)
    services.announce_all(siblings)


def resume_undos() -> int:
    """Ask workers to go on with undos that a crash left behind; return how many."""
    left = ChangeBatch.objects.filter(undoes__rows__outcome="").distinct().values_list("pk", flat=True)
    for undo_id in (waiting := list(left)):
        ring(undo_id)
    return len(waiting)
