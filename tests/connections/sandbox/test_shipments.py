"""Parcels that are announced, found again and corrected."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connections.bol.sandbox import Assumptions

from .seller import OTHER_EAN


@pytest.fixture
def item_id(order):
    return order["orderItems"][0]["orderItemId"]


def shipments_of(seller, order):
    return seller.send("GET", f"/retailer/shipments?order-id={order['orderId']}").json().get("shipments", [])


def shipped(bol):
    return [entry["quantity"] for entry in bol.ledger() if entry["effect"] == "ITEM_SHIPPED"]


def test_a_shipment_is_in_the_ledger_with_its_facts(bol, seller, order, item_id):
    outcome = seller.ship(item_id, 3, shipmentReference="REF-1")

    assert outcome["status"] == "SUCCESS"
    [shipment] = shipments_of(seller, order)
    facts = {
        "effect": "ITEM_SHIPPED",
        "subject": item_id,
        "order": order["orderId"],
        "quantity": 3,
        "reference": "REF-1",
        "transporter": "TNT",
        "track_and_trace": "3S1",
        "shipment": shipment["shipmentId"],
    }
    assert bol.ledger()[-1] | facts == bol.ledger()[-1]
    assert shipment["shipmentReference"] == "REF-1"


def test_a_shipment_can_be_read_in_full(seller, order, item_id):
    seller.ship(item_id, 2)
    [listed] = shipments_of(seller, order)

    found = seller.send("GET", f"/retailer/shipments/{listed['shipmentId']}").json()

    assert found["transport"]["trackAndTrace"] == "3S1"
    assert found["order"]["orderId"] == order["orderId"]
    [item] = found["shipmentItems"]
    assert (item["quantity"], item["quantityShipped"]) == (3, 2)


def test_an_item_can_leave_in_parts(bol, seller, order, item_id):
    seller.ship(item_id, 1)
    assert seller.order(order["orderId"])["orderItems"][0]["quantityShipped"] == 1

    seller.ship(item_id)

    assert shipped(bol) == [1, 2], "a quantity that is left out is everything that is open"
    assert len(shipments_of(seller, order)) == 2


def test_more_than_is_open_fails_later(bol, seller, item_id):
    seller.ship(item_id, 2)

    outcome = seller.ship(item_id, 2)

    assert outcome["status"] == "FAILURE"
    assert outcome["errorMessage"]
    assert shipped(bol) == [2]


@pytest.mark.parametrize("item", ["shipped", "cancelled", "unknown"])
def test_an_item_that_is_not_open_fails_later(bol, seller, item_id, item):
    if item == "shipped":
        seller.ship(item_id, 3)
    if item == "cancelled":
        cancellation = {"orderItems": [{"orderItemId": item_id, "reasonCode": "OTHER"}]}
        seller.command("PUT", "/retailer/orders/cancellation", cancellation)
    effects = len(bol.ledger())

    assert seller.ship("1" if item == "unknown" else item_id, 1)["status"] == "FAILURE"
    assert len(bol.ledger()) == effects


@pytest.mark.parametrize(("refused", "quantities"), [(True, [2]), (False, [2, 1])])
def test_whether_a_second_shipment_ships_the_rest_is_an_assumption(start, seller_at, refused, quantities):
    bol, url = start(assumptions=Assumptions(a_second_shipment_is_refused=refused))
    seller = seller_at(url)
    [order_id] = bol.place_orders(items=[{"offerId": seller.create_offer(), "quantity": 3}])
    item_id = seller.order(order_id)["orderItems"][0]["orderItemId"]

    for _ in range(2):
        seller.ship(item_id, 2)

    assert shipped(bol) == quantities


@pytest.mark.parametrize("named", [True, False])
def test_whether_the_status_names_the_shipment_is_an_assumption(start, seller_at, named):
    bol, url = start(assumptions=Assumptions(shipment_status_names_the_shipment=named))
    seller = seller_at(url)
    [order_id] = bol.place_orders(items=[{"offerId": seller.create_offer()}])

    outcome = seller.ship(seller.order(order_id)["orderItems"][0]["orderItemId"], 1)

    assert ("entityId" in outcome) is named


def test_items_of_two_orders_do_not_fit_in_one_parcel(bol, seller, item_id, offer_id):
    [other] = bol.place_orders(items=[{"offerId": offer_id}])
    items = [{"orderItemId": item_id}, {"orderItemId": seller.order(other)["orderItems"][0]["orderItemId"]}]

    outcome = seller.outcome(seller.command("POST", "/retailer/shipments", {"orderItems": items}))

    assert outcome["status"] == "FAILURE"
    assert shipped(bol) == []


def test_several_items_of_one_order_are_one_shipment(bol, seller, offer_id):
    seller.create_offer(ean=OTHER_EAN)
    [order_id] = bol.place_orders(items=[{"offerId": offer_id}, {"ean": OTHER_EAN}])
    order = seller.order(order_id)
    items = [{"orderItemId": item["orderItemId"], "quantity": 1} for item in order["orderItems"]]

    seller.outcome(seller.command("POST", "/retailer/shipments", {"orderItems": items}))

    assert shipped(bol) == [1, 1]
    assert len(shipments_of(seller, order)) == 1


WRONG = [
    ("orderItems", {"orderItems": []}),
    ("orderItems", {"orderItems": [{"orderItemId": "1"}] * 101}),
    ("orderItems[0].orderItemId", {"orderItems": [{"quantity": 1}]}),
    ("orderItems[0].quantity", {"orderItems": [{"orderItemId": "1", "quantity": 0}]}),
    ("shipmentReference", {"shipmentReference": ""}),
    ("shipmentReference", {"shipmentReference": "x" * 91}),
    ("transporterCode", {"transport": {"transporterCode": "PIGEON"}}),
    ("transport.transporterCode", {"transport": {"trackAndTrace": "3S1"}}),
]


@pytest.mark.parametrize(("field", "fields"), WRONG)
def test_a_wrong_field_is_refused_at_once(bol, seller, field, fields):
    answer = seller.send("POST", "/retailer/shipments", {"orderItems": [{"orderItemId": "1"}]} | fields)

    assert answer.status_code == 400
    assert field in [violation["name"] for violation in answer.json()["violations"]]


def test_a_transport_and_a_label_exclude_each_other(seller, item_id):
    body = {
        "orderItems": [{"orderItemId": item_id}],
        "transport": {"transporterCode": "TNT"},
        "shippingLabelId": "5f1f6d2c",
    }

    answer = seller.send("POST", "/retailer/shipments", body)

    assert answer.status_code == 400
    [violation] = answer.json()["violations"]
    assert "name" not in violation
    assert violation["reason"].startswith("Conflicting transport method")


def test_a_label_that_was_never_bought_fails_later(bol, seller, item_id):
    body = {"orderItems": [{"orderItemId": item_id}], "shippingLabelId": "5f1f6d2c"}

    assert seller.outcome(seller.command("POST", "/retailer/shipments", body))["status"] == "FAILURE"
    assert shipped(bol) == []


def test_shipments_are_listed_newest_first(seller, order, item_id):
    for reference in ("FIRST", "SECOND"):
        seller.ship(item_id, 1, shipmentReference=reference)

    listed = seller.send("GET", "/retailer/shipments?fulfilment-method=FBR").json()["shipments"]

    assert [shipment["shipmentReference"] for shipment in listed] == ["SECOND", "FIRST"]
    assert seller.send("GET", "/retailer/shipments?page=2").json() == {}
    assert seller.send("GET", "/retailer/shipments?fulfilment-method=FBB").json() == {}


def test_an_unknown_shipment_is_not_found(seller):
    assert seller.send("GET", "/retailer/shipments/1").status_code == 404


def test_a_transport_can_be_corrected(bol, seller, order, item_id):
    seller.ship(item_id, 3)
    [shipment] = shipments_of(seller, order)
    transport_id = shipment["transport"]["transportId"]

    process = seller.command("PUT", f"/retailer/transports/{transport_id}", {"trackAndTrace": "3S2"})

    assert seller.outcome(process)["entityId"] == transport_id
    transport = seller.send("GET", f"/retailer/shipments/{shipment['shipmentId']}").json()["transport"]
    assert (transport["transporterCode"], transport["trackAndTrace"]) == ("TNT", "3S2")
    assert bol.ledger()[-1]["effect"] == "TRANSPORT_CHANGED"


def events_of(seller, shipment):
    transport = seller.send("GET", f"/retailer/shipments/{shipment['shipmentId']}").json()["transport"]
    return [event["eventCode"] for event in transport.get("transportEvents", [])]


def test_a_carrier_reports_where_a_parcel_is(bol, seller, order, item_id):
    seller.ship(item_id, 3)
    [shipment] = shipments_of(seller, order)
    assert events_of(seller, shipment) == []

    bol.advance(timedelta(hours=2))
    seller.log_in()
    assert events_of(seller, shipment) == ["PRE_ANNOUNCED"]
    bol.advance(timedelta(days=2))
    seller.log_in()

    arrived = ["PRE_ANNOUNCED", "AT_TRANSPORTER", "IN_TRANSIT", "DELIVERED_AT_CUSTOMER"]
    assert events_of(seller, shipment) == arrived
    assert bol.ledger()[-1]["effect"] == "ITEM_SHIPPED", "what a carrier reports changes nothing at bol"


def test_a_parcel_waits_at_its_pickup_point(bol, seller, offer_id):
    [order_id] = bol.place_orders(items=[{"offerId": offer_id}], pickup_point=True)
    order = seller.order(order_id)
    seller.ship(order["orderItems"][0]["orderItemId"], 1)
    bol.advance(timedelta(days=3))
    seller.log_in()

    [shipment] = shipments_of(seller, order)

    assert events_of(seller, shipment)[-2:] == ["AT_PICK_UP_POINT", "PICKED_UP_AT_PICK_UP_POINT"]


def test_a_parcel_may_go_another_way(bol, seller, order, item_id):
    seller.ship(item_id, 3)
    [shipment] = shipments_of(seller, order)
    bol.advance(timedelta(hours=2))
    seller.log_in()
    control = f"{seller.url}/_sandbox/shipments/{shipment['shipmentId']}/transport-events"

    assert seller.session.post(control, json={"eventCode": "RETURNED_TO_SENDER"}).status_code == 204
    assert seller.session.post(control, json={"eventCode": "EATEN"}).status_code == 400
    bol.advance(timedelta(days=4))
    seller.log_in()

    assert events_of(seller, shipment) == ["PRE_ANNOUNCED", "RETURNED_TO_SENDER"]


def test_nobody_reports_a_parcel_without_a_code(bol, seller, order, item_id):
    seller.ship(item_id, 3, transport={"transporterCode": "BRIEFPOST"})
    [shipment] = shipments_of(seller, order)
    bol.advance(timedelta(days=2))
    seller.log_in()
    assert events_of(seller, shipment) == []

    path = f"/retailer/transports/{shipment['transport']['transportId']}"
    seller.outcome(seller.command("PUT", path, {"trackAndTrace": "3S9", "transporterCode": "TNT"}))
    bol.advance(timedelta(hours=2))
    seller.log_in()

    assert events_of(seller, shipment) == ["PRE_ANNOUNCED"]


def test_a_correction_is_in_the_ledger_with_its_facts(bol, seller, order, item_id):
    seller.ship(item_id, 3)
    [shipment] = shipments_of(seller, order)
    transport_id = shipment["transport"]["transportId"]
    body = {"trackAndTrace": "JVGL1", "transporterCode": "DHLFORYOU"}

    seller.outcome(seller.command("PUT", f"/retailer/transports/{transport_id}", body))

    facts = {
        "effect": "TRANSPORT_CHANGED",
        "subject": transport_id,
        "shipment": shipment["shipmentId"],
        "order": order["orderId"],
        "transporter": "DHLFORYOU",
        "track_and_trace": "JVGL1",
    }
    assert bol.ledger()[-1] | facts == bol.ledger()[-1]


def test_the_transport_of_bol_and_of_others_is_not_ours_to_change(bol, seller, seller_at, order, item_id):
    seller.ship(item_id, 3)
    seller.create_offer(ean=OTHER_EAN)
    bol.place_orders(items=[{"ean": OTHER_EAN, "method": "FBB"}])
    bol.advance(timedelta(hours=13))
    seller.log_in()
    [ours] = shipments_of(seller, order)
    [of_bol] = seller.send("GET", "/retailer/shipments?fulfilment-method=FBB").json()["shipments"]

    for who, shipment in ((seller, of_bol), (seller_at(seller.url, "shop-b"), ours)):
        path = f"/retailer/transports/{shipment['transport']['transportId']}"
        assert who.outcome(who.command("PUT", path, {"trackAndTrace": "3S2"}))["status"] == "FAILURE"

    assert "TRANSPORT_CHANGED" not in [entry["effect"] for entry in bol.ledger()]


def test_an_unknown_transport_fails_later(seller):
    process = seller.command(
        "PUT", "/retailer/transports/1", {"trackAndTrace": "3S2", "transporterCode": "GLS"}
    )

    assert seller.outcome(process)["status"] == "FAILURE"


@pytest.mark.parametrize(
    "body", [{}, {"trackAndTrace": ""}, {"trackAndTrace": "3S", "transporterCode": "PIGEON"}]
)
def test_a_wrong_transport_is_refused_at_once(seller, body):
    assert seller.send("PUT", "/retailer/transports/1", body).status_code == 400
