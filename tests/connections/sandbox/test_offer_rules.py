"""What bol refuses as an offer, and which field it names."""

from __future__ import annotations

from typing import Any

import pytest

from .seller import FULFILMENT, PROMISE, offer, v10_offer

Wrong = tuple[str, dict[str, Any]]


def prices(*steps):
    return {"bundlePrices": [{"quantity": quantity, "unitPrice": price} for quantity, price in steps]}


WRONG: list[Wrong] = [
    ("ean", {"ean": "8710000000049"}),
    ("ean", {"ean": "KNIFE"}),
    ("ean", {"ean": None}),
    ("pricing.bundlePrices[0].unitPrice", {"pricing": prices((1, 0.99))}),
    ("pricing.bundlePrices[0].unitPrice", {"pricing": prices((1, 9999.01))}),
    ("pricing.bundlePrices[0].unitPrice", {"pricing": prices((1, 1.005))}),
    ("pricing.bundlePrices[0].unitPrice", {"pricing": prices((1, "12.50"))}),
    ("pricing.bundlePrices[0].unitPrice", {"pricing": prices((1, True))}),
    ("pricing.bundlePrices[0].quantity", {"pricing": prices((25, 2))}),
    ("pricing.bundlePrices", {"pricing": prices((2, 5))}),
    ("pricing.bundlePrices", {"pricing": prices((1, 5), (2, 5))}),
    ("pricing.bundlePrices", {"pricing": prices((1, 5), (6, 4), (3, 3))}),
    ("pricing.bundlePrices", {"pricing": prices()}),
    ("pricing.bundlePrices", {"pricing": prices((1, 9), (2, 8), (3, 7), (4, 6), (5, 5))}),
    ("stock.amount", {"stock": {"amount": 1000, "managedByRetailer": True}}),
    ("stock.amount", {"stock": {"amount": -1, "managedByRetailer": True}}),
    ("stock.managedByRetailer", {"stock": {"amount": 1, "managedByRetailer": "yes"}}),
    ("reference", {"reference": "x" * 101}),
    ("unknownProductTitle", {"unknownProductTitle": "x" * 501}),
    ("onHoldByRetailer", {"onHoldByRetailer": "no"}),
]
WRONG_IN_V11: list[Wrong] = [
    ("condition.category", {"condition": {"category": "OLD"}}),
    ("condition.state", {"condition": {"category": "NEW", "state": "GOOD"}}),
    ("condition.state", {"condition": {"category": "SECONDHAND"}}),
    (
        "condition.comment",
        {"condition": {"category": "SECONDHAND", "state": "GOOD", "comment": "mail me@example.com"}},
    ),
    ("condition.grade", {"condition": {"category": "REFURBISHED", "grade": "D", "margin": True}}),
    ("fulfilment.method", {"fulfilment": {"method": "POST"}}),
    ("fulfilment.schedule", {"fulfilment": {"method": "FBR", "schedule": "SOON"}}),
    ("fulfilment.deliveryPromise", {"fulfilment": {**FULFILMENT, "method": "FBB"}}),
    (
        "fulfilment.deliveryPromise.ultimateOrderTime",
        {"fulfilment": {**FULFILMENT, "deliveryPromise": {**PROMISE, "ultimateOrderTime": "15:30"}}},
    ),
    (
        "fulfilment.deliveryPromise.minimumDaysToCustomer",
        {"fulfilment": {**FULFILMENT, "deliveryPromise": {**PROMISE, "minimumDaysToCustomer": 2}}},
    ),
    ("countryAvailabilities[0].countryCode", {"countryAvailabilities": [{"countryCode": "DE"}]}),
    ("stock.managedByRetailer", {"stock": {"amount": 1}}),
    ("colour", {"colour": "red"}),
]
WRONG_IN_V10: list[Wrong] = [
    ("condition.name", {"condition": {"name": "USED"}}),
    ("condition.comment", {"condition": {"name": "NEW", "comment": "As new."}}),
    ("fulfilment.deliveryCode", {"fulfilment": {"method": "FBR", "deliveryCode": "24uurs-11"}}),
    ("fulfilment.deliveryCode", {"fulfilment": {"method": "FBB", "deliveryCode": "VVB"}}),
]


@pytest.mark.parametrize(("field", "fields"), WRONG + WRONG_IN_V11)
def test_version_11_names_the_field_that_is_wrong(bol, seller, field, fields):
    answer = seller.v11("POST", "/retailer/offers", offer(**fields))

    assert_refused(answer, field)
    assert answer.json()["type"] == "/problems/validation-failed"
    assert bol.ledger() == []


@pytest.mark.parametrize(("field", "fields"), WRONG + WRONG_IN_V10)
def test_version_10_names_the_field_that_is_wrong(bol, seller, field, fields):
    assert_refused(seller.send("POST", "/retailer/offers", v10_offer(**fields)), field)
    assert bol.ledger() == []


@pytest.mark.parametrize("body", ["", "{", "[]", '{"ean": NaN}'])
def test_a_body_that_is_no_object_is_refused(seller, body):
    assert_refused(seller.v11("POST", "/retailer/offers", body), "body")


@pytest.mark.parametrize(
    "condition",
    [
        {"category": "SECONDHAND", "state": "AS_NEW"},
        {"category": "REFURBISHED", "grade": "A", "margin": False},
    ],
)
def test_every_kind_of_condition_is_accepted(seller, condition):
    offer_id = seller.create_offer(condition=condition)

    assert seller.get_offer(offer_id)["condition"] == condition


def test_a_whole_price_is_accepted(seller):
    offer_id = seller.create_offer(pricing=prices((1, 9999), (24, 1)))

    assert [step["unitPrice"] for step in seller.get_offer(offer_id)["pricing"]["bundlePrices"]] == [9999, 1]


def assert_refused(answer, field):
    assert answer.status_code == 400, answer.text
    assert field in [violation["name"] for violation in answer.json()["violations"]]
