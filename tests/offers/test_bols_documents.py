"""What a dialect says of every offer that our rules let through is what bol's OpenAPI documents ask for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import responses

from connections import bol
from connections.operations import Call
from offers import state
from offers.choices import Condition, DeliveryCode
from offers.dialects.dialect import Dialect, Listing
from offers.dialects.v10 import V10
from offers.dialects.v11 import V11
from offers.state import COMPONENTS, DETAILS, State
from tests import openapi

EAN = "0041497153718"
OFFER_ID = "13722de8-8182-d161-5422-4a0a1caab5c8"
OPERATOR = "90bfddc5-a6d0-4986-9253-407b3a6850ca"
VOLUMES = [
    {"quantity": 2, "unit_price": "12.00"},
    {"quantity": 6, "unit_price": "11.00"},
    {"quantity": 24, "unit_price": "1.00"},
]
DELIVERIES = [("FBB", ""), *(("FBR", code) for code in DeliveryCode.values)]
SPOKEN = [
    (dialect, condition)
    for dialect in (V11(), V10())
    for condition in Condition
    if dialect.can_say(Listing(EAN, condition))
]


def wanted(dialect: Dialect, method: str, delivery_code: str) -> State:
    """An offer with everything that the dialect has a word for."""
    is_v11 = isinstance(dialect, V11)
    has_profile = is_v11 and delivery_code == DeliveryCode.OWN_PROMISE
    return State(
        details=state.details_of(
            reference="r" * 100,
            unknown_product_title="t" * 500,
            on_hold=True,
            method=method,
            delivery_code=delivery_code,
            countries=("NL", "BE") if is_v11 else (),
            economic_operator_id=OPERATOR,
            delivery_profile_id=OPERATOR if has_profile else "",
        ),
        price=state.price_of(Decimal(9999), VOLUMES),
        stock=state.stock_of(5000, managed_by_retailer=True),
    )


def faults_of(call: Call) -> list[str]:
    """What bol's documents object to in the request of a call."""
    with responses.RequestsMock() as mock, bol.Client(bol.FixedToken("t")) as client:
        (method, _path), *_rest = call.endpoints
        mock.add(method, openapi.ANY_ADDRESS, status=418)
        with pytest.raises(bol.ApiError, match="418"):
            call.send(client)
        request: Any = mock.calls[0].request
    body = request.body if isinstance(request.body, bytes) else request.body.encode()
    return openapi.request_faults(method, request.path_url, request.headers["Content-Type"], body=body)


@openapi.needs_documents
@pytest.mark.parametrize(("dialect", "condition"), SPOKEN)
def test_a_new_offer_is_said_as_documented(dialect: Dialect, condition: Condition) -> None:
    is_second_hand = condition != Condition.NEW and not condition.is_refurbished
    listing = Listing(EAN, condition, "A scratch" if is_second_hand else "", condition.is_refurbished)

    assert faults_of(dialect.create(listing, wanted(dialect, "FBR", "24uurs-23"))) == []


@openapi.needs_documents
@pytest.mark.parametrize(("method", "delivery_code"), DELIVERIES)
@pytest.mark.parametrize("dialect", [V11(), V10()])
def test_every_delivery_is_said_as_documented(dialect: Dialect, method: str, delivery_code: str) -> None:
    offer = wanted(dialect, method, delivery_code)

    assert faults_of(dialect.create(Listing(EAN, "NEW"), offer)) == []
    assert faults_of(dialect.update(OFFER_ID, offer.only([DETAILS]), offer.details or {})) == []


@openapi.needs_documents
@pytest.mark.parametrize("component", COMPONENTS)
@pytest.mark.parametrize("dialect", [V11(), V10()])
def test_every_component_alone_is_said_as_documented(dialect: Dialect, component: str) -> None:
    offer = wanted(dialect, "FBR", "1-2d")

    assert faults_of(dialect.update(OFFER_ID, offer.only([component]), offer.details or {})) == []
