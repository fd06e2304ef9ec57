"""The corrected stock: what bol will still sell."""

from __future__ import annotations

import pytest

from connections.bol.sandbox import Assumptions


def buy(bol, offer_id, quantity):
    bol.place_orders(items=[{"offerId": offer_id, "quantity": quantity}])
    return bol.orders()[-1]["orderItems"][0]["orderItemId"]


def send_stock(seller, offer_id, amount, led_by_retailer=None):
    stock = {"amount": amount} | ({} if led_by_retailer is None else {"managedByRetailer": led_by_retailer})
    seller.v11("PATCH", f"/retailer/offers/{offer_id}", {"stock": stock})


@pytest.mark.parametrize("led_by_retailer", [True, False])
def test_an_order_takes_from_the_stock(bol, seller, led_by_retailer):
    offer_id = seller.create_offer(stock={"amount": 5, "managedByRetailer": led_by_retailer})

    buy(bol, offer_id, 2)

    assert seller.stock(offer_id) == 3


@pytest.mark.parametrize("led_by_retailer", [True, False])
def test_what_was_shipped_stays_taken_until_a_new_stock_is_sent(bol, seller, led_by_retailer):
    offer_id = seller.create_offer(stock={"amount": 5, "managedByRetailer": led_by_retailer})
    item = buy(bol, offer_id, 2)

    seller.ship(item, 2)
    assert seller.stock(offer_id) == 3

    send_stock(seller, offer_id, 8)
    assert seller.stock(offer_id) == 8


@pytest.mark.parametrize(("led_by_retailer", "left"), [(True, 9), (False, 7)])
def test_open_orders_count_after_an_update_only_when_bol_leads(bol, seller, led_by_retailer, left):
    offer_id = seller.create_offer(stock={"amount": 5, "managedByRetailer": led_by_retailer})
    buy(bol, offer_id, 2)

    send_stock(seller, offer_id, 9)

    assert seller.stock(offer_id) == left


@pytest.mark.parametrize("led_by_retailer", [True, False])
def test_a_cancelled_item_comes_back(bol, seller, led_by_retailer):
    offer_id = seller.create_offer(stock={"amount": 5, "managedByRetailer": led_by_retailer})
    item = buy(bol, offer_id, 2)

    cancellation = {"orderItems": [{"orderItemId": item, "reasonCode": "OUT_OF_STOCK"}]}
    seller.outcome(seller.command("PUT", "/retailer/orders/cancellation", cancellation))

    assert seller.stock(offer_id) == 5


def test_an_item_of_before_the_update_does_not_come_back_on_top_of_it(bol, seller):
    offer_id = seller.create_offer(stock={"amount": 5, "managedByRetailer": True})
    item = buy(bol, offer_id, 2)
    send_stock(seller, offer_id, 3)

    cancellation = {"orderItems": [{"orderItemId": item, "reasonCode": "OUT_OF_STOCK"}]}
    seller.outcome(seller.command("PUT", "/retailer/orders/cancellation", cancellation))

    assert seller.stock(offer_id) == 3


def test_the_stock_is_never_below_zero(bol, seller):
    offer_id = seller.create_offer(stock={"amount": 2, "managedByRetailer": False})
    buy(bol, offer_id, 2)

    send_stock(seller, offer_id, 1)

    assert seller.stock(offer_id) == 0


@pytest.mark.parametrize(("any_update_counts", "left"), [(False, 3), (True, 5)])
def test_whether_a_new_price_moves_the_baseline_is_an_assumption(start, seller_at, any_update_counts, left):
    bol, url = start(assumptions=Assumptions(any_update_moves_the_stock_baseline=any_update_counts))
    seller = seller_at(url)
    offer_id = seller.create_offer(stock={"amount": 5, "managedByRetailer": True})
    buy(bol, offer_id, 2)

    pricing = {"bundlePrices": [{"quantity": 1, "unitPrice": 3}]}
    seller.v11("PATCH", f"/retailer/offers/{offer_id}", {"pricing": pricing})

    assert seller.stock(offer_id) == left
