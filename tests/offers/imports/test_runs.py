"""An import run goes on where it was left, counts nothing twice, and is finished by one worker at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.utils import timezone
from django_q.models import OrmQ

from connections.models import Connection, OutboxMessage
from offers import leasing
from offers.imports import applying, importing, runs, tasks
from offers.imports.reading import open_sheet
from offers.imports.rejects import rejected_csv
from offers.models import ImportRun, Offer
from offers.rules import check_digit
from tests.offers.imports.conftest import HEADER, OIL, csv_of, row

pytestmark = pytest.mark.django_db(transaction=True)

Upload = Callable[..., ImportRun]


@pytest.fixture
def upload(shop: Connection, settings, tmp_path: Path) -> Upload:
    """Upload a file as the admin does."""
    settings.MEDIA_ROOT = tmp_path

    def run(*rows: str, file: bytes | None = None) -> ImportRun:
        content = ContentFile(file if file is not None else csv_of(*rows), name="wine.csv")
        return ImportRun.objects.create(file=content, original_name="wine.csv", connection=shop)

    return run


@pytest.fixture
def two_rows_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)


def five_rows() -> list[str]:
    digits = [f"87123456{number:04}" for number in range(5)]
    return [row(reference=f"OIL-{number}", ean=ean + check_digit(ean)) for number, ean in enumerate(digits)]


def totals(run: ImportRun) -> tuple[str, int, int, int, int]:
    run.refresh_from_db()
    return run.state, run.created, run.changed, run.unchanged, run.rejected


def test_a_small_file_is_checked_at_once_and_loaded_when_a_person_says_so(
    upload: Upload, staff: User
) -> None:
    run = upload(OIL, row(reference="OIL-2", price="free"))

    runs.start_check(run)

    assert totals(run) == ("ready", 1, 0, 0, 1)
    assert run.rows_total == 2
    assert Offer.objects.count() == 0

    assert runs.start_loading(run, staff)
    tasks.apply_import(run.pk)

    assert totals(run) == ("done", 1, 0, 0, 1)
    assert [(problem.row, problem.field, problem.value) for problem in run.problems.all()] == [
        (2, "price", "free")
    ]
    assert OutboxMessage.objects.get().created_by == staff
    assert LogEntry.objects.get().object_id == str(run.pk)


def test_a_large_file_is_checked_in_the_background(upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "CHECKED_AT_ONCE", 4)
    run = upload(*five_rows())

    runs.start_check(run)

    assert totals(run) == ("uploaded", 0, 0, 0, 0)
    assert OrmQ.objects.count() == 1

    tasks.apply_import(run.pk)
    assert totals(run) == ("ready", 5, 0, 0, 0)


def test_loading_starts_once(upload: Upload, staff: User) -> None:
    run = upload(OIL)
    assert not runs.start_loading(run, staff)
    runs.start_check(run)

    assert runs.start_loading(run, staff)
    assert not runs.start_loading(run, staff)


@pytest.mark.usefixtures("two_rows_at_a_time")
def test_a_run_that_crashed_goes_on_behind_the_last_committed_part(
    upload: Upload, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = _started(upload(*five_rows(), row(reference="OIL-0")), staff)
    real = applying.write

    def crash_in_the_second_part(entries, by) -> None:
        real(entries, by)
        if Offer.objects.count() > 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(importing, "write", crash_in_the_second_part)
    with pytest.raises(KeyboardInterrupt):
        runs.carry_on(run.pk)
    monkeypatch.setattr(importing, "write", real)

    assert totals(run) == ("applying", 2, 0, 0, 0)
    assert Offer.objects.count() == 2
    assert not runs.carry_on(run.pk), "the dead worker's claim has not run out"
    assert totals(run) == ("applying", 2, 0, 0, 0)

    ImportRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert runs.resume_stalled() == 1
    tasks.apply_import(run.pk)

    # The last row repeats a reference that stood before the crash.
    assert totals(run) == ("done", 5, 0, 0, 1)
    assert Offer.objects.count() == OutboxMessage.objects.count() == 5


def test_a_worker_that_was_overtaken_writes_nothing(upload: Upload, staff: User, monkeypatch) -> None:
    run = _started(upload(OIL), staff)
    real = applying.write

    def lose_the_claim(entries, by) -> None:
        real(entries, by)
        ImportRun.objects.update(claim="00000000-0000-0000-0000-000000000001")

    monkeypatch.setattr(importing, "write", lose_the_claim)

    assert not runs.carry_on(run.pk)
    assert totals(run) == ("applying", 0, 0, 0, 0)
    assert Offer.objects.count() == 0


@pytest.mark.usefixtures("two_rows_at_a_time")
def test_a_long_import_is_several_tasks(upload: Upload, staff: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = _started(upload(*five_rows()), staff)
    monkeypatch.setattr(leasing, "SLICE", timedelta(0))
    slices = 0

    while OrmQ.objects.exists():
        OrmQ.objects.all().delete()
        tasks.apply_import(run.pk)
        slices += 1

    assert slices == 3
    assert totals(run) == ("done", 5, 0, 0, 0)


def test_a_task_that_runs_twice_changes_nothing(upload: Upload, staff: User) -> None:
    run = _started(upload(OIL), staff)

    tasks.apply_import(run.pk)
    tasks.apply_import(run.pk)

    assert totals(run) == ("done", 1, 0, 0, 0)


def test_a_file_that_cannot_be_read_fails_with_the_place(upload: Upload) -> None:
    run = upload(OIL, OIL.replace("Olive", 'x "Ol"ive').replace('x "', '"'))

    runs.start_check(run)

    assert totals(run)[0] == "failed"
    assert "Line 3" in run.error


def test_a_mistake_of_ours_fails_the_run_and_keeps_what_was_loaded(
    upload: Upload, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = _started(upload(OIL), staff)
    monkeypatch.setattr(importing, "write", lambda entries, by: 1 / 0)

    assert not runs.carry_on(run.pk)
    assert totals(run)[0] == "failed"
    assert run.error


def test_refused_rows_come_back_as_they_were_with_the_reason(upload: Upload) -> None:
    bad = row(reference="OIL-2", price="free", title="=1+1")
    run = upload(OIL, bad, "Pantry,OIL-3")
    runs.start_check(run)

    content = "".join(rejected_csv(run))

    header, first, second = csv.reader(io.StringIO(content.removeprefix("\ufeff")))
    assert header[:-1] == HEADER.split(",")
    assert first[:3] == ["Pantry", "OIL-2", "0041497153718"]
    assert first[3] == "'=1+1"
    assert first[-1].startswith("price: ")
    assert second[:2] == ["Pantry", "OIL-3"]
    with open_sheet(io.BytesIO(content.encode())) as sheet:
        assert next(sheet.rows()).values["title"] == "=1+1"


def test_problems_are_kept_to_a_limit_and_counted_beyond(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "MAX_PROBLEMS", 3)
    monkeypatch.setattr(importing, "CHUNK", 2)
    run = upload(*[row(reference=f"OIL-{number}", price="free") for number in range(5)])

    runs.start_check(run)

    assert totals(run) == ("ready", 0, 0, 0, 5)
    assert run.problems.count() == 3


def _started(run: ImportRun, staff: User) -> ImportRun:
    runs.start_check(run)
    assert runs.start_loading(run, staff)
    return run
