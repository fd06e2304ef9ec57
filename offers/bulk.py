"""The life of a bulk action: begun when a person confirmed it, done in parts, each committed with how far it reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from offers import batches, leasing, services
from offers.bulk_guard import Guard
from offers.deeds import DEEDS, Deed, Outcome
from offers.leasing import ClaimLost, Slice
from offers.models import BulkOutcome, BulkRun, ChangeBatch
from offers.models.bulk import BulkState
from offers.models.leased import LEASE


@dataclass(frozen=True)
class Work:
    """A run as a worker goes on with it: its deed, what was confirmed, and where changes are kept to be undone."""

    run: BulkRun
    deed: Deed
    guard: Guard
    batch: ChangeBatch | None

    @classmethod
    def of(cls, run: BulkRun) -> Work:
        """Return what belongs to a run."""
        guard = Guard.restored(run.guard_tally, run.guard_hits)
        return cls(run, DEEDS[run.deed], guard, ChangeBatch.objects.filter(bulk_run=run).first())


def start(
    deed: Deed,
    offer_ids: Iterable[int],
    parameters: Mapping[str, Any],
    by: Any,
    *,
    token: UUID | None = None,
    guard: Guard | None = None,
) -> BulkRun:
    """Begin a deed that a person confirmed: a small one is done when this returns, a large one in the background.

    Of the same `token` there is one run: who comes second gets the first one. `guard` is what the person confirmed of
    the guard rails; what hits them beyond that is refused.
    """
    guard = guard or Guard()
    keys = sorted(offer_ids)
    fresh = {"deed": deed.name, "parameters": dict(parameters), "offer_ids": keys, "total": len(keys)}
    confirmed = {"guard_tally": guard.tally.as_json(), "guard_hits": guard.hits_as_json(), "created_by": by}
    with transaction.atomic():
        run, is_new = BulkRun.objects.get_or_create(token=token or uuid4(), defaults={**fresh, **confirmed})
        if is_new and deed.can_be_undone:
            batches.start_batch(str(deed.title), by, bulk_run=run)
    if is_new and (len(keys) > deed.at_once or carry_on(run.pk)):
        ring(run.pk)
    run.refresh_from_db()
    return run


def ring(run_id: int) -> None:
    """Ask a background worker to go on with a run."""
    transaction.on_commit(partial(async_task, "offers.tasks.carry_on_bulk", run_id))


def resume_stalled() -> int:
    """Ask workers to go on with runs that nobody is at, after a crash or a lost task; return how many."""
    stalled = list(BulkRun.objects.busy().free().values_list("pk", flat=True))
    for run_id in stalled:
        ring(run_id)
    return len(stalled)


def cancel(run: BulkRun) -> bool:
    """Stop after the part that is being done; what was done stays. Tell whether it was still running."""
    busy = BulkRun.objects.busy().filter(pk=run.pk)
    return bool(
        busy.update(state=BulkState.CANCELLED, finished_at=timezone.now(), claim=None, lease_until=None)
    )


def carry_on(run_id: int) -> bool:
    """Go on with a run where it was left, for a while; tell whether there is more to do."""
    if not BulkRun.objects.take(run_id):
        return False
    run = BulkRun.objects.select_related("created_by").get(pk=run_id)
    return leasing.carry_on(run, _advance, _fail)


def _advance(run: BulkRun) -> bool:
    """Deal with offers until the end or the end of the slice; tell whether the end was reached."""
    work, slice_ = Work.of(run), Slice()
    for keys in _parts(run.offer_ids[run.done :], work.deed.part):
        if slice_.is_over:
            run.let_go()
            return False
        _do_part(work, keys)
    run.end(BulkState.DONE)
    return True


def _do_part(work: Work, keys: Sequence[int]) -> None:
    run, seen = work.run, work.deed.look(keys)
    with transaction.atomic():
        foreseen = [work.deed.foresee(offer, run.parameters) for offer in services.locked(keys)]
        passed = [work.guard.let_pass(outcome) for outcome in foreseen]
        outcomes = work.deed.do(passed, run.created_by, seen=seen, batch=work.batch)
        _record(run, len(keys), outcomes, guard_tally=work.guard.tally.as_json())
    run.done += len(keys)


def _record(run: BulkRun, count: int, outcomes: Sequence[Outcome], **values: Any) -> None:
    """Move the run behind these offers, in their transaction; raises ClaimLost if it is not ours any more."""
    counts = Counter(outcome.kind for outcome in outcomes)
    moved = (
        run.held()
        .filter(done=run.done)
        .update(
            done=F("done") + count,
            lease_until=timezone.now() + LEASE,
            **values,
            **{kind.value: F(kind.value) + number for kind, number in counts.items()},
        )
    )
    if not moved:
        raise ClaimLost
    BulkOutcome.objects.bulk_create(
        BulkOutcome(run=run, offer=outcome.offer, kind=outcome.kind, text=outcome.text)
        for outcome in outcomes
    )


def _fail(run: BulkRun, error: Exception) -> None:
    reason = _("An unexpected error stopped this; what was done before it stays. The log has the details.")
    run.end(BulkState.FAILED, error=reason)


def _parts(keys: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for begin in range(0, len(keys), size):
        yield keys[begin : begin + size]
