"""Items that are cancelled: by the seller, at a customer's request, or because nobody shipped them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from connections.bol.sandbox import Assumptions
from connections.bol.sandbox.clock import AMSTERDAM


def cancel(seller, item_id, reason="OUT_OF_STOCK"):
    body = {"orderItems": [{"orderItemId": item_id, "reasonCode": reason}]}
    return seller.outcome(seller.command("PUT", "/retailer/orders/cancellation", body))


@pytest.fixture
def item_id(order):
    return order["orderItems"][0]["orderItemId"]


def test_a_cancelled_item_is_handled(bol, seller, order, item_id):
    outcome = cancel(seller, item_id)

    assert outcome["status"] == "SUCCESS"
    assert outcome["entityId"] == item_id
    assert seller.order(order["orderId"])["orderItems"][0]["quantityCancelled"] == 3
    entry = bol.ledger()[-1]
    assert entry["effect"] == "ITEM_CANCELLED"
    assert (entry["subject"], entry["quantity"], entry["reason"]) == (item_id, 3, "OUT_OF_STOCK")


def test_what_was_shipped_is_not_cancelled(seller, order, item_id):
    seller.ship(item_id, 1)

    cancel(seller, item_id)

    item = seller.order(order["orderId"])["orderItems"][0]
    assert (item["quantityShipped"], item["quantityCancelled"]) == (1, 2)


@pytest.mark.parametrize("item", ["handled", "unknown"])
def test_an_item_that_is_not_open_fails_later(bol, seller, item_id, item):
    cancel(seller, item_id)
    effects = len(bol.ledger())

    outcome = cancel(seller, item_id if item == "handled" else "1")

    assert outcome["status"] == "FAILURE"
    assert outcome["errorMessage"]
    assert len(bol.ledger()) == effects


def test_a_wrong_reason_is_refused_at_once(seller, item_id):
    body = {"orderItems": [{"orderItemId": item_id, "reasonCode": "BORED"}]}

    answer = seller.send("PUT", "/retailer/orders/cancellation", body)

    assert answer.status_code == 400
    assert [violation["name"] for violation in answer.json()["violations"]] == ["orderItems[0].reasonCode"]


@pytest.mark.parametrize("count", [0, 2])
def test_one_item_at_a_time(seller, item_id, count):
    items = [{"orderItemId": item_id, "reasonCode": "OTHER"}] * count

    assert seller.send("PUT", "/retailer/orders/cancellation", {"orderItems": items}).status_code == 400


def test_a_customer_asks_to_cancel(bol, seller, order, item_id):
    path = f"{seller.url}/_sandbox/orders/{order['orderId']}/cancellation-request"

    assert seller.session.post(path).status_code == 204

    assert seller.order(order["orderId"])["orderItems"][0]["cancellationRequest"] is True
    assert bol.ledger()[-1]["effect"] == "CANCELLATION_REQUESTED"
    assert cancel(seller, item_id, "REQUESTED_BY_CUSTOMER")["status"] == "SUCCESS"


def test_a_request_of_an_unknown_order_is_explained(seller):
    answer = seller.session.post(f"{seller.url}/_sandbox/orders/A0/cancellation-request")

    assert answer.status_code == 400
    assert "A0" in answer.json()["detail"]


@pytest.mark.parametrize("after_the_day", [True, False])
def test_an_item_expires_when_nobody_ships_it(start, seller_at, after_the_day):
    bol, url = start(assumptions=Assumptions(expires_after_the_day=after_the_day))
    seller = seller_at(url)
    [order_id] = bol.place_orders(items=[{"offerId": seller.create_offer(), "quantity": 2}])
    expiry = seller.order(order_id)["orderItems"][0]["fulfilment"]["expiryDate"]
    ends = datetime.fromisoformat(expiry).replace(tzinfo=AMSTERDAM) + timedelta(days=after_the_day)

    bol.advance(ends - bol.state.now - timedelta(minutes=1))
    assert seller.order(order_id)["orderItems"][0]["quantityCancelled"] == 0

    bol.advance(timedelta(minutes=1))
    assert seller.order(order_id)["orderItems"][0]["quantityCancelled"] == 2
    assert (bol.ledger()[-1]["effect"], bol.ledger()[-1]["by"]) == ("ITEM_CANCELLED", "bol")


def test_a_shipped_item_does_not_expire(bol, seller, item_id):
    seller.ship(item_id, 3)

    bol.advance(timedelta(days=30))

    assert [entry["effect"] for entry in bol.ledger()].count("ITEM_CANCELLED") == 0
