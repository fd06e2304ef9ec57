"""Receipts of asynchronous commands."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from .seller import v10_offer

PATH = "/shared/process-status"


@pytest.fixture
def process_id(seller):
    return seller.command("PUT", "/retailer/transports/358", {"trackAndTrace": "3S"})


def bulk(seller, ids):
    return seller.send("POST", PATH, {"processStatusQueries": [{"processStatusId": each} for each in ids]})


def test_a_command_is_pending_until_its_delay_has_passed(start, seller_at):
    bol, url = start(process_delay=timedelta(minutes=1))
    seller = seller_at(url)
    process_id = seller.command("PUT", "/retailer/transports/358", {"trackAndTrace": "3S"})
    assert seller.outcome(process_id)["status"] == "PENDING"

    bol.advance(timedelta(minutes=1))

    assert seller.outcome(process_id)["status"] == "FAILURE"


def test_a_command_is_carried_out_when_it_is_due_and_not_when_somebody_looks(start, seller_at):
    bol, url = start(process_delay=timedelta(minutes=1))
    seller = seller_at(url)
    seller.command("POST", "/retailer/offers", v10_offer())
    due = bol.state.now + timedelta(minutes=1)

    bol.advance(timedelta(hours=1))

    assert abs(datetime.fromisoformat(bol.ledger()[0]["at"]) - due) < timedelta(seconds=10)


def test_many_are_read_at_once_and_unknown_ones_left_out(seller, process_id):
    found = bulk(seller, ["nobody", process_id]).json()["processStatuses"]

    assert [status["processStatusId"] for status in found] == [process_id]


@pytest.mark.parametrize(("count", "status"), [(0, 400), (1000, 200), (1001, 400)])
def test_between_one_and_a_thousand_at_once(seller, count, status):
    assert bulk(seller, ["nobody"] * count).status_code == status


def test_the_statuses_of_an_entity_are_listed_newest_first(seller, process_id):
    second = seller.command("PUT", "/retailer/transports/358", {"trackAndTrace": "3S2"})

    answer = seller.send("GET", f"{PATH}?entity-id=358&event-type=CHANGE_TRANSPORT").json()

    assert [status["processStatusId"] for status in answer["processStatuses"]] == [second, process_id]
    assert (
        seller.send("GET", f"{PATH}?entity-id=359&event-type=CHANGE_TRANSPORT").json()["processStatuses"]
        == []
    )


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("entity-id=1&event-type=WISH", "process-status-event-type"),
        ("event-type=CREATE_SHIPMENT", "entity-id"),
    ],
)
def test_a_query_needs_an_entity_and_a_known_event(seller, query, name):
    answer = seller.send("GET", f"{PATH}?{query}")

    assert answer.status_code == 400
    assert answer.json()["violations"][0]["name"] == name


def test_a_status_is_forgotten_after_a_day(bol, seller, process_id):
    assert seller.outcome(process_id)["status"] == "FAILURE"

    bol.advance(timedelta(days=1))

    answer = seller.send("GET", f"{PATH}/{process_id}")
    assert answer.status_code == 404
    told = {"type", "title", "status", "detail", "host", "instance"}
    assert answer.json().keys() == told, "a problem of this kind has no violations"
    assert bulk(seller, [process_id]).json()["processStatuses"] == []
    query = f"{PATH}?entity-id=358&event-type=CHANGE_TRANSPORT"
    assert seller.send("GET", query).json()["processStatuses"] == []


def test_a_ruling_decides_how_the_next_command_ends(bol, seller, order):
    item_id = order["orderItems"][0]["orderItemId"]
    bol.add_fault(
        {"kind": "process", "event_type": "CREATE_SHIPMENT", "outcome": "FAILURE", "message": "No."}
    )

    outcome = seller.ship(item_id, 1)

    assert (outcome["status"], outcome["errorMessage"]) == ("FAILURE", "No.")
    assert "ITEM_SHIPPED" not in [entry["effect"] for entry in bol.ledger()]
    assert seller.ship(item_id, 1)["status"] == "SUCCESS"


def test_a_timeout_may_have_had_its_effect(bol, seller, order):
    bol.add_fault({"kind": "process", "event_type": "CREATE_SHIPMENT", "outcome": "TIMEOUT", "effect": True})

    outcome = seller.ship(order["orderItems"][0]["orderItemId"], 1)

    assert outcome["status"] == "TIMEOUT"
    assert bol.ledger()[-1]["effect"] == "ITEM_SHIPPED"


def test_a_command_can_stay_pending_for_a_while(bol, seller, order, hour):
    rule = {"kind": "process", "event_type": "CREATE_SHIPMENT", "outcome": "PENDING", "delay_s": 3600}
    bol.add_fault(rule)
    process = seller.command(
        "POST",
        "/retailer/shipments",
        {"orderItems": [{"orderItemId": order["orderItems"][0]["orderItemId"]}]},
    )
    assert seller.outcome(process)["status"] == "PENDING"

    bol.advance(hour)

    assert seller.outcome(process)["status"] == "SUCCESS"
    assert [entry["effect"] for entry in bol.ledger()].count("ITEM_SHIPPED") == 1


def test_a_command_can_stay_pending_without_effect(bol, seller, order, hour):
    bol.add_fault({"kind": "process", "outcome": "PENDING", "effect": False, "delay_s": 3600})
    process = seller.command(
        "POST",
        "/retailer/shipments",
        {"orderItems": [{"orderItemId": order["orderItems"][0]["orderItemId"]}]},
    )
    assert seller.outcome(process)["status"] == "PENDING"
    assert bol.ledger()[-1]["effect"] == "ORDER_PLACED"

    bol.advance(hour)

    assert seller.outcome(process)["status"] == "SUCCESS"
    assert bol.ledger()[-1]["effect"] == "ITEM_SHIPPED"


def test_a_status_can_be_lost(bol, seller, order):
    bol.add_fault({"kind": "process", "outcome": "LOST", "effect": True, "skip": 1})
    item_id = order["orderItems"][0]["orderItemId"]
    assert seller.ship(item_id, 1)["status"] == "SUCCESS"

    process = seller.command("POST", "/retailer/shipments", {"orderItems": [{"orderItemId": item_id}]})

    assert seller.send("GET", f"{PATH}/{process}").status_code == 404
    assert [entry["effect"] for entry in bol.ledger()].count("ITEM_SHIPPED") == 2
