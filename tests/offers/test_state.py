"""One canonical form for what we want and what bol has, in both dialects."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connections import bol
from connections.bol.resources import offers as words_v11
from connections.bol.resources import offers_v10 as words_v10
from offers import delivery, state
from offers.choices import Condition, DeliveryCode
from offers.dialects import v10, v11
from offers.dialects.dialect import Found, Listing
from offers.state import Component, State

EAN = "0041497153718"
CONDITIONS_OF_V10 = [name for name in Condition.values if not Condition(name).is_refurbished]

prices = some.decimals(min_value=1, max_value=9999, places=2)
texts = some.text(max_size=100)


@some.composite
def fulfilments(draw: Any) -> dict[str, str]:
    method = draw(some.sampled_from(["FBR", "FBB"]))
    code = draw(some.sampled_from(DeliveryCode.values)) if method == "FBR" else ""
    return {"method": method, "delivery_code": code}


@some.composite
def price_lists(draw: Any) -> Component:
    volumes = sorted(draw(some.sets(some.integers(2, 24), max_size=3)))
    falling = sorted(draw(some.sets(prices, min_size=len(volumes) + 1)), reverse=True)
    return state.price_list(zip([1, *volumes], falling, strict=False))


@some.composite
def listings(draw: Any, conditions: list[str]) -> Listing:
    condition = Condition(draw(some.sampled_from(conditions)))
    comment = draw(texts) if condition != Condition.NEW and not condition.is_refurbished else ""
    return Listing(EAN, condition, comment, condition.is_refurbished and draw(some.booleans()))


@some.composite
def wanted_states(draw: Any, countries: tuple[str, ...] = ("NL", "BE")) -> State:
    fulfilment = draw(fulfilments())
    may_name_profile = countries and fulfilment["delivery_code"] == DeliveryCode.OWN_PROMISE
    return State(
        details=state.details_of(
            reference=draw(texts),
            unknown_product_title=draw(texts),
            on_hold=draw(some.booleans()),
            countries=draw(some.sets(some.sampled_from(countries), min_size=1)) if countries else (),
            economic_operator_id=draw(some.sampled_from(["", "90bfddc5-a6d0-4986-9253-407b3a6850ca"])),
            delivery_profile_id=draw(some.sampled_from(["", "profile-1"])) if may_name_profile else "",
            **fulfilment,
        ),
        price=draw(price_lists()),
        stock=state.stock_of(draw(some.integers(0, 5000)), managed_by_retailer=draw(some.booleans())),
    )


def shown_by_v11(body: bol.CreateOffer) -> bol.Offer:
    said = _said(body)
    stock = said.pop("stock")
    kept = words_v11.Stock(amount=stock.amount, managed_by_retailer=stock.managed_by_retailer)
    return bol.Offer(offer_id="id", stock=kept, **said)


def shown_by_v10(body: words_v10.CreateOffer) -> words_v10.RetailerOffer:
    said = _said(body)
    stock = said.pop("stock")
    kept = words_v10.KnownStock(amount=stock.amount, managed_by_retailer=stock.managed_by_retailer)
    return words_v10.RetailerOffer(offer_id="id", stock=kept, **said)


def _said(body: Any) -> dict[str, Any]:
    values = {name: getattr(body, name) for name in body.__struct_fields__}
    return {name: value for name, value in values.items() if value is not bol.UNSET}


@given(wanted=wanted_states(), listing=listings(Condition.values))
def test_what_is_said_in_v11_is_understood_as_the_same(wanted: State, listing: Listing) -> None:
    body = v11.create_body(listing, wanted)

    understood = v11.found(shown_by_v11(body))

    assert understood == Found("id", EAN, listing.condition, wanted)


@given(wanted=wanted_states(countries=()), listing=listings(CONDITIONS_OF_V10))
def test_what_is_said_in_v10_is_understood_as_the_same(wanted: State, listing: Listing) -> None:
    body = v10.create_body(listing, wanted)

    understood = v10.found(shown_by_v10(body))

    assert understood == Found("id", EAN, listing.condition, wanted)


@given(price=prices)
def test_a_price_has_one_way_to_be_written(price: Decimal) -> None:
    text = state.price_text(price)

    assert Decimal(text) == price
    assert text == state.price_text(Decimal(text))
    assert len(text.partition(".")[2]) == 2


def test_a_whole_price_equals_the_same_price_with_decimals() -> None:
    assert state.price_of(Decimal(25)) == state.price_of(Decimal("25.00"))


@pytest.mark.parametrize("code", DeliveryCode.values)
def test_every_delivery_code_survives_the_way_to_v11_and_back(code: str) -> None:
    assert delivery.code_for(delivery.fulfilment_for("FBR", code)) == code


def test_the_evening_codes_are_a_promise_for_tomorrow() -> None:
    said = delivery.fulfilment_for("FBR", "24uurs-21")

    assert said == words_v11.Fulfilment(
        "FBR", "BOL_DELIVERY_PROMISE", words_v11.DeliveryPromise(0, 1, "21:00")
    )


@pytest.mark.parametrize(
    "promise",
    [
        words_v11.DeliveryPromise(2, 5),
        words_v11.DeliveryPromise(0, 1, "14:30"),
        words_v11.DeliveryPromise(1, 2, "14:00"),
    ],
)
def test_a_promise_without_a_code_equals_no_code(promise: words_v11.DeliveryPromise) -> None:
    found = delivery.code_for(words_v11.Fulfilment("FBR", "BOL_DELIVERY_PROMISE", promise))

    assert found
    assert found not in DeliveryCode.values


def test_a_refurbished_article_is_said_with_its_grade_and_margin() -> None:
    said = v11.condition_for(Listing(EAN, "REFURBISHED_B", is_margin_good=True))

    assert said == words_v11.Condition("REFURBISHED", grade="B", margin=True)


def test_a_second_hand_article_is_said_with_its_comment_in_both_dialects() -> None:
    listing = Listing(EAN, "GOOD", "A scratch on the lid")
    wanted = State(details=_details("Oil"), price=state.price_of(Decimal(5)), stock=_stock())

    assert v11.condition_for(listing) == words_v11.Condition(
        "SECONDHAND", state="GOOD", comment=listing.comment
    )
    assert v10.create_body(listing, wanted).condition == words_v10.Condition("GOOD", comment=listing.comment)


def test_a_delivery_that_changes_is_said_whole() -> None:
    known = _details("Oil") | {"fulfilment": {"method": "FBR", "delivery_code": "MijnLeverbelofte"}}

    body = v11.patch_body({"details": {"delivery_profile_id": "p-1"}}, known | {"delivery_profile_id": "p-1"})

    assert body.fulfilment == words_v11.Fulfilment("FBR", "MY_DELIVERY_PROMISE", profile_id="p-1")


def test_bol_telling_of_no_country_is_no_silence_about_countries() -> None:
    found = v11.found(bol.Offer(offer_id="id")).state.details or {}

    assert found["countries"] == []


def test_bol_is_never_told_more_than_999() -> None:
    assert state.stock_of(1500, managed_by_retailer=False)["amount"] == 999


def test_a_title_that_bol_does_not_show_is_taken_for_ours() -> None:
    ours = State(details=_details("Olive Oil"))

    assert state.without_title_drift(State(details=_details("")), ours) == ours
    assert state.without_title_drift(State(details=_details("Other")), ours) != ours


def _stock() -> Component:
    return state.stock_of(1, managed_by_retailer=False)


def _details(title: str) -> Component:
    return state.details_of(
        reference="R", unknown_product_title=title, on_hold=False, method="FBR", delivery_code="VVB"
    )
