"""Customers who send things back: as told, by chance, or a share of all parcels."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connections.bol.sandbox.selling.reasons import REASONS
from connections.bol.sandbox.selling.returns import NothingToReturn

from .seller import OTHER_EAN


@pytest.fixture
def item_id(seller, order):
    """An order item of three that left."""
    item_id = order["orderItems"][0]["orderItemId"]
    seller.ship(item_id, 3)
    return item_id


def test_customers_send_back_by_chance(bol, seller, offer_id):
    seller.create_offer(ean=OTHER_EAN)
    for order_id in bol.place_orders(4):
        for item in seller.order(order_id)["orderItems"]:
            seller.ship(item["orderItemId"])

    bol.return_items(3)

    found = [item for each in bol.returns() for item in each["returnItems"]]
    assert len(found) == 3
    assert all(item["returnReason"]["mainReason"] in REASONS for item in found)
    assert all(item["expectedQuantity"] >= 1 for item in found)


def test_there_is_an_end_to_what_can_come_back(bol, order, item_id):
    bol.return_items(items=[{"orderItemId": item_id, "quantity": 2}])
    with pytest.raises(NothingToReturn):
        bol.return_items(items=[{"orderItemId": item_id, "quantity": 2}])
    bol.return_items(order_id=order["orderId"])
    with pytest.raises(NothingToReturn):
        bol.return_items(order_id=order["orderId"])
    with pytest.raises(NothingToReturn):
        bol.return_items()

    assert [found["returnItems"][0]["expectedQuantity"] for found in bol.returns()] == [2, 1]


@pytest.fixture
def come_back(start, seller_at):
    """How many of eight parcels come back by themselves."""

    def count(share):
        bol, url = start(returned_share=share)
        seller = seller_at(url)
        seller.create_offer()
        for order_id in bol.place_orders(8):
            seller.ship(seller.order(order_id)["orderItems"][0]["orderItemId"])
        bol.advance(timedelta(days=1))
        assert bol.returns() == []
        bol.advance(timedelta(days=14))
        return len(bol.returns())

    return count


def test_a_share_of_all_parcels_comes_back_by_itself(come_back):
    assert (come_back(0.0), come_back(1.0)) == (0, 8)
    assert 0 < come_back(0.5) < 8


def test_returns_are_announced_over_http(bol, seller, item_id):
    control = f"{seller.url}/_sandbox/returns"

    one = seller.session.post(control, json={"items": [{"orderItemId": item_id, "quantity": 1}]})
    impossible = seller.session.post(control, json={"items": [{"orderItemId": item_id, "quantity": 9}]})

    assert (one.status_code, impossible.status_code) == (201, 400)
    [found] = seller.session.get(control).json()["returns"]
    assert [found["returnId"]] == one.json()["returnIds"]
    assert "9 of item" in impossible.json()["detail"]
