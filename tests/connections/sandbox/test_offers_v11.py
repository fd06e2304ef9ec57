"""Offers in version 11: created, changed and deleted at once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from .seller import EAN, offer

UNKNOWN = "/retailer/offers/6ff736b5-cdd0-4150-8c67-78269ee986f5"


def test_a_created_offer_is_there_at_once(bol, seller, offer_id):
    found = seller.get_offer(offer_id)

    assert found["ean"] == EAN
    assert found["stock"] == {"amount": 10, "correctedStock": 10, "managedByRetailer": False}
    assert [entry["effect"] for entry in bol.ledger()] == ["OFFER_CREATED"]
    assert bol.ledger()[0]["subject"] == offer_id


def test_a_price_keeps_its_exact_text(seller):
    body = '{"bundlePrices": [{"quantity": 1, "unitPrice": 12.50}, {"quantity": 2, "unitPrice": 11.0}]}'
    offer_id = seller.create_offer()

    assert seller.v11("PATCH", f"/retailer/offers/{offer_id}", f'{{"pricing": {body}}}').status_code == 204

    text = seller.v11("GET", f"/retailer/offers/{offer_id}").text
    assert '"unitPrice":12.50' in text
    assert '"unitPrice":11}' in text, "a whole price is an integer"


def test_the_same_ean_in_the_same_condition_exists_already(bol, seller, offer_id):
    answer = seller.v11("POST", "/retailer/offers", offer())

    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/offer-exists"
    assert offer_id in answer.json()["detail"]
    assert len(bol.offers()) == 1


def test_the_same_ean_in_another_condition_is_another_offer(seller, offer_id):
    other = seller.create_offer(
        condition={"category": "SECONDHAND", "state": "GOOD", "comment": "A scratch."}
    )

    assert other != offer_id


def test_a_patch_changes_only_what_it_names(bol, seller, offer_id):
    before = seller.get_offer(offer_id)

    seller.v11("PATCH", f"/retailer/offers/{offer_id}", {"stock": {"amount": 4}, "reference": "NEW"})

    after = seller.get_offer(offer_id)
    assert after["stock"]["amount"] == 4
    changed = {key for key in after if after[key] != before[key]}
    assert changed == {"stock", "reference", "lastModifiedDateTime"}
    entry = bol.ledger()[-1]
    assert entry["effect"] == "OFFER_UPDATED"
    assert entry["components"] == ["details", "stock"]
    assert entry["changed"] == {"stock": {"amount": 4}, "reference": "NEW"}


def test_the_ledger_tells_the_new_price(bol, seller, offer_id):
    pricing = {"bundlePrices": [{"quantity": 1, "unitPrice": 9.99}]}

    seller.v11("PATCH", f"/retailer/offers/{offer_id}", {"pricing": pricing})

    assert bol.ledger()[-1]["components"] == ["price"]
    assert bol.ledger()[-1]["changed"]["pricing"]["bundlePrices"][0]["unitPrice"] == Decimal("9.99")


def test_an_empty_patch_has_no_effect(bol, seller, offer_id):
    assert seller.v11("PATCH", f"/retailer/offers/{offer_id}", {}).status_code == 204
    assert len(bol.ledger()) == 1


def test_an_unknown_field_in_a_patch_is_refused(bol, seller, offer_id):
    answer = seller.v11("PATCH", f"/retailer/offers/{offer_id}", {"ean": EAN, "price": 3})

    assert answer.status_code == 400
    assert {violation["name"] for violation in answer.json()["violations"]} == {"ean", "price"}
    assert len(bol.ledger()) == 1


def test_a_deleted_offer_is_gone(bol, seller, offer_id):
    answer = seller.v11("DELETE", f"/retailer/offers/{offer_id}")

    assert answer.status_code == 204
    assert answer.content == b""
    assert bol.offers() == []
    assert bol.ledger()[-1]["effect"] == "OFFER_DELETED"
    seller.create_offer()


@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PATCH", {}), ("DELETE", None)])
def test_an_unknown_offer_is_not_found(seller, method, body):
    assert seller.v11(method, UNKNOWN, body).status_code == 404


def test_a_held_offer_says_why_it_is_not_for_sale(seller, offer_id):
    path = f"/retailer/offers/{offer_id}"
    assert seller.v11("GET", f"{path}/not-for-sale-reasons").status_code == 204

    seller.v11("PATCH", path, {"onHoldByRetailer": True, "stock": {"amount": 0}})

    countries = seller.v11("GET", f"{path}/not-for-sale-reasons").json()["countries"]
    assert [country["countryCode"] for country in countries] == ["NL", "BE"]
    assert [reason["code"] for reason in countries[0]["reasons"]] == ["4003-1", "4003-3"]
    assert not any(country["forSale"] for country in seller.get_offer(offer_id)["countryAvailabilities"])


def test_the_decision_to_sell_can_take_time(start, seller_at, hour):
    bol, url = start(sale_delay=hour)
    seller = seller_at(url)
    offer_id = seller.create_offer()
    assert not seller.get_offer(offer_id)["countryAvailabilities"][0]["forSale"]

    bol.advance(hour)

    assert seller.get_offer(offer_id)["countryAvailabilities"][0]["forSale"]


def test_an_offer_can_be_for_one_country(seller):
    offer_id = seller.create_offer(countryAvailabilities=[{"countryCode": "BE"}])

    assert seller.get_offer(offer_id)["countryAvailabilities"] == [{"countryCode": "BE", "forSale": True}]


def test_what_others_change_is_in_the_ledger_as_theirs(bol, seller, offer_id):
    control = f"{seller.url}/_sandbox/offers"

    assert seller.session.patch(f"{control}/{offer_id}", json={"price": 8.25, "stock": 2}).status_code == 204
    made = {"retailer": "shop-a", "ean": "8710000000109", "price": 5, "stock": 1}
    assert seller.session.post(control, json=made).status_code == 201
    assert seller.session.delete(f"{control}/{offer_id}").status_code == 204

    effects = [(entry["effect"], entry["by"]) for entry in bol.ledger()[1:]]
    assert effects == [
        ("OFFER_UPDATED", "elsewhere"),
        ("OFFER_CREATED", "elsewhere"),
        ("OFFER_DELETED", "elsewhere"),
    ]
