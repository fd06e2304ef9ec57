"""What differs between what we want and what bol has, and what of it is sent now."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as some

from offers import delta, state
from offers.delta import Known
from offers.state import COMPONENTS, DETAILS, PRICE, STOCK, State
from tests.offers.test_state import wanted_states

OIL = State(
    details=state.details_of(
        reference="R",
        unknown_product_title="Oil",
        on_hold=False,
        method="FBR",
        delivery_code="VVB",
        countries=["NL"],
    ),
    price=state.price_of(Decimal("12.50")),
    stock=state.stock_of(5, managed_by_retailer=False),
)
SOLD_OUT = replace(OIL, stock=state.stock_of(0, managed_by_retailer=False))
DEARER = replace(OIL, price=state.price_of(Decimal("13.00")))
HELD = replace(OIL, details={**(OIL.details or {}), "on_hold": True})


def test_nothing_differs_from_itself() -> None:
    assert delta.differing(OIL, Known(OIL)) == frozenset()


def test_everything_differs_where_bol_has_nothing() -> None:
    assert delta.differing(OIL, Known()) == frozenset(COMPONENTS)


def test_only_the_changed_component_differs() -> None:
    assert delta.differing(DEARER, Known(OIL)) == {PRICE}
    assert delta.differing(HELD, Known(OIL)) == {DETAILS}
    assert delta.differing(SOLD_OUT, Known(OIL)) == {STOCK}


def test_a_component_in_doubt_differs_though_its_value_is_the_same() -> None:
    assert delta.differing(OIL, Known(OIL, frozenset({PRICE}))) == {PRICE}


def test_of_known_details_only_the_changed_field_is_said() -> None:
    assert delta.changes(HELD, Known(OIL), [DETAILS]) == {DETAILS: {"on_hold": True}}


def test_of_details_in_doubt_all_fields_are_said() -> None:
    assert delta.changes(HELD, Known(OIL, frozenset({DETAILS})), [DETAILS]) == {DETAILS: HELD.details}


def test_a_field_we_have_no_opinion_on_does_not_differ() -> None:
    silent = replace(
        OIL, details={key: value for key, value in (OIL.details or {}).items() if key != "countries"}
    )

    assert delta.differing(silent, Known(OIL)) == frozenset()
    assert delta.differing(OIL, Known(silent)) == {DETAILS}


def test_without_stock_only_the_zero_is_sent() -> None:
    wanted = replace(SOLD_OUT, price=DEARER.price)

    assert delta.to_send(wanted, Known(OIL)) == {STOCK}
    assert delta.to_send(wanted, Known(SOLD_OUT)) == frozenset()


def test_bol_delivers_without_our_stock_so_all_is_sent() -> None:
    by_bol = {**(OIL.details or {}), "fulfilment": {"method": "FBB", "delivery_code": ""}}
    wanted = replace(SOLD_OUT, details=by_bol)

    assert delta.to_send(wanted, Known(OIL)) == {DETAILS, STOCK}


def test_price_and_details_go_before_stock_that_returns() -> None:
    wanted = replace(HELD, price=DEARER.price)

    assert delta.goes_before_stock(wanted, Known(SOLD_OUT)) == {PRICE, DETAILS}
    assert delta.goes_before_stock(wanted, Known(OIL)) == frozenset()


def test_stock_that_returns_waits_where_it_cannot_go_along() -> None:
    assert delta.to_send(DEARER, Known(SOLD_OUT)) == {PRICE, STOCK}
    assert delta.to_send(DEARER, Known(SOLD_OUT), in_one_request=False) == {PRICE}
    assert delta.to_send(OIL, Known(SOLD_OUT), in_one_request=False) == {STOCK}


@given(wanted=wanted_states(), known=wanted_states(), doubted=some.sets(some.sampled_from(COMPONENTS)))
def test_what_was_sent_differs_no_more(wanted: State, known: State, doubted: set[str]) -> None:
    before = Known(known, frozenset(doubted))
    sent = delta.changes(wanted, before, delta.differing(wanted, before))

    after = {name: state.fold_in(known[name], sent.get(name, {})) for name in COMPONENTS}

    assert delta.differing(wanted, Known(State(**after))) == frozenset()
