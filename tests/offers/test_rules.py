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
        ({"fulfilment_method": "FBB", "delivery_code": "VVB"}, "delivery_code"),
        ({"volume_prices": [{"quantity": 2, "unit_price": "12.50"}]}, "volume_prices"),
    ],
)
def test_the_field_at_fault_is_named(wanted: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        rules.check_wanted(USUAL | wanted)

    assert list(refused.value.error_dict) == [field]


def test_bol_delivers_without_a_delivery_code() -> None:
    rules.check_wanted(USUAL | {"fulfilment_method": "FBB", "delivery_code": ""})


def steps(*pairs: tuple[int, str]) -> list[dict[str, Any]]:
    """Volume prices from pairs of quantity and price."""
    return [{"quantity": quantity, "unit_price": price} for quantity, price in pairs]


@pytest.mark.parametrize(
    "found", [steps(), steps((2, "12.49")), steps((2, "12.00"), (6, "11.00"), (24, "1.00"))]
)
def test_volume_prices_bol_takes_are_accepted(found: list[dict[str, Any]]) -> None:
    rules.check_wanted(USUAL | {"volume_prices": found})


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (steps((2, "12"), (3, "11"), (4, "10"), (5, "9")), "at most 3"),
        (steps((1, "11.00")), "from 2 to 24"),
        (steps((25, "11.00")), "from 2 to 24"),
        (steps((6, "11.00"), (6, "10.00")), "larger"),
        (steps((6, "11.00"), (2, "10.00")), "larger"),
        (steps((2, "11.00"), (6, "11.00")), "cost less"),
        (steps((2, "0.99")), "from 1 to 9999"),
        (steps((2, "11.005")), "two decimals"),
        (steps((2, "cheap")), "quantity and the price"),
        ([{"quantity": "2", "unit_price": "11.00"}], "quantity and the price"),
        ([{"quantity": 2}], "quantity and the price"),
        ("2 for 11", "quantity and the price"),
    ],
)
def test_volume_prices_bol_refuses_are_refused(found: Any, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        rules.check_volume_prices(Decimal("12.50"), found)


def test_a_price_may_not_fall_to_its_own_volume_price() -> None:
    with pytest.raises(ValidationError, match="less than the price of one"):
        rules.check_wanted(USUAL | {"price": Decimal(11), "volume_prices": steps((6, "11.00"))})


@pytest.mark.parametrize("condition", ["AS_NEW", "GOOD", "REASONABLE", "MODERATE"])
def test_a_second_hand_article_may_have_a_comment(condition: str) -> None:
    rules.check_condition(condition, "x" * 2000, is_margin_good=False)


@pytest.mark.parametrize(
    ("condition", "comment", "is_margin_good", "field"),
    [
        ("NEW", "A scratch", False, "condition_comment"),
        ("REFURBISHED_A", "A scratch", False, "condition_comment"),
        ("GOOD", "x" * 2001, False, "condition_comment"),
        ("GOOD", "Ask me at me@example.com", False, "condition_comment"),
        ("GOOD", "", True, "is_margin_good"),
        ("NEW", "", True, "is_margin_good"),
    ],
)
def test_what_bol_does_not_want_to_know_of_a_condition_is_refused(
    condition: str, comment: str, is_margin_good: bool, field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        rules.check_condition(condition, comment, is_margin_good=is_margin_good)

    assert list(refused.value.error_dict) == [field]


def test_a_refurbished_article_may_be_sold_under_the_margin_scheme() -> None:
    rules.check_condition("REFURBISHED_C", "", is_margin_good=True)


def test_refurbished_and_profiles_need_the_newer_dialect() -> None:
    rules.check_words("v11", "REFURBISHED_A", profile_id="p-1")
    rules.check_words("v10", "GOOD", profile_id="")
    with pytest.raises(ValidationError) as refused:
        rules.check_words("v10", "REFURBISHED_A", profile_id="p-1")

    assert set(refused.value.error_dict) == {"condition", "delivery_profile_id"}


def test_a_profile_goes_with_our_own_promise_only() -> None:
    rules.check_profile("MijnLeverbelofte", "p-1")
    with pytest.raises(ValidationError, match="goes with"):
        rules.check_profile("1-2d", "p-1")
