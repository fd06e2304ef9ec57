"""What bol's numbers say about a parcel, before and after it was announced."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connections import bol
from connections.operations import Refused
from orders.announcing import Announcement, is_covered, refuse_what_is_gone, stop_at_a_late_effect


def parcel(quantity: int = 1, claimed: int | None = None) -> Announcement:
    return Announcement("A1", "P1", "TNT", "3S1", {"1": quantity}, claimed={"1": claimed or quantity})


def at_bol(quantity: int, shipped: int = 0, cancelled: int = 0) -> dict[str, bol.OrderItem]:
    return {
        "1": bol.OrderItem(
            order_item_id="1", quantity=quantity, quantity_shipped=shipped, quantity_cancelled=cancelled
        )
    }


@pytest.mark.parametrize(
    ("items", "announced", "covered"),
    [
        (at_bol(1, shipped=1), parcel(1), True),
        (at_bol(1), parcel(1), False),
        (at_bol(3, shipped=1), parcel(1), False),  # may be another parcel
        (at_bol(3, shipped=3), parcel(2, claimed=3), True),
        (at_bol(3, shipped=1, cancelled=2), parcel(2, claimed=3), False),
        (at_bol(1, cancelled=1), parcel(1), False),
        ({}, parcel(1), False),
    ],
)
def test_a_parcel_is_covered_only_where_bol_waits_for_nothing_more(items, announced, covered):
    assert is_covered(items, announced) is covered


@pytest.mark.parametrize(
    ("items", "words"),
    [
        (at_bol(1, cancelled=1), "1 of “1” was cancelled before the parcel could be announced"),
        (at_bol(3, shipped=2), "The parcel holds 2 of “1”, bol waits for 1"),
        ({}, "bol no longer shows item 1"),
    ],
)
def test_a_parcel_that_does_not_fit_is_refused_in_words(items, words):
    with pytest.raises(Refused, match=words) as refused:
        refuse_what_is_gone(items, parcel(2))

    assert refused.value.advice


def test_a_parcel_that_fits_is_not_refused():
    refuse_what_is_gone(at_bol(3, shipped=1), parcel(2))


def test_a_parcel_that_may_be_there_by_now_is_not_announced_again():
    repeated = replace(parcel(1), shipped_before={"1": 0})

    with pytest.raises(bol.OutcomeUnknown):
        stop_at_a_late_effect(at_bol(3, shipped=1), repeated)


def test_what_was_found_without_effect_and_still_is_may_be_repeated():
    stop_at_a_late_effect(at_bol(3, shipped=1), replace(parcel(1), shipped_before={"1": 1}))
