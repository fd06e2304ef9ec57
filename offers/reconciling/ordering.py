"""A decision about many differences with bol: kept with how far it was carried out, and gone on with in the background."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django_q.tasks import async_task

from offers.leasing import Slice
from offers.models import DecisionOrder, Drift, Project
from offers.reconciling.deciding import decide

PART = 100


@transaction.atomic
def order(
    name: str, drift_ids: Sequence[int], by: Any, project: Project | None, reason: str
) -> DecisionOrder:
    """Have one decision made about many differences, by their keys."""
    made = DecisionOrder.objects.create(
        decision=name, drift_ids=list(drift_ids), project=project, reason=reason, created_by=by
    )
    transaction.on_commit(partial(ring, made.pk))
    return made


def ring(order_id: int) -> None:
    """Ask a background worker to go on with an order."""
    async_task("offers.tasks.carry_out_decision", order_id)


def resume() -> int:
    """Ask workers to go on with orders that a crash or a lost task has left behind; return how many."""
    left = list(DecisionOrder.objects.values_list("pk", flat=True))
    for order_id in left:
        ring(order_id)
    return len(left)


def carry_on(order_id: int) -> bool:
    """Go on with an order where it was left, for a while; tell whether there is more to do.

    What was decided already stays so, which makes it safe to do a part twice.
    """
    slice_ = Slice()
    while not slice_.is_over:
        left = DecisionOrder.objects.select_related("created_by", "project").filter(pk=order_id).first()
        if left is None:
            return False
        _carry_out_part(left)
    return True


def _carry_out_part(left: DecisionOrder) -> None:
    keys = left.drift_ids[left.done : left.done + PART]
    decide(left.decision, Drift.objects.filter(pk__in=keys), left.created_by, left.project, left.reason)
    same = DecisionOrder.objects.filter(pk=left.pk, done=left.done)
    if left.done + len(keys) >= len(left.drift_ids):
        same.delete()
    else:
        same.update(done=left.done + len(keys))
