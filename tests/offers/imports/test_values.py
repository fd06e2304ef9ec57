"""What the text of a cell means, and what is never guessed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from offers import rules
from offers.imports import values

FULL_WIDTH = "".join(chr(ord("\uff10") + digit) for digit in range(10))
DIGITS_AND_NOISE = st.text(alphabet="0123456789.,-+eExX €EUR'NaInfity\t\u00a0" + FULL_WIDTH, max_size=20)
ANY_TEXT = st.one_of(DIGITS_AND_NOISE, st.text(max_size=30))


def attempt(parse: Callable[[str], Any], text: str) -> tuple[Any, str]:
    """Return the value, or why there is none."""
    try:
        return parse(text), ""
    except ValueError as refusal:
        return None, str(refusal)


@given(ANY_TEXT)
@example("8,71E+12")
@example(FULL_WIDTH + FULL_WIDTH[:3])
@example("²³")
def test_an_ean_is_13_fitting_digits_or_refused_with_a_sentence(text: str) -> None:
    ean, refusal = attempt(values.parse_ean, text)

    if refusal:
        assert refusal.endswith((".", "?"))
        return
    rules.validate_ean(ean)


@given(ANY_TEXT)
@example("1e2")
@example("NaN")
@example("-Infinity")
@example("1_000")
def test_a_price_is_one_bol_takes_or_refused_with_a_sentence(text: str) -> None:
    price, refusal = attempt(values.parse_price, text)

    if refusal:
        assert refusal.endswith(".")
        return
    rules.validate_price(price)
    assert price.as_tuple().exponent == -2


@given(ANY_TEXT)
def test_a_stock_is_whole_or_refused_with_a_sentence(text: str) -> None:
    stock, refusal = attempt(values.parse_stock, text)

    if refusal:
        assert refusal.endswith(".")
        return
    rules.validate_stock(stock)


@given(st.decimals(min_value=1, max_value=9999, places=2))
def test_a_price_is_read_however_it_is_written(price: Decimal) -> None:
    plain = f"{price:.2f}"
    english = f"{price:,.2f}"
    dutch = english.translate(str.maketrans(",.", ".,"))

    for text in (plain, plain.replace(".", ","), english, dutch, f"€ {dutch}", f"{plain} EUR"):
        assert values.parse_price(text) == price


@given(
    st.text(alphabet="0123456789", min_size=12, max_size=12).filter(lambda body: not body.endswith("00000"))
)
def test_every_good_ean_is_taken_as_it_is(body: str) -> None:
    ean = body + rules.check_digit(body)

    assert values.parse_ean(f" '{ean} ") == ean


@pytest.mark.parametrize("text", ["12.345", "12,950", "1.000"])
def test_three_decimals_are_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="two ways"):
        values.parse_price(text)


@pytest.mark.parametrize(
    "text", ["8,71E+12", "8.71851E+12", "8.71851e12", "8718510000000.0", "8718510000000"]
)
def test_a_number_that_a_spreadsheet_changed_is_refused_as_such(text: str) -> None:
    with pytest.raises(ValueError, match="changed by the spreadsheet"):
        values.parse_ean(text)


@pytest.mark.parametrize(
    ("text", "ean"),
    [
        ("041497153718", "0041497153718"),
        ("73513537", "0000073513537"),
        ("0306406152", "9780306406157"),
        ("080442957x", "9780804429573"),
    ],
)
def test_shorter_codes_become_13_digits(text: str, ean: str) -> None:
    assert values.parse_ean(text) == ean
