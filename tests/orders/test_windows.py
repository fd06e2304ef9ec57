"""Every moment since the cursor is covered by some list that bol can give."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.days import AMSTERDAM
from orders.windows import HISTORY, Window, next_window

NOW = datetime(2026, 7, 15, 12, 0, tzinfo=UTC)


def all_windows(cursor: datetime, now: datetime) -> list[Window]:
    windows = [next_window(cursor, now)]
    while windows[-1].minutes is None:
        windows.append(next_window(windows[-1].seen_up_to, now))
        assert len(windows) < 100
    return windows


def test_the_first_list_is_everything_open():
    assert next_window(None, NOW) == Window(seen_up_to=NOW - timedelta(days=7))


def test_a_minute_later_the_window_overlaps():
    assert next_window(NOW - timedelta(minutes=1), NOW) == Window(NOW, minutes=6)


@pytest.mark.parametrize(("gap", "minutes"), [(54, 59), (55, 60)])
def test_up_to_an_hour_it_is_a_window(gap, minutes):
    assert next_window(NOW - timedelta(minutes=gap), NOW).minutes == minutes


def test_after_more_than_an_hour_it_is_day_by_day():
    days = [window.day for window in all_windows(NOW - timedelta(days=2), NOW)]

    assert days == [date(2026, 7, 13), date(2026, 7, 14), date(2026, 7, 15), None]


def test_further_back_than_bol_remembers_nothing_is_asked():
    first = next_window(NOW - timedelta(days=400), NOW)

    assert first.day == (NOW - HISTORY).date()


@pytest.mark.parametrize("night", ["2026-03-28T23:30+01:00", "2026-10-24T23:30+02:00"])
def test_the_nights_on_which_the_clock_changes_are_not_left_out(night):
    cursor = datetime.fromisoformat(night)

    days = [window.day for window in all_windows(cursor, cursor + timedelta(days=2))]

    assert days[:3] == [cursor.date() + timedelta(days=number) for number in range(3)]


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=80)), st.floats(0, 1))
def test_no_moment_is_left_out(gap, share):
    cursor, moment = NOW - gap, NOW - gap * share
    windows = all_windows(cursor, NOW)

    days = {window.day for window in windows}
    recent = windows[-1].minutes
    assert moment.astimezone(AMSTERDAM).date() in days or moment >= NOW - timedelta(minutes=recent or 0)
    assert windows[-1].seen_up_to == NOW


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(minutes=55)))
def test_a_window_is_at_least_a_minute_longer_than_the_gap(gap):
    window = next_window(NOW - gap, NOW)

    assert window.minutes
    assert timedelta(minutes=window.minutes) >= gap + timedelta(minutes=1)
    assert window.minutes <= 60
