"""The life of a bulk action: begun when a person confirmed it, done in parts, each committed with how far it reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from offers import leasing, services
from offers.deeds import DEEDS, Deed, Outcome
from offers.leasing import ClaimLost, Slice
from offers.models import BulkOutcome, BulkRun, OfferQuerySet
from offers.models.bulk import BulkState, OutcomeKind
from offers.models.leased import LEASE

SHOWN = 10


@dataclass
class Forecast:
    """What a deed would come to for a selection: numbers, the first offers that change, those that are refused."""

    counts: Counter[OutcomeKind] = field(default_factory=Counter)
    examples: list[Outcome] = field(default_factory=list)
    refused: list[Outcome] = field(default_factory=list)
    lowest: Decimal | None = None
    highest: Decimal | None = None

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def changed(self) -> int:
        return self.counts[OutcomeKind.CHANGED]

    @property
    def unchanged(self) -> int:
        return self.counts[OutcomeKind.UNCHANGED]

    @property
    def refused_count(self) -> int:
        return self.counts[OutcomeKind.REFUSED]

    def add(self, outcome: Outcome) -> None:
        """Count one offer, and keep it where it is among the first that change or are refused."""
        self.counts[outcome.kind] += 1
        kept = {OutcomeKind.CHANGED: self.examples, OutcomeKind.REFUSED: self.refused}.get(outcome.kind)
        if kept is not None and len(kept) < SHOWN:
            kept.append(outcome)

    def widen(self, price: Decimal) -> None:
        """Let the range of prices hold this one."""
        self.lowest = price if self.lowest is None else min(self.lowest, price)
        self.highest = price if self.highest is None else max(self.highest, price)


def foresee(deed: Deed, offers: OfferQuerySet, parameters: Mapping[str, Any]) -> Forecast:
    """Work out what a deed would come to; it changes nothing."""
    forecast = Forecast()
    for offer in offers.iterator(chunk_size=2000):
        outcome = deed.foresee(offer, parameters)
        forecast.add(outcome)
        if outcome.kind != OutcomeKind.REFUSED:
            forecast.widen(outcome.price)
    return forecast


def start(
    deed: Deed,
    offer_ids: Iterable[int],
    parameters: Mapping[str, Any],
    by: Any,
    *,
    token: UUID | None = None,
) -> BulkRun:
    """Begin a deed that a person confirmed: a small one is done when this returns, a large one in the background.

    Of the same `token` there is one run: who comes second gets the first one.
    """
    keys = sorted(offer_ids)
    fresh = {"deed": deed.name, "parameters": dict(parameters), "offer_ids": keys, "total": len(keys)}
    run, is_new = BulkRun.objects.get_or_create(token=token or uuid4(), defaults={**fresh, "created_by": by})
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
    deed, slice_ = DEEDS[run.deed], Slice()
    for keys in _parts(run.offer_ids[run.done :], deed.part):
        if slice_.is_over:
            run.let_go()
            return False
        _do_part(run, deed, keys)
    run.end(BulkState.DONE)
    return True


def _do_part(run: BulkRun, deed: Deed, keys: Sequence[int]) -> None:
    seen = deed.look(keys)
    with transaction.atomic():
        offers = list(services.locked(keys))
        _record(run, len(keys), deed.do(offers, run.parameters, run.created_by, seen))
    run.done += len(keys)


def _record(run: BulkRun, count: int, outcomes: Sequence[Outcome]) -> None:
    """Move the run behind these offers, in their transaction; raises ClaimLost if it is not ours any more."""
    counts = Counter(outcome.kind for outcome in outcomes)
    moved = (
        run.held()
        .filter(done=run.done)
        .update(
            done=F("done") + count,
            lease_until=timezone.now() + LEASE,
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
