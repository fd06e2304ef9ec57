"""Orders as they come in real life: to pick-up points, on chosen days, with discounts, by bol itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from connections import bol as client_of_bol
from connections.bol.sandbox import Assumptions
from tests.openapi import V10

from .seller import EAN, OTHER_EAN, SECRET

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
def begin(start, seller_at):
    """Begin on a Monday morning, with one offer at 12.50."""

    def run(**options):
        bol, url = start(start=MONDAY, **options)
        seller = seller_at(url)
        seller.create_offer(stock={"amount": 900, "managedByRetailer": False})
        return bol, seller

    return run


@pytest.fixture
def shop(begin):
    return begin()


@pytest.fixture
def bol(shop):
    return shop[0]


@pytest.fixture
def seller(shop):
    return shop[1]


@pytest.fixture
def buy(bol, seller):
    """A customer buys two, in some way; the order as the seller reads it."""

    def place(item=None, **buyer):
        [order_id] = bol.place_orders(items=[{"ean": EAN, "quantity": 2} | (item or {})], **buyer)
        return seller.order(order_id)

    return place


def parcels(seller, method):
    return seller.send("GET", f"/retailer/shipments?fulfilment-method={method}").json().get("shipments", [])


def test_a_parcel_can_go_to_a_pickup_point(buy):
    order = buy(pickup_point="Albert Heijn: UTRECHT", country="NL")

    place, home = order["shipmentDetails"], order["billingDetails"]
    assert order["pickupPoint"] is True
    assert place["pickupPointName"] == "Albert Heijn: UTRECHT"
    assert (place["firstName"], place["surname"]) == (home["firstName"], home["surname"])
    assert (place["streetName"], place["zipCode"]) != (home["streetName"], home["zipCode"])
    assert "pickupPointName" not in home


def test_any_pickup_point_is_in_the_country_of_the_customer(buy):
    order = buy(pickup_point=True, country="BE")

    assert order["shipmentDetails"]["pickupPointName"]
    assert len(order["shipmentDetails"]["zipCode"]) == 4


def test_a_shipment_knows_of_its_pickup_point(seller, buy):
    order = buy(pickup_point="Kiosk: DELFT")
    seller.ship(order["orderItems"][0]["orderItemId"])
    [listed] = parcels(seller, "FBR")

    shipment = seller.send("GET", f"/retailer/shipments/{listed['shipmentId']}").json()

    assert shipment["pickupPoint"] is True
    assert shipment["shipmentDetails"]["pickupPointName"] == "Kiosk: DELFT"


def test_who_sends_back_from_a_pickup_point_lives_elsewhere(bol, seller, buy):
    order = buy(pickup_point=True)
    seller.ship(order["orderItems"][0]["orderItemId"])
    bol.return_items(order_id=order["orderId"])

    [item] = bol.returns()[0]["returnItems"]

    assert item["customerDetails"]["streetName"] == order["billingDetails"]["streetName"]


def test_a_customer_can_choose_the_day(seller, buy):
    order = buy(exact_delivery="2026-11-06", time_frame="EVENING")

    fulfilment = order["orderItems"][0]["fulfilment"]
    assert "latestDeliveryDate" not in fulfilment
    assert fulfilment["exactDeliveryDate"] == "2026-11-06"
    assert fulfilment["expiryDate"] == "2026-11-09"
    assert fulfilment["timeFrameType"] == "EVENING"
    seller.ship(order["orderItems"][0]["orderItemId"])
    shipment_id = parcels(seller, "FBR")[0]["shipmentId"]
    [item] = seller.send("GET", f"/retailer/shipments/{shipment_id}").json()["shipmentItems"]
    assert item["fulfilment"] == {"method": "FBR", "distributionParty": "RETAILER"}


def test_an_item_for_a_chosen_day_expires_after_that_day(bol, seller, buy):
    order = buy(exact_delivery="2026-11-20")
    bol.advance(timedelta(days=15))
    seller.log_in()
    assert seller.order(order["orderId"])["orderItems"][0]["quantityCancelled"] == 0

    bol.advance(timedelta(days=7))

    assert bol.orders()[0]["orderItems"][0]["quantityCancelled"] == 2


def test_an_appointment_needs_a_phone_number(buy):
    order = buy(time_frame="APPOINTMENT", address_hint="Achterom")

    assert order["shipmentDetails"]["deliveryPhoneNumber"].startswith("06")
    assert order["shipmentDetails"]["extraAddressInformation"] == "Achterom"
    assert "deliveryPhoneNumber" not in order["billingDetails"]


def test_a_discount_comes_off_the_total(buy):
    discounts = [{"title": "2e halve prijs", "amount": 6.25}, {"title": "Kassakoopje", "amount": "1.10"}]
    [item] = buy({"discounts": discounts})["orderItems"]

    assert item["unitPrice"] == 12.5
    assert item["discounts"] == [
        {"title": "2e halve prijs", "amount": 6.25},
        {"title": "Kassakoopje", "amount": 1.1},
    ]
    assert Decimal(str(item["totalPrice"])) == Decimal("17.65")


def test_a_service_is_bought_with_the_item(buy):
    [item] = buy({"additionalServices": ["PLACEMENT_AND_INSTALLATION"]})["orderItems"]

    assert item["additionalServices"] == [{"serviceType": "PLACEMENT_AND_INSTALLATION"}]
    assert "additionalServices" not in buy()["orderItems"][0]


def test_an_order_without_billing_details(buy):
    assert "billingDetails" not in buy(tells_billing=False)


def test_an_offer_without_a_reference_has_none_on_the_order(bol, seller):
    offer_id = bol.add_offer("shop-a", {"ean": OTHER_EAN, "price": 3, "stock": 2})
    [order_id] = bol.place_orders(items=[{"ean": OTHER_EAN}])

    assert seller.order(order_id)["orderItems"][0]["offer"] == {"offerId": offer_id}


def test_an_order_may_not_tell_which_offer_was_bought(begin):
    bol, seller = begin(assumptions=Assumptions(an_order_names_its_offers=False))
    [order_id] = bol.place_orders(items=[{"ean": EAN}])

    [item] = seller.order(order_id)["orderItems"]

    assert "offer" not in item
    assert item["product"]["ean"] == EAN


def test_an_item_can_travel_with_bols_label_whatever_its_offer_says(seller, buy):
    order = buy({"distributionParty": "BOL"})
    [item] = order["orderItems"]

    lines = {"orderItems": [{"orderItemId": item["orderItemId"], "quantity": 2}]}
    options = seller.send("POST", "/retailer/shipping-labels/delivery-options", lines).json()

    assert (item["fulfilment"]["method"], item["fulfilment"]["distributionParty"]) == ("FBR", "BOL")
    assert options["deliveryOptions"]


def test_bol_ships_what_is_in_its_own_warehouse(bol, seller, buy):
    order = buy({"method": "FBB"})
    [item] = order["orderItems"]
    assert (item["fulfilment"]["distributionParty"], item["quantityShipped"]) == ("BOL", 0)
    assert seller.ship(item["orderItemId"])["status"] == "FAILURE"

    bol.advance(timedelta(hours=13))
    seller.log_in()

    assert seller.order(order["orderId"])["orderItems"][0]["quantityShipped"] == 2
    entry = bol.ledger()[-1]
    assert (entry["effect"], entry["quantity"], entry["by"]) == ("ITEM_SHIPPED", 2, "bol")
    assert parcels(seller, "FBR") == []
    [shipment] = parcels(seller, "FBB")
    full = seller.send("GET", f"/retailer/shipments/{shipment['shipmentId']}").json()
    assert full["transport"]["trackAndTrace"].startswith("3SFBB")
    of_order = seller.send("GET", f"/retailer/shipments?order-id={order['orderId']}").json()["shipments"]
    assert of_order == [shipment]


def test_one_order_may_leave_from_two_places(bol, seller):
    seller.create_offer(ean=OTHER_EAN)
    items = [{"ean": EAN}, {"ean": OTHER_EAN, "method": "FBB"}]
    [order_id] = bol.place_orders(items=items)

    bol.advance(timedelta(hours=13))
    seller.log_in()

    shipped = [item["quantityShipped"] for item in seller.order(order_id)["orderItems"]]
    assert shipped == [0, 1]


def test_bol_handles_what_comes_back_to_its_own_warehouse(bol, seller, buy):
    order = buy({"method": "FBB"})
    bol.advance(timedelta(hours=13))
    bol.return_items(order_id=order["orderId"])
    seller.log_in()
    [found] = seller.send("GET", "/retailer/returns?handled=false&fulfilment-method=FBB").json()["returns"]
    handling = {"handlingResult": "RETURN_RECEIVED", "quantityReturned": 2}
    path = f"/retailer/returns/{found['returnItems'][0]['rmaId']}"

    assert found["fulfilmentMethod"] == "FBB"
    assert seller.outcome(seller.command("PUT", path, handling))["status"] == "FAILURE"
    bol.advance(timedelta(days=6))

    [item] = bol.returns()[0]["returnItems"]
    assert item["processingResults"][0]["handlingResult"] == "RETURN_RECEIVED"
    assert (bol.ledger()[-1]["effect"], bol.ledger()[-1]["by"]) == ("RETURN_HANDLED", "bol")


def test_a_customer_cancels_before_anybody_is_asked(bol, seller, buy):
    order = buy()
    control = f"{seller.url}/_sandbox/orders/{order['orderId']}/cancellation"

    assert seller.session.post(control).status_code == 204

    [item] = seller.order(order["orderId"])["orderItems"]
    assert (item["quantityCancelled"], item["cancellationRequest"]) == (2, False)
    entry = bol.ledger()[-1]
    assert (entry["effect"], entry["by"], entry["reason"]) == (
        "ITEM_CANCELLED",
        "customer",
        "REQUESTED_BY_CUSTOMER",
    )
    assert seller.ship(item["orderItemId"])["status"] == "FAILURE"


@pytest.mark.parametrize(
    ("what", "field"),
    [("cancellation-request", "cancellationRequest"), ("cancellation", "quantityCancelled")],
)
def test_a_customer_may_want_a_part_of_the_order(bol, seller, what, field):
    seller.create_offer(ean=OTHER_EAN)
    [order_id] = bol.place_orders(items=[{"ean": EAN}, {"ean": OTHER_EAN}])
    wanted = seller.order(order_id)["orderItems"][1]["orderItemId"]
    control = f"{seller.url}/_sandbox/orders/{order_id}/{what}"

    assert seller.session.post(control, json={"item_ids": [wanted]}).status_code == 204
    assert seller.session.post(control, json={"item_ids": ["1"]}).status_code == 400

    assert [bool(item[field]) for item in seller.order(order_id)["orderItems"]] == [False, True]


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_frame": "NIGHT"},
        {"exact_delivery": "tomorrow"},
        {"items": [{"ean": EAN, "method": "LVB"}]},
        {"items": [{"ean": EAN, "distributionParty": "POSTNL"}]},
        {"items": [{"ean": EAN, "discounts": [{"title": "x"}]}]},
        {"colour": "red"},
    ],
)
def test_what_bol_does_not_have_is_explained(bol, seller, wrong):
    answer = seller.session.post(f"{seller.url}/_sandbox/orders", json={"items": [{"ean": EAN}]} | wrong)

    assert answer.status_code == 400
    assert answer.json()["detail"]
    assert bol.orders() == []


def kinds(orders):
    """How many of each kind there are."""
    items = [item for order in orders for item in order["orderItems"]]
    return {
        "pickup point": sum(order["pickupPoint"] for order in orders),
        "chosen day": sum("exactDeliveryDate" in item["fulfilment"] for item in items),
        "time frame": sum(item["fulfilment"]["timeFrameType"] != "REGULAR" for item in items),
        "hint": sum("extraAddressInformation" in order["shipmentDetails"] for order in orders),
        "discount": sum(bool(item["discounts"]) for item in items),
        "service": sum("additionalServices" in item for item in items),
    }


def test_chance_makes_orders_of_every_kind_where_it_may(begin):
    plain, _ = begin()
    varied, _ = begin(variety=True)
    for bol in (plain, varied):
        bol.place_orders(150)

    assert set(kinds(plain.orders()).values()) == {0}
    assert min(kinds(varied.orders()).values()) > 0
    assert all(item["totalPrice"] > 0 for order in varied.orders() for item in order["orderItems"])
    names = [[order["shipmentDetails"]["surname"] for order in bol.orders()] for bol in (plain, varied)]
    assert names[0] == names[1], "variety leaves the rest of the story as it was"


def test_the_same_seed_varies_in_the_same_way(begin):
    first, second = (begin(variety=True)[0] for _ in range(2))
    for bol in (first, second):
        bol.place_orders(30)

    assert first.orders() == second.orders()
    assert sum(kinds(first.orders()).values()) > 0


def test_what_is_said_stays_where_chance_varies_the_rest(begin):
    bol, _ = begin(variety=True)

    bol.place_orders(30, pickup_point=False, exact_delivery="2026-11-10", time_frame="SUNDAY")

    assert kinds(bol.orders()) | {"pickup point": 0, "chosen day": 30, "time frame": 30} == kinds(
        bol.orders()
    )


def test_every_varied_order_is_as_documented(begin):
    bol, seller = begin(variety=True)

    for order_id in bol.place_orders(60):
        assert seller.order(order_id)["orderId"] == order_id


def test_older_spellings_are_answered_on_request_and_read_by_the_client(begin):
    bol, seller = begin(assumptions=Assumptions(answers_use_older_spellings=True))
    [order_id] = bol.place_orders(items=[{"ean": EAN}], pickup_point=True)
    raw = seller.session.get(f"{seller.url}/retailer/orders/{order_id}", headers={"Accept": V10})
    tokens = client_of_bol.MemoryTokens(client_of_bol.Login("shop-a", SECRET, seller.url))

    with client_of_bol.Client(tokens, api_url=seller.url) as client:
        order = client.orders.get(order_id)
        accepted = client.shipments.create(
            [client_of_bol.ShipmentItem(order.order_items[0].order_item_id, 1)]
        )
        [ended] = client.process_statuses.bulk([accepted.process_status_id])
        shipment = client.shipments.get(client.shipments.list(order_id=order_id)[0].shipment_id)

    assert raw.json()["pickUpPoint"] is True
    assert "pickupPoint" not in raw.json()
    assert order.pickup_point is shipment.pickup_point is True
    assert ended.process_status_id == accepted.process_status_id
    assert ended.status == "SUCCESS"


def test_the_shop_page_tells_where_an_order_goes(bol, seller, buy):
    buy(pickup_point="Kiosk <b>: DELFT")
    buy({"method": "FBB"})

    text = seller.session.get(f"{seller.url}/").text

    assert "to Kiosk &lt;b&gt;: DELFT" in text
    assert "sent by the platform" in text
