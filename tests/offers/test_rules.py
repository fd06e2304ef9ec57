"""bol's limits, refused before anything is saved."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as some

from offers import rules

USUAL = {"price": Decimal("12.50"), "stock": 5, "fulfilment_method": "FBR", "delivery_code": "24uurs-21"}


@given(some.text("0123456789", min_size=12, max_size=12))
def test_an_ean_with_its_check_digit_is_accepted(digits: str) -> None:
    rules.validate_ean(digits + rules.check_digit(digits))


@given(some.text("0123456789", min_size=12, max_size=12), some.integers(0, 11), some.integers(1, 9))
def test_one_mistyped_digit_is_always_noticed(digits: str, position: int, shift: int) -> None:
    other = str((int(digits[position]) + shift) % 10)
    mistyped = digits[:position] + other + digits[position + 1 :]

    with pytest.raises(ValidationError, match="last digit"):
        rules.validate_ean(mistyped + rules.check_digit(digits))


@pytest.mark.parametrize(
    "ean", ["", "41497153718", "00041497153718", "8.71235E+12", "\uff10041497153718", "004149715371X"]
)
def test_what_has_not_13_plain_digits_is_no_ean(ean: str) -> None:
    with pytest.raises(ValidationError, match="13 digits"):
        rules.validate_ean(ean)


@pytest.mark.parametrize("price", ["1", "1.00", "12.5", "9999", "9999.00"])
def test_a_price_bol_takes_is_accepted(price: str) -> None:
    rules.validate_price(Decimal(price))


@pytest.mark.parametrize("price", ["0", "0.99", "9999.01", "-1", "NaN", "Infinity", "12.345"])
def test_a_price_bol_refuses_is_refused(price: str) -> None:
    with pytest.raises(ValidationError):
        rules.validate_price(Decimal(price))


def test_a_large_stock_is_kept_and_a_negative_one_refused() -> None:
    rules.validate_stock(100_000)
    with pytest.raises(ValidationError):
        rules.validate_stock(-1)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"price": Decimal("0.50")}, "price"),
        ({"stock": -1}, "stock"),
        ({"reference_code": "x" * 101}, "reference_code"),
        ({"unknown_product_title": "x" * 501}, "unknown_product_title"),
        ({"fulfilment_method": "FBB"}, "delivery_code"),
        ({"delivery_code": ""}, "delivery_code"),
        ({"delivery_code": "tomorrow"}, "delivery_code"),
    ],
)
def test_the_field_at_fault_is_named(wanted: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        rules.check_wanted(USUAL | wanted)

    assert list(refused.value.error_dict) == [field]


def test_bol_delivers_without_a_delivery_code() -> None:
    rules.check_wanted(USUAL | {"fulfilment_method": "FBB", "delivery_code": ""})
