"""One row of the timetable that cannot be read stops no other, and those that are gone come back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from backoffice.queue import look_at_timetable
from connections.schedules import PREFIX

pytestmark = pytest.mark.django_db(transaction=True)

WAKE = PREFIX + "wake flows"
UNREADABLE = [
    {"args": "(1, 2"},
    {"args": "oops"},
    {"kwargs": "5"},
    {"kwargs": "{'q_options': 5}"},
    {"kwargs": "a b"},
    {"schedule_type": "?"},
    {"schedule_type": Schedule.CRON, "cron": "never"},
]


@pytest.fixture(autouse=True)
def _all_is_due() -> None:
    Schedule.objects.update(next_run=timezone.now() - timedelta(minutes=10))


def queued() -> set[str]:
    return {task.task["group"] for task in OrmQ.objects.all()}


@pytest.mark.parametrize("wrong", UNREADABLE, ids=str)
def test_a_row_of_somebody_else_that_cannot_be_read_stops_no_other(
    wrong: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    planned = set(Schedule.objects.values_list("name", flat=True))
    fields = {"func": "math.sqrt", "schedule_type": Schedule.HOURLY, "next_run": timezone.now()} | wrong
    Schedule.objects.bulk_create([Schedule(name="broken", **fields)])

    look_at_timetable()

    assert queued() == planned
    assert Schedule.objects.get(name="broken").repeats == 0
    assert "“broken”" in caplog.text


@pytest.mark.parametrize("wrong", UNREADABLE, ids=str)
def test_a_row_of_our_own_goes_on_without_what_was_written_into_it(wrong: dict[str, Any]) -> None:
    Schedule.objects.filter(name=WAKE).update(**wrong)

    look_at_timetable()

    assert WAKE in queued()
    woken = Schedule.objects.get(name=WAKE)
    assert woken.next_run is not None
    assert (woken.repeats, woken.next_run > timezone.now()) == (-1, True)


def test_what_was_missed_for_hours_runs_once() -> None:
    Schedule.objects.update(next_run=timezone.now() - timedelta(hours=6))

    look_at_timetable()
    look_at_timetable()

    assert OrmQ.objects.count() == Schedule.objects.count()


def test_rows_that_are_gone_come_back_and_those_of_a_newer_version_stay() -> None:
    planned = set(Schedule.objects.values_list("name", flat=True))
    Schedule.objects.all().delete()
    newer = PREFIX + "planned by a newer version"
    Schedule.objects.create(name=newer, func="math.sqrt", next_run=timezone.now() + timedelta(days=1))

    look_at_timetable()

    assert set(Schedule.objects.values_list("name", flat=True)) == planned | {newer}
    assert WAKE in queued()  # in the very same look
