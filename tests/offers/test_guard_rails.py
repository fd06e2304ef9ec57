"""Changes that look like a mistake are said before they are made: large steps of a price, and half a shop gone."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import pytest

from offers.guard_rails import Change, GuardWarning, Limits, Rails, Tally

LIMITS = Limits(price_percent=Decimal(30), share_percent=Decimal(20), smallest_project=20)


def change(name: str = "OIL-1", size: int = 100, **fields: tuple[object, object]) -> Change:
    before = {field: old for field, (old, _new) in fields.items()}
    after = {field: new for field, (_old, new) in fields.items()}
    return Change(name, Rails("Pantry", size, LIMITS), before, after)


def check(changes: Iterable[Change]) -> list[GuardWarning]:
    tally = Tally()
    for each in changes:
        tally.add(each)
    return tally.warnings()


@pytest.mark.parametrize(
    ("old", "new", "is_hit"),
    [("10.00", "13.00", False), ("10.00", "13.01", True), ("10.00", "7.00", False), ("10.00", "6.99", True)],
)
def test_a_price_may_move_by_the_percentage_and_no_further(old: str, new: str, is_hit: bool) -> None:
    warnings = check([change(price=(Decimal(old), Decimal(new)))])

    assert [(said.kind, said.count, said.names) for said in warnings] == (
        [("price", 1, ("OIL-1",))] if is_hit else []
    )


@pytest.mark.parametrize(
    ("kind", "fields"), [("sold_out", {"stock": (5, 0)}), ("on_hold", {"on_hold": (False, True)})]
)
def test_more_than_the_share_of_a_project_is_warned_about(kind: str, fields: dict) -> None:
    few = [change(f"OIL-{number}", **fields) for number in range(20)]

    assert check(few) == []
    (warning,) = check([*few, change("OIL-20", **fields)])
    assert (warning.kind, warning.count, warning.of, warning.project) == (kind, 21, 100, "Pantry")


def test_what_is_sold_out_or_on_hold_already_does_not_count() -> None:
    same = [
        change(stock=(0, 0)),
        change(on_hold=(True, True)),
        change(stock=(0, 5)),
        change(on_hold=(True, False)),
    ]

    assert check(same * 50) == []


def test_a_small_project_has_no_share_to_speak_of() -> None:
    assert check([change(size=19, stock=(5, 0))] * 19) == []
    assert check([change(size=20, stock=(5, 0))] * 19)


def test_counting_goes_on_after_it_was_stored() -> None:
    whole, first = Tally(), Tally()
    changes = [change(f"OIL-{number}", stock=(5, 0), price=(Decimal(1), Decimal(9))) for number in range(300)]
    for each in changes:
        whole.add(each)
    for each in changes[:150]:
        first.add(each)
    second = Tally.restored(first.as_json())
    for each in changes[150:]:
        second.add(each)

    assert second.warnings() == whole.warnings()
    assert {said.count for said in whole.warnings()} == {300}
    assert {len(said.names) for said in whole.warnings()} == {100}
