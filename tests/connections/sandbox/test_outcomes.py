"""How commands end: well, badly, in doubt, late or never, and whether they had their effect all the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import requests

from connections.bol.sandbox import Assumptions
from tests.openapi import V10

from .seller import EAN, OTHER_EAN

STATUSES = "/shared/process-status"
VIA_BOL = {"method": "FBR", "schedule": "SHIPPING_VIA_BOL"}
KINDS = [
    "CREATE_SHIPMENT",
    "CANCEL_ORDER",
    "CREATE_SHIPPING_LABEL",
    "HANDLE_RETURN_ITEM",
    "CREATE_RETURN_ITEM",
    "CHANGE_TRANSPORT",
]
EFFECTS = dict(
    zip(
        KINDS,
        [
            "ITEM_SHIPPED",
            "ITEM_CANCELLED",
            "LABEL_BOUGHT",
            "RETURN_HANDLED",
            "RETURN_CREATED",
            "TRANSPORT_CHANGED",
        ],
        strict=True,
    )
)
every_kind = pytest.mark.parametrize("kind", KINDS)


@dataclass
class Command:
    """One command of who ships, ready to be sent, with the effect that it is to have."""

    kind: str
    method: str
    path: str
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": V10})

    @property
    def effect(self) -> str:
        return EFFECTS[self.kind]


@pytest.fixture
def prepare(bol, seller):
    """Make everything that a command of a kind is about."""

    def make(kind):
        return Preparation(bol, seller).of(kind)

    return make


class Preparation:
    """Two units of an item that is open, and two of one that left."""

    def __init__(self, bol, seller):
        self.bol, self.seller = bol, seller
        seller.create_offer(fulfilment=VIA_BOL)
        seller.create_offer(ean=OTHER_EAN)
        self.open = self._item(EAN)
        self.gone = self._item(OTHER_EAN)
        seller.ship(self.gone, 2)

    def _item(self, ean):
        [order_id] = self.bol.place_orders(items=[{"ean": ean, "quantity": 2}])
        return self.seller.order(order_id)["orderItems"][0]["orderItemId"]

    def of(self, kind):
        lines = [{"orderItemId": self.open, "quantity": 2}]
        if kind == "CREATE_SHIPMENT":
            return Command(kind, "POST", "/retailer/shipments", {"orderItems": lines})
        if kind == "CANCEL_ORDER":
            cancelled = [{"orderItemId": self.open, "reasonCode": "OUT_OF_STOCK"}]
            return Command(kind, "PUT", "/retailer/orders/cancellation", {"orderItems": cancelled})
        if kind == "CREATE_SHIPPING_LABEL":
            path = "/retailer/shipping-labels"
            options = self.seller.send("POST", f"{path}/delivery-options", {"orderItems": lines}).json()
            option_id = options["deliveryOptions"][0]["shippingLabelOfferId"]
            return Command(kind, "POST", path, {"orderItems": lines, "shippingLabelOfferId": option_id})
        return self._of_what_left(kind)

    def _of_what_left(self, kind):
        result = {"handlingResult": "RETURN_RECEIVED", "quantityReturned": 2}
        if kind == "HANDLE_RETURN_ITEM":
            self.bol.return_items(items=[{"orderItemId": self.gone}])
            rma_id = self.bol.returns()[0]["returnItems"][0]["rmaId"]
            return Command(kind, "PUT", f"/retailer/returns/{rma_id}", result)
        if kind == "CREATE_RETURN_ITEM":
            body = result | {"orderItemId": self.gone}
            return Command(kind, "POST", "/retailer/returns", body, {"Content-Type": "application/json"})
        [shipment] = self.seller.send("GET", "/retailer/shipments").json()["shipments"]
        path = f"/retailer/transports/{shipment['transport']['transportId']}"
        return Command(kind, "PUT", path, {"trackAndTrace": "3S2"})


@pytest.fixture
def send(seller):
    """Send a command; the id of its process status."""

    def run(command):
        answer = seller.send(command.method, command.path, command.body, headers=command.headers)
        assert answer.status_code == 202, answer.text
        assert answer.json()["eventType"] == command.kind
        return answer.json()["processStatusId"]

    return run


@pytest.fixture
def count(bol):
    """How often a command had its effect."""

    def effects(command):
        known = {"ITEM_SHIPPED": 1}  # what left beforehand
        found = [entry["effect"] for entry in bol.ledger()].count(command.effect)
        return found - known.get(command.effect, 0)

    return effects


def rule(bol, command, outcome, **options):
    bol.add_fault({"kind": "process", "event_type": command.kind, "outcome": outcome, **options})


@every_kind
@pytest.mark.parametrize("effect", [True, False])
@pytest.mark.parametrize("outcome", ["TIMEOUT", "FAILURE"])
def test_a_bad_end_may_have_had_its_effect(bol, seller, prepare, send, count, kind, outcome, effect):
    command = prepare(kind)
    rule(bol, command, outcome, effect=effect)

    ended = seller.outcome(send(command))

    assert ended["status"] == outcome
    assert ended["errorMessage"]
    assert count(command) == int(effect)
    made = kind in ("CREATE_SHIPMENT", "CREATE_SHIPPING_LABEL", "CREATE_RETURN_ITEM")
    assert ("entityId" in ended) is not made, "what was made in doubt is not named"


@every_kind
@pytest.mark.parametrize("effect", [True, False])
def test_a_status_may_stay_pending_for_ever(bol, seller, prepare, send, count, kind, effect):
    command = prepare(kind)
    rule(bol, command, "PENDING", effect=effect)
    process_id = send(command)

    bol.advance(timedelta(hours=30))
    seller.log_in()

    assert seller.outcome(process_id)["status"] == "PENDING"
    assert count(command) == int(effect)


@every_kind
@pytest.mark.parametrize("effect", [True, False])
def test_a_status_may_be_pending_for_hours_and_end_well(bol, seller, prepare, send, count, kind, effect):
    command = prepare(kind)
    rule(bol, command, "PENDING", effect=effect, delay_s=3 * 3600)
    process_id = send(command)
    before = seller.outcome(process_id)
    assert (before["status"], count(command)) == ("PENDING", int(effect))

    bol.advance(timedelta(hours=3))
    seller.log_in()

    ended = seller.outcome(process_id)
    assert (ended["status"], count(command)) == ("SUCCESS", 1)
    assert "entityId" in ended


@every_kind
@pytest.mark.parametrize("outcome", ["TIMEOUT", "FAILURE"])
def test_a_bad_end_may_take_hours(bol, seller, prepare, send, count, kind, outcome):
    command = prepare(kind)
    rule(bol, command, outcome, effect=True, delay_s=3 * 3600)
    process_id = send(command)
    assert seller.outcome(process_id)["status"] == "PENDING"

    bol.advance(timedelta(hours=3))
    seller.log_in()

    assert (seller.outcome(process_id)["status"], count(command)) == (outcome, 1)


@every_kind
@pytest.mark.parametrize("effect", [True, False])
@pytest.mark.parametrize("delay", [None, 3600])
def test_a_status_may_vanish_before_it_ends(bol, seller, prepare, send, count, kind, delay, effect):
    command = prepare(kind)
    rule(bol, command, "LOST", effect=effect, delay_s=delay)
    process_id = send(command)
    if delay:
        assert seller.outcome(process_id)["status"] == "PENDING"
        bol.advance(timedelta(seconds=delay))
        seller.log_in()

    assert seller.send("GET", f"{STATUSES}/{process_id}").status_code == 404
    assert count(command) == int(effect)


@every_kind
def test_a_status_is_gone_after_a_day_and_the_effect_stays(bol, seller, prepare, send, count, kind):
    command = prepare(kind)
    process_id = send(command)
    assert seller.outcome(process_id)["status"] == "SUCCESS"

    bol.advance(timedelta(days=1))
    seller.log_in()

    assert seller.send("GET", f"{STATUSES}/{process_id}").status_code == 404
    assert count(command) == 1


@every_kind
@pytest.mark.parametrize(("when", "effects"), [("before", 0), ("after", 1)])
def test_an_answer_may_be_lost_with_or_without_the_effect(
    bol, seller, prepare, send, count, kind, when, effects
):
    command = prepare(kind)
    bol.add_fault({"kind": "reset", "when": when, "method": command.method, "path": command.path})

    with pytest.raises(requests.ConnectionError):
        send(command)

    assert count(command) == effects


@pytest.mark.parametrize(
    ("kind", "status", "effects"),
    [
        ("CREATE_SHIPMENT", "FAILURE", 1),
        ("CANCEL_ORDER", "FAILURE", 1),
        ("CREATE_SHIPPING_LABEL", "SUCCESS", 2),
        ("HANDLE_RETURN_ITEM", "SUCCESS", 2),
        ("CREATE_RETURN_ITEM", "FAILURE", 1),
        ("CHANGE_TRANSPORT", "SUCCESS", 2),
    ],
)
def test_a_command_that_is_repeated(seller, prepare, send, count, kind, status, effects):
    command = prepare(kind)
    send(command)

    again = seller.outcome(send(command))

    assert (again["status"], count(command)) == (status, effects)


def test_a_ruled_success_is_none_where_the_command_is_refused(bol, seller, prepare, send, count):
    command = prepare("CREATE_SHIPMENT")
    send(command)
    rule(bol, command, "SUCCESS")
    rule(bol, command, "PENDING", delay_s=60)

    first, second = send(command), send(command)
    bol.advance(timedelta(minutes=1))
    seller.log_in()

    assert [seller.outcome(each)["status"] for each in (first, second)] == ["FAILURE", "FAILURE"]
    assert count(command) == 1


def test_a_later_command_may_end_before_an_earlier_one(bol, seller, prepare, send):
    command = prepare("CHANGE_TRANSPORT")
    rule(bol, command, "PENDING", effect=False, delay_s=60)
    first = send(command)
    second = send(Command(command.kind, command.method, command.path, {"trackAndTrace": "3S3"}))
    assert [seller.outcome(each)["status"] for each in (first, second)] == ["PENDING", "SUCCESS"]

    bol.advance(timedelta(minutes=1))

    changes = [entry for entry in bol.ledger() if entry["effect"] == "TRANSPORT_CHANGED"]
    assert [entry["track_and_trace"] for entry in changes] == ["3S3", "3S2"]


@pytest.mark.parametrize("keeps_order", [True, False])
def test_many_statuses_may_come_in_another_order(start, seller_at, keeps_order):
    _, url = start(assumptions=Assumptions(a_bulk_answer_keeps_the_order=keeps_order))
    seller = seller_at(url)
    sent = [
        seller.command("PUT", "/retailer/transports/358", {"trackAndTrace": f"3S{number}"})
        for number in range(3)
    ]

    queries = [{"processStatusId": process_id} for process_id in sent]
    found = seller.send("POST", STATUSES, {"processStatusQueries": queries}).json()["processStatuses"]

    assert [status["processStatusId"] for status in found] == (sent if keeps_order else sent[::-1])
