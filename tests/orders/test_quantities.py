"""How many are still to ship, and what that makes of an order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.models import OrderStatus
from orders.quantities import Line, status_of


@pytest.mark.parametrize(
    ("line", "left"),
    [
        (Line(3), 3),
        (Line(3, shipped=1), 2),
        (Line(3, cancelled=3), 0),
        (Line(3, own=1, unsettled=1), 2),
        (Line(3, shipped=1, own=1), 2),  # confirmed, and bol counts it
        (Line(3, shipped=0, own=1), 2),  # confirmed, bol's number is older
        (Line(3, shipped=1, own=2, unsettled=1), 1),
        (Line(3, shipped=1, own=1, unsettled=1), 1),  # one was announced elsewhere
        (Line(2, shipped=2, own=2, unsettled=2), 0),
        (Line(3, shipped=1, own=1, is_cancelling=True), 0),  # the rest is being cancelled
    ],
)
def test_what_is_open(line, left):
    assert line.open == left


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([], OrderStatus.OPEN),
        ([Line(1), Line(2)], OrderStatus.OPEN),
        ([Line(1, cancelled=1)], OrderStatus.CANCELLED),
        ([Line(1, shipped=1), Line(1, cancelled=1)], OrderStatus.SHIPPED),
        ([Line(1, shipped=1), Line(1)], OrderStatus.PARTLY_SHIPPED),
        ([Line(3, own=1, unsettled=1)], OrderStatus.PARTLY_SHIPPED),
        ([Line(1, own=1, unsettled=1)], OrderStatus.ANNOUNCING),
        ([Line(1, own=1)], OrderStatus.ANNOUNCING),
        ([Line(2, shipped=1, own=2, unsettled=1)], OrderStatus.ANNOUNCING),
        ([Line(1, cancelled=1), Line(1)], OrderStatus.OPEN),
        ([Line(1, is_cancelling=True)], OrderStatus.CANCELLING),
        ([Line(3, shipped=1, own=1, is_cancelling=True)], OrderStatus.CANCELLING),
        ([Line(1, is_cancelling=True), Line(1)], OrderStatus.OPEN),
        ([Line(1, is_cancelling=True), Line(1, own=1, unsettled=1)], OrderStatus.ANNOUNCING),
        ([Line(1, cancelled=1, is_cancelling=True)], OrderStatus.CANCELLED),
    ],
)
def test_where_an_order_stands(lines, status):
    assert status_of(lines) == status


numbers = st.integers(min_value=0, max_value=20)


@given(numbers, numbers, numbers, numbers, numbers)
def test_never_more_is_open_than_bol_waits_for(ordered, shipped, cancelled, own, unsettled):
    line = Line(ordered, shipped, cancelled, own + unsettled, unsettled)

    assert 0 <= line.open <= line.open_at_bol


@given(numbers, numbers, numbers)
def test_shipping_all_that_is_open_leaves_nothing(ordered, shipped, cancelled):
    before = Line(ordered, shipped, cancelled)

    after = Line(ordered, shipped, cancelled, own=before.open, unsettled=before.open)

    assert after.open == 0
