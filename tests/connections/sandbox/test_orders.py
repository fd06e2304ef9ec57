"""Orders as a seller reads them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from connections.bol.sandbox.selling.orders import NothingForSale
from tests.openapi import V10

from .seller import EAN, FULFILMENT, OTHER_EAN


def listed(seller, query=""):
    answer = seller.send("GET", f"/retailer/orders?{query}").json()
    return [order["orderId"] for order in answer.get("orders", [])]


def test_an_order_is_what_the_customer_bought(bol, seller, offer_id):
    [order_id] = bol.place_orders(items=[{"ean": EAN, "quantity": 3}])

    order = seller.send("GET", f"/retailer/orders/{order_id}").json(parse_float=Decimal)

    [item] = order["orderItems"]
    assert item["offer"] == {"offerId": offer_id, "reference": "KNIFE-20"}
    assert item["product"]["ean"] == EAN
    assert (item["quantity"], item["quantityShipped"], item["quantityCancelled"]) == (3, 0, 0)
    assert (item["unitPrice"], item["totalPrice"]) == (Decimal("12.5"), Decimal("37.5"))
    assert order["shipmentDetails"]["email"].endswith("@verkopen.bol.com")
    assert bol.ledger()[-1]["effect"] == "ORDER_PLACED"
    assert bol.ledger()[-1]["subject"] == order_id


def test_the_price_follows_the_quantity(bol, seller):
    steps = [{"quantity": 1, "unitPrice": 10}, {"quantity": 3, "unitPrice": 9}]
    seller.create_offer(pricing={"bundlePrices": steps})

    prices = [
        seller.order(bol.place_orders(items=[{"ean": EAN, "quantity": quantity}])[0])["orderItems"][0][
            "unitPrice"
        ]
        for quantity in (2, 3)
    ]

    assert prices == [10, 9]


def test_nothing_at_all_is_an_empty_object(seller):
    assert seller.send("GET", "/retailer/orders").json() == {}
    assert seller.send("GET", "/retailer/orders?page=2").json() == {}


def test_a_page_holds_50_orders_newest_first(bol, seller):
    seller.create_offer(stock={"amount": 999, "managedByRetailer": False})
    placed = bol.place_orders(60, items=[{"ean": EAN}])

    assert listed(seller) == placed[:9:-1]
    assert listed(seller, "page=2") == placed[9::-1]
    assert listed(seller, "page=3") == []


def test_an_unknown_order_is_not_found(seller):
    answer = seller.send("GET", "/retailer/orders/9999999999")

    assert answer.status_code == 404
    assert answer.json()["detail"] == "Order for order id 9999999999 not found."


def test_a_status_chooses_open_or_shipped_items(bol, seller, order):
    item_id = order["orderItems"][0]["orderItemId"]
    assert listed(seller, "status=OPEN") == [order["orderId"]]
    assert listed(seller, "status=SHIPPED") == []

    seller.ship(item_id, 3)

    assert listed(seller, "status=OPEN") == []
    assert listed(seller, "status=SHIPPED") == [order["orderId"]]
    assert listed(seller, "status=ALL") == [order["orderId"]]


def test_a_handled_order_is_listed_for_48_hours(bol, seller, order):
    seller.ship(order["orderItems"][0]["orderItemId"], 3)

    bol.advance(timedelta(hours=47))
    assert listed(seller, "status=ALL") == [order["orderId"]]
    bol.advance(timedelta(hours=2))
    seller.log_in()
    assert listed(seller, "status=ALL") == []


def test_a_change_interval_shows_what_changed_in_those_minutes(bol, seller, order, offer_id):
    bol.advance(timedelta(minutes=30))
    [later] = bol.place_orders(items=[{"offerId": offer_id}])

    assert listed(seller, "status=ALL&change-interval-minute=10") == [later]
    assert listed(seller, "status=ALL&change-interval-minute=31") == [later, order["orderId"]]
    bol.request_cancellation(order["orderId"])
    assert listed(seller, "status=ALL&change-interval-minute=10") == [later, order["orderId"]]


def test_a_change_date_finds_orders_of_long_ago(bol, seller, order):
    seller.ship(order["orderItems"][0]["orderItemId"], 3)
    changed = seller.order(order["orderId"])["orderItems"][0]["latestChangedDateTime"][:10]
    bol.advance(timedelta(days=80))

    assert listed(seller, f"status=ALL&latest-change-date={changed}") == [order["orderId"]]
    other = date.fromisoformat(changed) + timedelta(days=1)
    assert listed(seller, f"status=ALL&latest-change-date={other}") == []


def test_the_fulfilment_method_is_that_of_the_retailer_unless_asked(bol, seller):
    seller.create_offer(fulfilment={"method": "FBB"})
    placed = bol.place_orders(items=[{"ean": EAN}], force=True)

    assert listed(seller) == []
    assert listed(seller, "fulfilment-method=FBB") == placed
    assert listed(seller, "fulfilment-method=ALL") == placed


def test_only_orders_that_travel_with_bols_label(bol, seller):
    seller.create_offer(fulfilment={"method": "FBR", "schedule": "SHIPPING_VIA_BOL"})
    seller.create_offer(ean=OTHER_EAN)
    [via_bol] = bol.place_orders(items=[{"ean": EAN}])
    bol.place_orders(items=[{"ean": OTHER_EAN}])

    assert listed(seller, "vvb-only=true") == [via_bol]
    assert seller.order(via_bol)["orderItems"][0]["fulfilment"]["distributionParty"] == "BOL"


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "status=DONE",
        "fulfilment-method=LVB",
        "change-interval-minute=61",
        "latest-change-date=yesterday",
        "latest-change-date=2020-01-01",
        "vvb-only=perhaps",
    ],
)
def test_a_wrong_parameter_is_named(seller, query):
    answer = seller.session.get(f"{seller.url}/retailer/orders?{query}", headers={"Accept": V10})

    assert answer.status_code == 400
    assert answer.json()["violations"][0]["name"] == query.split("=")[0]


def test_the_delivery_date_follows_the_promise(bol, seller):
    promise = {"minimumDaysToCustomer": 3, "maximumDaysToCustomer": 5}
    seller.create_offer(fulfilment={**FULFILMENT, "deliveryPromise": promise})
    [order_id] = bol.place_orders(items=[{"ean": EAN}])

    order = seller.order(order_id)

    placed = date.fromisoformat(order["orderPlacedDateTime"][:10])
    fulfilment = order["orderItems"][0]["fulfilment"]
    assert fulfilment["latestDeliveryDate"] == str(placed + timedelta(days=5))
    assert fulfilment["expiryDate"] == str(placed + timedelta(days=8))


def test_a_business_customer_has_a_company_and_a_number(bol, seller, offer_id):
    [order_id] = bol.place_orders(business=True, country="BE")

    order = seller.order(order_id)

    assert order["billingDetails"]["company"]
    assert order["billingDetails"]["vatNumber"].startswith("BE")
    assert order["shipmentDetails"]["countryCode"] == "BE"
    assert len(order["shipmentDetails"]["zipCode"]) == 4


def test_customers_never_buy_what_is_not_for_sale(bol, seller):
    seller.create_offer(stock={"amount": 3, "managedByRetailer": False})

    with pytest.raises(NothingForSale):
        bol.place_orders(10)

    assert sum(order["orderItems"][0]["quantity"] for order in bol.orders()) == 3


def test_orders_can_be_placed_over_http(bol, seller, offer_id):
    control = f"{seller.url}/_sandbox/orders"

    one = seller.session.post(control, json={"items": [{"ean": EAN, "quantity": 2}]})
    several = seller.session.post(control, json={"orders": [{"items": [{"ean": EAN}]}, {"count": 2}]})
    impossible = seller.session.post(control, json={"items": [{"ean": EAN, "quantity": 99}]})

    assert one.status_code == several.status_code == 201
    assert [order["orderId"] for order in bol.orders()] == one.json()["orderIds"] + several.json()["orderIds"]
    assert impossible.status_code == 400
    assert "99 of" in impossible.json()["detail"]
