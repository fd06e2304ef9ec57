"""The sandbox's own endpoints."""

from __future__ import annotations

import pytest


@pytest.fixture
def control(seller):
    def ask(method, path, body=None):
        return seller.session.request(method, f"{seller.url}/_sandbox/{path}", json=body)

    return ask


def test_the_ledger_can_be_followed(bol, control, order):
    entries = control("GET", "ledger").json()["ledger"]
    assert [entry["n"] for entry in entries] == [1, 2]

    bol.request_cancellation(order["orderId"])

    [new] = control("GET", "ledger?after=2").json()["ledger"]
    assert new["effect"] == "CANCELLATION_REQUESTED"
    assert control("GET", "ledger?retailer=shop-b").json()["ledger"] == []


def test_requests_are_counted_by_pattern_and_status(seller, control, offer_id):
    seller.v11("GET", f"/retailer/offers/{offer_id}")
    seller.send("GET", "/retailer/orders/A0")

    stats = control("GET", "stats").json()

    assert stats["requests"]["GET /retailer/offers/{offer-id}"] == {"200": 1}
    assert stats["requests"]["GET /retailer/orders/{order-id}"] == {"404": 1}
    assert stats["requests"]["POST /token"] == {"200": 1}
    assert stats["total"] == 4


def test_requests_are_listed_in_their_order(seller, control, offer_id):
    seller.v11("GET", f"/retailer/offers/{offer_id}")

    latest = control("GET", "requests?after=2").json()["requests"]

    assert [(seen["method"], seen["path"]) for seen in latest] == [("GET", f"/retailer/offers/{offer_id}")]


def test_the_clock_goes_forward(control):
    before = control("GET", "clock").json()

    after = control("POST", "clock", {"advance_s": 3600}).json()

    assert after["ahead_s"] == before["ahead_s"] + 3600
    assert control("POST", "clock", {"advance_s": -1}).status_code == 400
    assert control("POST", "clock", {}).status_code == 400


def test_an_account_can_be_made_known(seller, control):
    known = {"client_id": "shop-b", "client_secret": "b"}
    assert control("POST", "retailers", known).status_code == 200

    assert seller.ask_token(auth=("shop-b", "other")).status_code == 401
    assert seller.ask_token(auth=("shop-b", "b")).status_code == 200
    assert "secret" not in control("GET", "retailers").text


def test_tokens_can_be_made_to_expire(seller, control):
    assert control("POST", "tokens/expire").status_code == 204

    assert seller.send("GET", "/retailer/orders").status_code == 401


def test_an_offer_of_a_shop_that_has_not_logged_in_yet(bol, seller_at, control):
    made = {"retailer": "shop-b", "ean": "8710000000109", "price": 5, "stock": 1}
    offer_id = control("POST", "offers", made).json()["offerId"]

    assert seller_at(bol.url, "shop-b").get_offer(offer_id)["pricing"]["bundlePrices"][0]["unitPrice"] == 5
    assert control("POST", "offers", made).status_code == 400
    assert len(control("GET", "offers?retailer=shop-b").json()["offers"]) == 1


def test_an_offer_that_breaks_the_rules_is_refused(control):
    made = {"retailer": "shop-b", "ean": "8710000000109", "price": 0, "stock": 1}

    answer = control("POST", "offers", made)

    assert answer.status_code == 400
    assert answer.json()["violations"]


def test_orders_can_be_looked_at(control, order):
    assert [found["orderId"] for found in control("GET", "orders").json()["orders"]] == [order["orderId"]]
