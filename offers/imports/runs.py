"""The life of an import run: checked, and loaded when a person says so, in portions that survive a crash.

A portion and the place it reaches are committed together, under a claim that another worker can take over when it has
run out. A worker stops after a while and asks for the next one, so that no task grows with the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice, takewhile
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from connections import sources
from offers import batches, leasing
from offers.guard_rails import GuardWarning, Tally
from offers.guarding import KnownRails
from offers.imports import importing
from offers.imports.columns import Unclear
from offers.imports.foretelling import claim_of, mark_contested
from offers.imports.guarded import changed_by, tally_part
from offers.imports.importing import Line, Outcome, Part
from offers.imports.reading import Layout, Sheet, SourceRow, Unreadable, open_layout, open_sheet
from offers.leasing import ClaimLost, Slice
from offers.models import ChangeBatch, ImportLine, ImportProblem, ImportRun
from offers.models.imports import ImportState
from offers.models.leased import LEASE
from offers.resources import AssortmentResource

CHECKED_AT_ONCE = 1000
PREVIEW_ROWS = 200
MAX_PROBLEMS = 10_000
MAX_LINES = 100_000
MAX_VALUE = 200

NEXT = {ImportState.CHECKING: ImportState.READY, ImportState.APPLYING: ImportState.DONE}


class Guarded(Exception):
    """The guard rails ask for a person's word first."""


def warnings_of(run: ImportRun) -> list[GuardWarning]:
    """Return what looks like a mistake in the file as a whole."""
    return Tally.restored(run.guard_tally).warnings()


def start_check(run: ImportRun) -> None:
    """Check an uploaded file: a small one now, a large one in the background."""
    if _is_small(run):
        carry_on(run.pk)
    else:
        ring(run.pk)


def start_loading(run: ImportRun, by: Any, *, pass_guard_rails: bool = False) -> bool:
    """Load the good rows in the background; tell whether this was the call that started it.

    Raises Guarded where a guard rail is hit and nobody said to pass it.
    """
    if not pass_guard_rails and warnings_of(run):
        raise Guarded
    fresh = {"rows_done": 0, "created": 0, "changed": 0, "unchanged": 0, "rejected": 0}
    with transaction.atomic():
        waiting = ImportRun.objects.filter(pk=run.pk, state=ImportState.READY)
        if not waiting.update(state=ImportState.APPLYING, loaded_by=by, **fresh):
            return False
        run.problems.all().delete()
        run.lines.all().delete()
        batches.start_batch(run.original_name, by, run)
        transaction.on_commit(partial(ring, run.pk))
    return True


def ring(run_id: int) -> None:
    """Ask a background worker to go on with a run."""
    async_task("offers.imports.tasks.apply_import", run_id)


def resume_stalled() -> int:
    """Ask workers to go on with runs that nobody is at, after a crash or a lost task; return how many."""
    stalled = list(ImportRun.objects.busy().free().values_list("pk", flat=True))
    for run_id in stalled:
        ring(run_id)
    return len(stalled)


def carry_on(run_id: int) -> bool:
    """Go on with a run where it was left, for at most `SLICE`; tell whether there is more to do.

    Does nothing for a run that is finished or that another worker is at.
    """
    run = _claim(run_id)
    return run is not None and leasing.carry_on(run, _advance, _fail, (Unreadable,))


def preview(run: ImportRun, numbers: Sequence[int]) -> list[Line]:
    """Return what these rows (in rising order) would come to now."""
    if not numbers:
        return []
    wanted = set(numbers)
    with _open(run) as sheet:
        upto = takewhile(lambda row: row.number <= numbers[-1], sheet.rows())
        rows = [row for row in upto if row.number in wanted]
        return importing.compare(_resource(run), rows).lines if rows else []


def layout(run: ImportRun) -> Layout:
    """Return how the file was read. Raises Unreadable, OSError."""
    with run.file.open("rb") as stored, open_layout(stored.file) as found:
        return found


def map_columns(run: ImportRun, mapping: dict[str, str]) -> bool:
    """Check a run again with another meaning of its columns; tell whether it could be."""
    fresh = {"rows_done": 0, "created": 0, "changed": 0, "unchanged": 0, "rejected": 0, "guard_tally": []}
    with transaction.atomic():
        waiting = ImportRun.objects.filter(pk=run.pk, state__in=(ImportState.READY, ImportState.COLUMNS))
        if not waiting.update(state=ImportState.UPLOADED, mapping=mapping, error="", **fresh):
            return False
        run.problems.all().delete()
        run.lines.all().delete()
    run.refresh_from_db()
    start_check(run)
    return True


@contextmanager
def _open(run: ImportRun) -> Iterator[Sheet]:
    with run.file.open("rb") as stored, open_sheet(stored.file, run.mapping) as sheet:
        yield sheet


def _is_small(run: ImportRun) -> bool:
    try:
        with _open(run) as sheet:
            return len(list(islice(sheet.rows(), CHECKED_AT_ONCE + 1))) <= CHECKED_AT_ONCE
    except Unreadable:
        return True  # the check will say what is wrong


def _claim(run_id: int) -> ImportRun | None:
    if not ImportRun.objects.take(run_id):
        return None
    ImportRun.objects.filter(pk=run_id, state=ImportState.UPLOADED).update(state=ImportState.CHECKING)
    return ImportRun.objects.select_related("connection", "default_project", "loaded_by").get(pk=run_id)


def _advance(run: ImportRun) -> bool:
    """Deal with rows until the end or the end of the slice; tell whether the end was reached."""
    resource = _resource(run)
    with _open(run) as sheet:
        slice_ = Slice()
        for rows in importing.chunks(sheet, resource, after=run.rows_done):
            # The clock starts at the first new row: reaching it takes longer the further the run has come.
            if slice_.is_over:
                run.let_go()
                return False
            _deal_with(run, resource, rows)
    _finish(run)
    return True


def _deal_with(run: ImportRun, resource: AssortmentResource, rows: Sequence[SourceRow]) -> None:
    if run.state == ImportState.APPLYING:
        with sources.working_with(f"import {run.original_name}"):
            importing.load(resource, rows, run.loaded_by, record=partial(_record_loaded, run))
        return
    part = importing.compare(resource, rows)
    tally = Tally.restored(run.guard_tally)
    hits = tally_part(tally, part, KnownRails())
    run.guard_tally = tally.as_json()
    with transaction.atomic():
        _record(run, part, guard_tally=run.guard_tally)
        _keep_lines(run, part, hits)
        mark_contested(run, part)


def _keep_lines(run: ImportRun, part: Part, hits: set[int]) -> None:
    """Remember what each row came to, to page through by outcome; refused rows are among the problems."""
    kept = run.lines.count()
    lines = [line for line in part.lines if line.outcome != Outcome.REJECTED]
    ImportLine.objects.bulk_create(
        ImportLine(
            run=run,
            row=line.source.number,
            outcome=line.outcome.value,
            is_guarded=line.source.number in hits,
            **claim_of(line),
        )
        for line in lines[: max(MAX_LINES - kept, 0)]
    )


def _record_loaded(run: ImportRun, part: Part) -> None:
    _record(run, part)
    batch = ChangeBatch.objects.filter(run=run).first()
    if batch:
        batches.record(batch, changed_by(part))


def _record(run: ImportRun, part: Part, **fields: Any) -> None:
    """Move the run behind this part, in the transaction of its rows; raises ClaimLost if another worker did."""
    counts = {outcome.value: F(outcome.value) + part.count(outcome) for outcome in Outcome}
    moved = (
        run.held()
        .filter(rows_done__lt=part.end)
        .update(rows_done=part.end, lease_until=timezone.now() + LEASE, **counts, **fields)
    )
    if not moved:
        raise ClaimLost
    kept = run.problems.count() if part.problems else 0
    ImportProblem.objects.bulk_create(
        ImportProblem(
            run=run,
            row=problem.row,
            field=problem.field,
            reason=problem.reason,
            value=problem.value[:MAX_VALUE],
        )
        for problem in part.problems[: max(MAX_PROBLEMS - kept, 0)]
    )


@transaction.atomic
def _finish(run: ImportRun) -> None:
    finished = run.end(NEXT[ImportState(run.state)], rows_total=F("rows_done"))
    if finished and run.state == ImportState.APPLYING:
        run.refresh_from_db()
        _write_history(run)


def _fail(run: ImportRun, error: Exception) -> None:
    reason = _("An unexpected error stopped the import; rows before it are kept. The log has the details.")
    state = ImportState.COLUMNS if isinstance(error, Unclear) else ImportState.FAILED
    run.end(state, error=str(error) if isinstance(error, Unreadable) else reason)


def _write_history(run: ImportRun) -> None:
    """One entry for a whole file: the outbox tells the story of each offer."""
    if run.loaded_by is None:
        return
    LogEntry.objects.create(
        user=run.loaded_by,
        content_type=ContentType.objects.get_for_model(ImportRun),
        object_id=str(run.pk),
        object_repr=str(run)[:200],
        action_flag=CHANGE,
        change_message=_("Loaded: %(created)d new, %(changed)d changed, %(rejected)d refused.")
        % {"created": run.created, "changed": run.changed, "rejected": run.rejected},
    )


def _resource(run: ImportRun) -> AssortmentResource:
    return AssortmentResource(run.connection, run.default_project.name if run.default_project else "")
