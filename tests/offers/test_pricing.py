"""Prices move by an amount or a percentage, end as asked, and never pass through a float."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.pricing import Move, Rounding, moved, rounded

prices = st.decimals("1", "9999", places=2)
percentages = st.decimals("-90", "200", places=2)


@pytest.mark.parametrize(
    ("price", "move", "amount", "rounding", "expected"),
    [
        ("12.50", Move.SET, "9.95", Rounding.NONE, "9.95"),
        ("12.50", Move.ADD, "-2.51", Rounding.NONE, "9.99"),
        ("12.50", Move.PERCENT, "10", Rounding.NONE, "13.75"),
        ("12.50", Move.PERCENT, "10", Rounding.TO_99, "13.99"),
        ("12.50", Move.PERCENT, "10", Rounding.TO_95, "13.95"),
        ("12.52", Move.PERCENT, "10", Rounding.TO_05, "13.75"),
        ("9.99", Move.PERCENT, "-5", Rounding.NONE, "9.49"),
        ("0.05", Move.PERCENT, "10", Rounding.NONE, "0.06"),
        ("13.49", Move.ADD, "0", Rounding.TO_99, "13.99"),
        ("13.48", Move.ADD, "0", Rounding.TO_99, "12.99"),
        ("9999", Move.PERCENT, "10", Rounding.NONE, "10998.90"),
        ("5", Move.ADD, "-10", Rounding.TO_99, "-5.01"),
    ],
)
def test_a_price_moves_to(price: str, move: Move, amount: str, rounding: Rounding, expected: str) -> None:
    assert moved(Decimal(price), move, Decimal(amount), rounding) == Decimal(expected)


@given(prices, st.sampled_from([Rounding.TO_99, Rounding.TO_95]))
def test_an_ending_is_met_within_half_a_euro(price: Decimal, rounding: Rounding) -> None:
    ended = rounded(price, rounding)

    assert format(ended, "f").endswith(f".{rounding.value}")
    assert abs(ended - price) <= Decimal("0.50")


@given(prices)
def test_five_cents_are_met_within_three_cents(price: Decimal) -> None:
    ended = rounded(price, Rounding.TO_05)

    assert ended % Decimal("0.05") == 0
    assert abs(ended - price) <= Decimal("0.03")


@given(prices, percentages, st.sampled_from(Rounding))
def test_a_rounded_price_has_two_decimals_and_stays_when_rounded_again(
    price: Decimal, percentage: Decimal, rounding: Rounding
) -> None:
    ended = moved(price, Move.PERCENT, percentage, rounding)

    assert ended.as_tuple().exponent == -2
    assert rounded(ended, rounding) == ended


@given(prices, prices, percentages, st.sampled_from(Rounding))
def test_the_cheaper_offer_stays_the_cheaper_one(
    one: Decimal, other: Decimal, percentage: Decimal, rounding: Rounding
) -> None:
    low, high = sorted([one, other])

    assert moved(low, Move.PERCENT, percentage, rounding) <= moved(high, Move.PERCENT, percentage, rounding)
