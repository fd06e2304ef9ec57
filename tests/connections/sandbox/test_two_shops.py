"""Two accounts at one bol see nothing of each other."""

from __future__ import annotations

import pytest

from .seller import EAN


@pytest.fixture
def other(bol, seller_at):
    return seller_at(bol.url, "shop-b")


def test_the_same_ean_can_be_offered_by_both(bol, seller, other):
    assert seller.create_offer() != other.create_offer()
    assert len(bol.offers("shop-a")) == len(bol.offers("shop-b")) == 1


def test_an_offer_of_another_does_not_exist(bol, other, offer_id):
    path = f"/retailer/offers/{offer_id}"

    assert other.v11("GET", path).status_code == 404
    assert other.v11("PATCH", path, {"stock": {"amount": 0}}).status_code == 404
    assert other.v11("DELETE", path).status_code == 404
    assert other.v11("GET", "/retailer/offers").json()["offers"] == []
    assert [entry["retailer"] for entry in bol.ledger()] == ["shop-a"]


def test_an_order_of_another_does_not_exist(bol, other, order):
    item_id = order["orderItems"][0]["orderItemId"]

    assert other.send("GET", f"/retailer/orders/{order['orderId']}").status_code == 404
    assert other.send("GET", "/retailer/orders?status=ALL").json() == {}
    assert other.ship(item_id, 1)["status"] == "FAILURE"
    assert bol.orders()[0]["orderItems"][0]["quantityShipped"] == 0


def test_a_process_status_of_another_does_not_exist(seller, other):
    process_id = seller.command("PUT", "/retailer/transports/1", {"trackAndTrace": "3S"})

    assert other.send("GET", f"/shared/process-status/{process_id}").status_code == 404


def test_a_shipment_of_another_does_not_exist(seller, other, order):
    seller.ship(order["orderItems"][0]["orderItemId"], 3)
    [shipment] = seller.send("GET", "/retailer/shipments").json()["shipments"]

    assert other.send("GET", f"/retailer/shipments/{shipment['shipmentId']}").status_code == 404
    assert other.send("GET", f"/retailer/shipments?order-id={order['orderId']}").json() == {}
    process = other.command(
        "PUT", f"/retailer/transports/{shipment['transport']['transportId']}", {"trackAndTrace": "X"}
    )
    assert other.outcome(process)["status"] == "FAILURE"


def test_customers_can_be_sent_to_one_shop(bol, seller, other):
    seller.create_offer()
    other.create_offer()

    bol.place_orders(4, retailer="shop-b")
    bol.place_orders(items=[{"ean": EAN}], retailer="shop-a")

    assert [order["retailer"] for order in bol.orders()] == ["shop-b"] * 4 + ["shop-a"]
    assert len(bol.ledger("shop-b")) == 5
    assert bol.stats("shop-b")["requests"]["POST /retailer/offers"] == {"201": 1}
