"""When a parcel has to leave, weekends and late promises included, and how that is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.deadlines import Urgency, expiring_up_to, expiry_in_words, ship_by, shipping_time_left

# In November 2026 the 20th is a Friday.
THURSDAY, FRIDAY, SATURDAY, SUNDAY, MONDAY, TUESDAY = (
    date(2026, 11, day) for day in (19, 20, 21, 22, 23, 24)
)


@pytest.fixture(autouse=True)
def _house(settings):
    settings.SHIPPING_DAYS = frozenset({1, 2, 3, 4, 5})
    settings.LAST_COLLECTION = None


@pytest.mark.parametrize(
    ("deliver_on", "placed_on", "leaves_on"),
    [
        (FRIDAY, THURSDAY, THURSDAY),
        (TUESDAY, THURSDAY, MONDAY),
        (MONDAY, THURSDAY, FRIDAY),
        (SATURDAY, THURSDAY, FRIDAY),
        (SUNDAY, THURSDAY, FRIDAY),
        (MONDAY, SATURDAY, MONDAY),  # it cannot leave before it was ordered
        (TUESDAY, SUNDAY, MONDAY),
        (THURSDAY, THURSDAY, THURSDAY),
        (None, THURSDAY, THURSDAY),
        (None, SATURDAY, MONDAY),
    ],
)
def test_an_item_leaves_on_the_last_shipping_day_before_its_delivery(deliver_on, placed_on, leaves_on):
    assert ship_by(deliver_on, placed_on) == leaves_on


def test_what_is_carried_the_same_day_leaves_that_day():
    assert ship_by(FRIDAY, THURSDAY, "SAMEDAY") == FRIDAY
    assert ship_by(FRIDAY, THURSDAY, "EVENING") == THURSDAY


def test_a_house_that_ships_on_saturdays_has_until_saturday(settings):
    settings.SHIPPING_DAYS = frozenset({1, 2, 3, 4, 5, 6})

    assert ship_by(MONDAY, THURSDAY) == SATURDAY


days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(days, days)
def test_it_always_leaves_on_a_shipping_day_after_it_was_ordered(deliver_on, placed_on):
    leaves_on = ship_by(deliver_on, placed_on)

    assert leaves_on.isoweekday() <= 5
    assert leaves_on >= placed_on
    assert leaves_on < deliver_on or leaves_on <= placed_on + timedelta(days=2)


def amsterdam(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment in winter, when Amsterdam is an hour ahead."""
    return datetime.combine(day, time(hour, minute), tzinfo=UTC) - timedelta(hours=1)


@pytest.mark.parametrize(
    ("now", "urgency", "words"),
    [
        (amsterdam(FRIDAY, 18, 30), Urgency.TODAY, "5 hours left"),
        (amsterdam(FRIDAY, 23, 30), Urgency.TODAY, "less than an hour left"),
        (amsterdam(THURSDAY, 23), Urgency.LATER, "25 hours left"),
        (amsterdam(FRIDAY, 0), Urgency.TODAY, "24 hours left"),
        (amsterdam(THURSDAY - timedelta(days=2), 12), Urgency.LATER, "3 days left"),
        (amsterdam(SATURDAY, 0), Urgency.OVER, "1 day late"),
        (amsterdam(MONDAY, 12), Urgency.OVER, "3 days late"),
    ],
)
def test_the_time_left_to_ship_is_told_in_words(now, urgency, words):
    assert shipping_time_left(FRIDAY, now) == (urgency, words)


def test_after_the_last_collection_it_is_too_late_for_today(settings):
    settings.LAST_COLLECTION = time(17)

    assert shipping_time_left(FRIDAY, amsterdam(FRIDAY, 15)) == (Urgency.TODAY, "2 hours left")
    assert shipping_time_left(FRIDAY, amsterdam(FRIDAY, 17, 1)) == (Urgency.OVER, "should have left today")


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (amsterdam(THURSDAY, 18), "bol cancels in 6 hours"),
        (amsterdam(MONDAY - timedelta(days=7), 12), "bol cancels in 3 days"),
        (amsterdam(FRIDAY, 12), "bol cancels today"),
        (amsterdam(SATURDAY, 12), "bol should have cancelled it"),
    ],
)
def test_the_time_until_bol_cancels_is_told_in_words(now, words):
    assert expiry_in_words(FRIDAY, now) == words


def test_the_first_hour_of_the_expiry_date_is_reckoned_with():
    now = amsterdam(THURSDAY, 18)

    assert expiring_up_to(now, timedelta(hours=6)) == FRIDAY
    assert expiring_up_to(now, timedelta(hours=5)) == THURSDAY
