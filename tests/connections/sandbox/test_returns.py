"""Parcels that come back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from connections.bol.sandbox import Assumptions
from tests.openapi import V10

PATH = "/retailer/returns"
RECEIVED = {"handlingResult": "RETURN_RECEIVED", "quantityReturned": 1}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def item_id(seller, order):
    """An order item of three that left."""
    item_id = order["orderItems"][0]["orderItemId"]
    seller.ship(item_id, 3)
    return item_id


@pytest.fixture
def sent_back(bol, seller, item_id):
    """A return of two of them, as the seller reads it."""
    [return_id] = bol.return_items(items=[{"orderItemId": item_id, "quantity": 2}])
    return seller.send("GET", f"{PATH}/{return_id}").json()


@pytest.fixture
def rma_id(sent_back):
    return sent_back["returnItems"][0]["rmaId"]


def listed(seller, query="handled=false&fulfilment-method=FBR"):
    answer = seller.send("GET", f"{PATH}?{query}").json()
    return [found["returnId"] for found in answer.get("returns", [])]


def handle(seller, rma_id, result="RETURN_RECEIVED", quantity=2):
    body = {"handlingResult": result, "quantityReturned": quantity}
    return seller.outcome(seller.command("PUT", f"{PATH}/{rma_id}", body))


def create(seller, item_id, result="RETURN_RECEIVED", quantity=1):
    body = {"orderItemId": item_id, "handlingResult": result, "quantityReturned": quantity}
    answer = seller.send("POST", PATH, body, headers=JSON)
    assert answer.status_code == 202, answer.text
    return seller.outcome(answer.json()["processStatusId"])


def effects(bol):
    return [entry["effect"] for entry in bol.ledger()]


def item_of(seller, return_id):
    [item] = seller.send("GET", f"{PATH}/{return_id}").json()["returnItems"]
    return item


def test_a_return_tells_what_comes_back_and_why(bol, seller, order, item_id):
    item = {
        "orderItemId": item_id,
        "quantity": 2,
        "mainReason": "Klacht over artikel",
        "detailedReason": "Artikel is beschadigd",
        "customerComments": "Het handvat is los.",
    }
    [return_id] = bol.return_items(items=[item], track_and_trace="3SRET1", transporter_name="DHL")

    found = seller.send("GET", f"{PATH}/{return_id}").json()

    [line] = found["returnItems"]
    assert (found["returnId"], found["fulfilmentMethod"]) == (return_id, "FBR")
    assert (line["orderId"], line["ean"], line["expectedQuantity"]) == (
        order["orderId"],
        order["orderItems"][0]["product"]["ean"],
        2,
    )
    assert line["returnReason"] == {name: item[name] for name in line["returnReason"]}
    assert (line["trackAndTrace"], line["transporterName"]) == ("3SRET1", "DHL")
    assert line["customerDetails"]["surname"] == order["shipmentDetails"]["surname"]
    assert "language" not in line["customerDetails"]
    assert (line["handled"], "processingResults" in line) == (False, False)
    assert datetime.fromisoformat(found["registrationDateTime"]).microsecond % 1000 == 0
    entry = bol.ledger()[-1]
    assert (entry["effect"], entry["subject"], entry["by"]) == ("RETURN_REGISTERED", return_id, "customer")
    assert entry["items"][0] | {"item": item_id, "rma": line["rmaId"], "quantity": 2} == entry["items"][0]


def test_a_list_leaves_out_what_only_the_return_itself_tells(seller, sent_back):
    [found] = seller.send("GET", f"{PATH}?handled=false").json()["returns"]

    [item] = found["returnItems"]
    assert item.keys() == {"rmaId", "orderId", "ean", "expectedQuantity", "returnReason", "handled"}


def test_one_parcel_may_bring_items_of_two_orders(bol, seller, item_id, offer_id):
    [other] = bol.place_orders(items=[{"offerId": offer_id}])
    other_id = seller.order(other)["orderItems"][0]["orderItemId"]
    seller.ship(other_id, 1)

    bol.return_items(items=[{"orderItemId": item_id, "quantity": 1}, {"orderItemId": other_id}])

    [found] = bol.returns()
    assert len({item["orderId"] for item in found["returnItems"]}) == 2


def test_handled_returns_are_listed_newest_first_and_others_oldest_first(bol, seller, item_id):
    placed = [bol.return_items(items=[{"orderItemId": item_id, "quantity": 1}])[0] for _ in range(3)]
    assert listed(seller) == placed
    assert listed(seller, "handled=true") == []

    for return_id in placed[:2]:
        handle(seller, item_of(seller, return_id)["rmaId"], quantity=1)

    assert listed(seller) == placed[2:]
    assert listed(seller, "handled=true") == [placed[1], placed[0]]


def test_a_page_holds_50_returns(bol, seller):
    offer_id = seller.create_offer(stock={"amount": 99, "managedByRetailer": False})
    bol.place_orders(items=[{"offerId": offer_id, "quantity": 60}])
    item_id = bol.orders()[0]["orderItems"][0]["orderItemId"]
    seller.ship(item_id, 60)
    placed = bol.return_items(60, items=[{"orderItemId": item_id, "quantity": 1}])

    assert listed(seller) == placed[:50]
    assert listed(seller, "handled=false&page=2") == placed[50:]
    assert seller.send("GET", f"{PATH}?handled=false&page=3").json() == {}


def test_returns_of_bols_own_warehouse_are_another_list(seller, sent_back):
    assert listed(seller, "handled=false&fulfilment-method=FBB") == []


@pytest.mark.parametrize("only_unhandled", [True, False])
def test_what_is_listed_unless_asked_is_an_assumption(start, seller_at, only_unhandled):
    bol, url = start(assumptions=Assumptions(a_list_of_returns_is_of_unhandled_ones=only_unhandled))
    seller = seller_at(url)
    [order_id] = bol.place_orders(items=[{"offerId": seller.create_offer()}])
    item_id = seller.order(order_id)["orderItems"][0]["orderItemId"]
    seller.ship(item_id, 1)
    [return_id] = bol.return_items(order_id=order_id)
    handle(seller, item_of(seller, return_id)["rmaId"], quantity=1)

    assert listed(seller, "") == ([] if only_unhandled else [return_id])


@pytest.mark.parametrize("query", ["page=0", "handled=perhaps", "fulfilment-method=ALL"])
def test_a_wrong_parameter_is_named(seller, query):
    answer = seller.session.get(f"{seller.url}{PATH}?{query}", headers={"Accept": V10})

    assert answer.status_code == 400
    assert answer.json()["violations"][0]["name"] == query.split("=")[0]


def test_an_unknown_return_is_not_found(seller, seller_at, sent_back, rma_id):
    answer = seller.send("GET", f"{PATH}/{rma_id}")

    assert answer.status_code == 404
    assert answer.json()["detail"] == f"Return for return id {rma_id} not found."
    stranger = seller_at(seller.url, "shop-b")
    assert stranger.send("GET", f"{PATH}/{sent_back['returnId']}").status_code == 404


@pytest.mark.parametrize(
    "result",
    [
        "RETURN_RECEIVED",
        "EXCHANGE_PRODUCT",
        "RETURN_DOES_NOT_MEET_CONDITIONS",
        "REPAIR_PRODUCT",
        "CUSTOMER_KEEPS_PRODUCT_PAID",
        "STILL_APPROVED",
    ],
)
def test_a_return_item_is_handled_with_its_result(bol, seller, item_id, sent_back, rma_id, result):
    outcome = handle(seller, rma_id, result)

    assert (outcome["status"], outcome["entityId"]) == ("SUCCESS", rma_id)
    assert outcome["description"] == f"Handle the return item with rma id {rma_id}."
    item = item_of(seller, sent_back["returnId"])
    [processed] = item["processingResults"]
    assert item["handled"] is True
    assert (processed["handlingResult"], processed["quantity"]) == (result, 2)
    entry = bol.ledger()[-1]
    assert (entry["effect"], entry["subject"]) == ("RETURN_HANDLED", rma_id)
    assert (entry["item"], entry["result"], entry["quantity"]) == (item_id, result, 2)


def test_a_result_can_be_changed_afterwards(bol, seller, sent_back, rma_id):
    handle(seller, rma_id, "RETURN_DOES_NOT_MEET_CONDITIONS")

    assert handle(seller, rma_id, "STILL_APPROVED")["status"] == "SUCCESS"

    [processed] = item_of(seller, sent_back["returnId"])["processingResults"]
    assert processed["handlingResult"] == "STILL_APPROVED"
    assert effects(bol).count("RETURN_HANDLED") == 2


@pytest.mark.parametrize("handled", [True, False])
def test_whether_a_part_handles_the_item_is_an_assumption(start, seller_at, handled):
    bol, url = start(assumptions=Assumptions(any_handling_result_handles_a_return=handled))
    seller = seller_at(url)
    [order_id] = bol.place_orders(items=[{"offerId": seller.create_offer(), "quantity": 2}])
    seller.ship(seller.order(order_id)["orderItems"][0]["orderItemId"], 2)
    [return_id] = bol.return_items(order_id=order_id)
    rma_id = item_of(seller, return_id)["rmaId"]

    handle(seller, rma_id, quantity=1)
    assert item_of(seller, return_id)["handled"] is handled

    handle(seller, rma_id, "REPAIR_PRODUCT", quantity=1)
    item = item_of(seller, return_id)
    assert len(item["processingResults"]) == (1 if handled else 2)
    assert item["handled"] is True


def test_no_more_is_handled_than_was_expected(bol, seller, rma_id):
    outcome = handle(seller, rma_id, quantity=3)

    assert outcome["status"] == "FAILURE"
    assert outcome["errorMessage"]
    assert "RETURN_HANDLED" not in effects(bol)


@pytest.mark.parametrize("kind", ["unknown", "return id", "somebody else's"])
def test_handling_something_else_fails_later(bol, seller, seller_at, sent_back, rma_id, kind):
    who = seller_at(seller.url, "shop-b") if kind == "somebody else's" else seller
    number = {"unknown": "1", "return id": sent_back["returnId"]}.get(kind, rma_id)

    assert handle(who, number)["status"] == "FAILURE"
    assert "RETURN_HANDLED" not in effects(bol)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("handlingResult", {"handlingResult": "LOST"}),
        ("handlingResult", {"handlingResult": None}),
        ("quantityReturned", {"quantityReturned": 0}),
        ("quantityReturned", {"quantityReturned": 10_000}),
        ("quantityReturned", {"quantityReturned": None}),
    ],
)
def test_a_wrong_handling_is_refused_at_once(seller, field, change):
    answer = seller.send("PUT", f"{PATH}/86000001", RECEIVED | change)

    assert answer.status_code == 400
    assert {violation["name"] for violation in answer.json()["violations"]} == {field}


def test_an_empty_result_breaks_two_rules(seller):
    answer = seller.send("PUT", f"{PATH}/86000001", RECEIVED | {"handlingResult": ""})

    reasons = [violation["reason"] for violation in answer.json()["violations"]]
    assert reasons[0] == "The supplied value is empty, but is required."
    assert "allowed values: RETURN_RECEIVED" in reasons[1]


def test_an_rma_id_is_a_number(seller):
    answer = seller.session.put(
        f"{seller.url}{PATH}/R1", json=RECEIVED, headers={"Accept": V10, "Content-Type": V10}
    )

    assert answer.status_code == 400
    assert answer.json()["violations"][0]["name"] == "rma-id"


def test_a_created_return_is_handled_and_the_customer_hears_of_it(bol, seller, order, item_id):
    outcome = create(seller, item_id, "EXCHANGE_PRODUCT", 2)

    assert outcome["status"] == "SUCCESS"
    assert outcome["description"] == f"Create return for order item {item_id}."
    item = item_of(seller, outcome["entityId"])
    assert (item["handled"], item["expectedQuantity"]) == (True, 2)
    assert item["processingResults"][0]["handlingResult"] == "EXCHANGE_PRODUCT"
    assert effects(bol)[-3:] == ["RETURN_CREATED", "RETURN_HANDLED", "CUSTOMER_EMAILED"]
    assert bol.ledger()[-1]["subject"] == order["orderId"]
    assert listed(seller, "handled=true") == [outcome["entityId"]]


@pytest.mark.parametrize("media", [V10, "application/json"])
def test_a_created_return_may_come_as_plain_json(seller, item_id, media):
    body = RECEIVED | {"orderItemId": item_id}

    assert seller.send("POST", PATH, body, headers={"Content-Type": media}).status_code == 202
    assert seller.send("PUT", f"{PATH}/1", RECEIVED, headers=JSON).status_code == 415


def test_no_more_comes_back_than_was_shipped(bol, seller, item_id):
    assert create(seller, item_id, quantity=2)["status"] == "SUCCESS"

    assert create(seller, item_id, quantity=2)["status"] == "FAILURE"
    assert create(seller, item_id, quantity=1)["status"] == "SUCCESS"
    assert create(seller, item_id, quantity=1)["status"] == "FAILURE"
    assert effects(bol).count("RETURN_CREATED") == effects(bol).count("CUSTOMER_EMAILED") == 2


def test_what_has_not_left_cannot_be_created_as_a_return(bol, seller, order):
    assert create(seller, order["orderItems"][0]["orderItemId"])["status"] == "FAILURE"
    assert create(seller, "1")["status"] == "FAILURE"
    assert "RETURN_CREATED" not in effects(bol)


@pytest.mark.parametrize(("days", "status"), [(90, "SUCCESS"), (91, "FAILURE")])
def test_a_return_is_created_within_90_days_of_shipping(bol, seller, item_id, days, status):
    bol.advance(timedelta(days=days) - timedelta(minutes=1))

    assert create(seller, item_id)["status"] == status


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("handlingResult", {"handlingResult": "STILL_APPROVED"}),
        ("orderItemId", {"orderItemId": ""}),
        ("quantityReturned", {"quantityReturned": 0}),
    ],
)
def test_a_wrong_creation_is_refused_at_once(seller, item_id, field, change):
    answer = seller.send("POST", PATH, RECEIVED | {"orderItemId": item_id} | change, headers=JSON)

    assert answer.status_code == 400
    assert [violation["name"] for violation in answer.json()["violations"]] == [field]


def test_a_return_that_never_comes_expires(bol, seller, item_id, sent_back):
    bol.advance(timedelta(days=31))
    seller.log_in()

    item = item_of(seller, sent_back["returnId"])

    assert item["handled"] is True
    assert item["processingResults"][0]["handlingResult"] == "EXPIRED"
    assert item["processingResults"][0]["processingResult"] == "CANCELLED"
    entry = bol.ledger()[-1]
    assert (entry["effect"], entry["result"], entry["by"]) == ("RETURN_CANCELLED", "EXPIRED", "bol")
    assert create(seller, item_id, quantity=3)["status"] == "SUCCESS", "what never came can still come"


def test_a_handled_return_does_not_expire(bol, seller, sent_back, rma_id):
    handle(seller, rma_id)

    bol.advance(timedelta(days=60))

    assert "RETURN_CANCELLED" not in effects(bol)
