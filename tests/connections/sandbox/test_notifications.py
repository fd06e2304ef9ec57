"""What bol posts to whom: signed, at least once, in no set order, and not for ever."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from connections.bol.sandbox import Assumptions, Sandbox, serve
from tests.receiving import Receiver, receive, until

from .seller import Seller, v10_offer

PATH = "/retailer/subscriptions"
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
WAITS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receive() as listening:
        yield listening


@pytest.fixture
def subscribe(receiver):
    """Have the resources of a seller posted to the receiver; the id."""

    def make(seller: Seller, *resources: str) -> str:
        wanted = {"resources": list(resources), "url": receiver.url, "subscriptionType": "WEBHOOK"}
        return seller.outcome(seller.command("POST", PATH, wanted))["entityId"]

    return make


@pytest.fixture
def shop(start, seller_at, subscribe):
    """A sandbox whose clock stands still, with a seller who is told of orders."""
    bol, url = start(start=NOON)
    seller = seller_at(url)
    offer_id = seller.create_offer()
    return bol, seller, offer_id, subscribe(seller, "ORDER")


def buy(bol: Sandbox, offer_id: str) -> str:
    [order_id] = bol.place_orders(items=[{"offerId": offer_id}])
    return order_id


def events(receiver: Receiver) -> list[tuple[str, str, str]]:
    said = [json.loads(body)["event"] for body in receiver.bodies]
    return [(event["resource"], event["type"], event["resourceId"]) for event in said]


def verify(seller: Seller, headers: dict[str, str], body: bytes) -> None:
    """Check a notification as bol's documentation says, without any code of ours."""
    parts = dict(part.strip().split("=", 1) for part in headers["Signature"].split(","))
    keys = seller.send("GET", f"{PATH}/signature-keys").json()["signatureKeys"]
    [key] = [load_der_public_key(base64.b64decode(k["publicKey"])) for k in keys if k["id"] == parts["keyId"]]
    assert parts["algorithm"] == '"rsa-sha256"'
    key.verify(base64.b64decode(parts["signature"]), body, PKCS1v15(), SHA256())


def test_a_customers_order_is_posted_and_signed(shop, receiver):
    bol, seller, offer_id, _subscription = shop

    order_id = buy(bol, offer_id)

    until(lambda: receiver.posted)
    [(headers, body)] = receiver.posted
    verify(seller, headers, body)
    [account] = bol.retailers()
    assert json.loads(body) == {
        "retailerId": account["retailerId"],
        "timestamp": "2026-11-02T13:00:00+01:00",
        "event": {"resource": "ORDER", "type": "ORDER_CREATED", "resourceId": order_id},
    }


def test_a_wish_to_cancel_is_posted(shop, receiver):
    bol, _seller, offer_id, _subscription = shop
    order_id = buy(bol, offer_id)

    bol.request_cancellation(order_id)

    until(lambda: len(receiver.posted) == 2)
    assert events(receiver)[1] == ("ORDER", "ORDER_ITEM_CANCELLATION_REQUEST", order_id)


def test_a_wish_to_cancel_may_name_the_item(start, seller_at, subscribe, receiver):
    bol, url = start(assumptions=Assumptions(a_cancellation_request_names_the_order=False))
    seller = seller_at(url)
    subscribe(seller, "ORDER")
    order_id = buy(bol, seller.create_offer())

    bol.request_cancellation(order_id)

    until(lambda: len(receiver.posted) == 2)
    assert events(receiver)[1][2] == seller.order(order_id)["orderItems"][0]["orderItemId"]


@pytest.mark.parametrize(
    ("outcome", "ending"), [("SUCCESS", "SUCCESS"), ("FAILURE", "FAILURE"), ("TIMEOUT", "TIMEOUT")]
)
def test_how_a_command_ended_is_posted(bol, seller, subscribe, receiver, outcome, ending):
    subscribe(seller, "PROCESS_STATUS")
    until(lambda: receiver.posted)  # how the subscribing itself ended
    bol.add_fault({"kind": "process", "outcome": outcome})

    process_id = seller.command("POST", "/retailer/offers", v10_offer())

    until(lambda: len(receiver.posted) == 2)
    assert events(receiver)[1] == ("PROCESS_STATUS", ending, process_id)


def test_a_corrected_track_and_trace_is_posted(bol, seller, order, subscribe, receiver):
    subscribe(seller, "SHIPMENT")
    seller.ship(order["orderItems"][0]["orderItemId"], 1)
    shipment = seller.send("GET", "/retailer/shipments").json()["shipments"][0]
    posted = ("SHIPMENT", "UPDATE_TRANSPORT_EVENT", shipment["shipmentId"])

    seller.command(
        "PUT", f"/retailer/transports/{shipment['transport']['transportId']}", {"trackAndTrace": "3S2"}
    )

    until(lambda: receiver.posted)
    assert events(receiver) == [posted]
    bol.report_transport(shipment["shipmentId"], "AT_TRANSPORTER")
    until(lambda: len(receiver.posted) == 2)
    assert events(receiver) == [posted, posted]


def test_the_sale_of_an_offer_is_posted_where_bol_is_assumed_to(start, seller_at, subscribe, receiver):
    bol, url = start(
        start=NOON, sale_delay=timedelta(minutes=5), assumptions=Assumptions(offer_events_reach_webhooks=True)
    )
    seller = seller_at(url)
    subscribe(seller, "OFFER_FOR_SALE", "OFFER_NOT_FOR_SALE")
    offer_id = seller.create_offer(stock={"amount": 1, "managedByRetailer": False})
    bol.advance(timedelta(minutes=5))
    until(lambda: receiver.posted)

    buy(bol, offer_id)

    until(lambda: len(receiver.posted) == 2)
    assert events(receiver) == [
        ("OFFER_FOR_SALE", "FOR_SALE", offer_id),
        ("OFFER_NOT_FOR_SALE", "NOT_FOR_SALE", offer_id),
    ]


def test_a_test_is_posted_whatever_was_subscribed_to(shop, receiver):
    _bol, seller, _offer_id, subscription_id = shop

    assert seller.outcome(seller.command("POST", f"{PATH}/test/{subscription_id}"))["status"] == "SUCCESS"

    until(lambda: receiver.posted)
    assert events(receiver)[0][0] == "TEST"


def test_the_spelling_of_2021_can_be_had(start, seller_at, subscribe, receiver):
    bol, url = start(start=NOON, assumptions=Assumptions(notifications_are_spelled_as_in_2021=True))
    seller = seller_at(url)
    subscribe(seller, "ORDER")

    buy(bol, seller.create_offer())

    until(lambda: receiver.posted)
    said = json.loads(receiver.bodies[0])
    assert (said["timeStamp"], said["event"]["metadata"]) == ("2026-11-02T13:00:00+01:00", {})


def test_only_those_who_want_to_know_are_told(shop, seller_at, receiver):
    bol, seller, offer_id, subscription_id = shop
    other = seller_at(seller.url, "shop-b")
    buy(bol, other.create_offer())
    seller.command("POST", "/retailer/offers", v10_offer(ean="8710000000109"))

    order_id = buy(bol, offer_id)

    until(lambda: receiver.posted)
    assert [resource_id for _, _, resource_id in events(receiver)] == [order_id]
    assert [told["subscription_id"] for told in bol.notifications()] == [subscription_id]


def test_a_subscription_that_is_off_is_told_nothing(shop, receiver):
    bol, seller, offer_id, subscription_id = shop
    change = {"resources": ["ORDER"], "url": receiver.url, "subscriptionType": "WEBHOOK", "enabled": False}
    seller.outcome(seller.command("PUT", f"{PATH}/{subscription_id}", change))

    buy(bol, offer_id)

    assert bol.notifications() == []


def test_what_is_not_taken_is_posted_again_after_longer_and_longer_pauses(shop, receiver):
    bol, _seller, offer_id, _subscription = shop
    receiver.answers.extend([500, 302, 404])

    buy(bol, offer_id)

    for attempt, wait in enumerate(WAITS[:3], start=1):
        until(lambda attempt=attempt: statuses(bol) == [("PLANNED", attempt)])
        bol.advance(timedelta(seconds=wait))
    until(lambda: statuses(bol) == [("DELIVERED", 4)])
    assert len(set(receiver.bodies)) == 1
    assert len(receiver.posted) == 4


def statuses(bol: Sandbox) -> list[tuple[str, int]]:
    return [(told["status"], len(told["attempts"])) for told in bol.notifications()]


def test_after_ten_attempts_bol_switches_the_subscription_off(shop, receiver):
    bol, seller, offer_id, subscription_id = shop
    receiver.always = 500
    buy(bol, offer_id)

    for attempt, wait in enumerate(WAITS, start=1):
        until(lambda attempt=attempt: statuses(bol)[0] == ("PLANNED", attempt))
        bol.advance(timedelta(seconds=wait))

    until(lambda: bol.ledger()[-1]["effect"] == "SUBSCRIPTION_DISABLED")
    assert statuses(bol) == [("FAILED", 10)]
    assert seller.send("GET", f"{PATH}/{subscription_id}").json()["enabled"] is False
    buy(bol, offer_id)
    assert len(bol.notifications()) == 1, "what is missed is missed"


def test_bol_may_only_let_go_of_the_notification(start, seller_at, subscribe, receiver):
    older = Assumptions(notification_waits_s=(60,), failed_notifications_end_a_subscription=False)
    bol, url = start(start=NOON, assumptions=older)
    seller = seller_at(url)
    subscription_id = subscribe(seller, "ORDER")
    receiver.always = 500
    buy(bol, seller.create_offer())
    until(lambda: statuses(bol) == [("PLANNED", 1)])

    bol.advance(timedelta(minutes=1))

    until(lambda: statuses(bol) == [("FAILED", 2)])
    assert seller.send("GET", f"{PATH}/{subscription_id}").json()["enabled"] is True


def test_an_address_where_nobody_is_counts_as_a_failure(bol, seller, offer_id):
    wanted = {"resources": ["ORDER"], "url": "http://127.0.0.1:9/", "subscriptionType": "WEBHOOK"}
    seller.outcome(seller.command("POST", PATH, wanted))

    buy(bol, offer_id)

    until(lambda: bol.notifications()[0]["attempts"])
    assert bol.notifications()[0]["attempts"][0]["outcome"] == "ConnectionError"


# What may go wrong on the way, on request


def fault(bol: Sandbox, outcome: str, **more) -> None:
    bol.add_fault({"kind": "notification", "outcome": outcome} | more)


def ids(receiver: Receiver) -> list[str]:
    return [resource_id for _, _, resource_id in events(receiver)]


def test_a_dropped_one_is_never_posted(shop, receiver):
    bol, _seller, offer_id, _subscription = shop
    fault(bol, "drop")

    buy(bol, offer_id)
    second = buy(bol, offer_id)

    until(lambda: receiver.posted)
    assert ids(receiver) == [second]
    assert [told["status"] for told in bol.notifications()] == ["DROPPED", "DELIVERED"]


def test_a_duplicated_one_is_posted_again_and_again(shop, receiver):
    bol, _seller, offer_id, _subscription = shop
    fault(bol, "duplicate", copies=2)

    order_id = buy(bol, offer_id)

    until(lambda: len(receiver.posted) == 3)
    assert ids(receiver) == [order_id] * 3


def test_a_late_one_comes_when_its_time_has_come(shop, receiver):
    bol, _seller, offer_id, _subscription = shop
    fault(bol, "late", delay_s=3600)
    first = buy(bol, offer_id)
    second = buy(bol, offer_id)
    until(lambda: ids(receiver) == [second])

    bol.advance(timedelta(hours=1))

    until(lambda: ids(receiver) == [second, first])


def test_a_reordered_one_comes_after_the_next(shop, receiver):
    bol, _seller, offer_id, _subscription = shop
    fault(bol, "reorder")

    orders = [buy(bol, offer_id) for _each in range(3)]

    until(lambda: len(receiver.posted) == 3)
    assert ids(receiver) == [orders[1], orders[0], orders[2]]


@pytest.mark.parametrize(("key_id", "named"), [(None, "keyId=0"), ("99", "keyId=99")])
def test_a_forged_one_is_signed_by_somebody_else(shop, receiver, key_id, named):
    bol, seller, offer_id, _subscription = shop
    fault(bol, "forge", key_id=key_id)

    buy(bol, offer_id)

    until(lambda: receiver.posted)
    [(headers, body)] = receiver.posted
    assert named in headers["Signature"]
    with pytest.raises(InvalidSignature if key_id is None else ValueError):
        verify(seller, headers, body)


def test_a_rule_says_whom_it_strikes_and_how_often(shop, receiver):
    bol, _seller, offer_id, _subscription = shop
    fault(bol, "drop", event="ORDER_ITEM_CANCELLATION_REQUEST")
    fault(bol, "drop", resource="ORDER", skip=1, times=1)
    fault(bol, "drop", retailer="shop-b")

    orders = [buy(bol, offer_id) for _each in range(3)]

    until(lambda: len(receiver.posted) == 2)
    assert ids(receiver) == [orders[0], orders[2]]
    bol.clear_faults()
    assert bol.faults() == []


@pytest.mark.parametrize("rule", [{"outcome": "eat"}, {"outcome": "drop", "color": "red"}, {}])
def test_a_rule_that_makes_no_sense_is_refused(bol, rule):
    with pytest.raises(ValueError, match="notification"):
        bol.add_fault({"kind": "notification"} | rule)


def test_what_was_posted_can_be_looked_at_from_outside(shop, receiver):
    bol, seller, offer_id, subscription_id = shop
    control = f"{seller.url}/_sandbox"
    buy(bol, offer_id)
    until(lambda: receiver.posted)

    [told] = seller.session.get(f"{control}/notifications").json()["notifications"]

    verify(seller, {"Signature": told["signature"]}, told["body"].encode())
    assert seller.session.get(f"{control}/notifications?after={told['number']}").json() == {
        "notifications": []
    }
    assert seller.session.post(f"{control}/signature-keys", json={}).json() == {"id": "1"}
    assert seller.session.post(f"{control}/subscriptions/{subscription_id}/disable").status_code == 204
    assert seller.session.get(f"{control}/subscriptions").json()["subscriptions"][0]["enabled"] is False
    assert seller.session.delete(f"{control}/subscriptions/{subscription_id}").status_code == 204
    assert seller.session.get(f"{control}/subscriptions").json() == {"subscriptions": []}


def test_a_restart_posts_what_was_still_to_be_posted(tmp_path, receiver):
    options = {"limits": "off", "start": NOON, "state_file": tmp_path / "bol.json"}
    receiver.answers.append(500)
    with serve(Sandbox(**options)) as server:
        seller = Seller(server.url)
        with seller.session:
            seller.log_in()
            wanted = {"resources": ["ORDER"], "url": receiver.url, "subscriptionType": "WEBHOOK"}
            seller.outcome(seller.command("POST", PATH, wanted))
            keys = seller.send("GET", f"{PATH}/signature-keys").json()
            buy(server.sandbox, seller.create_offer())
            until(lambda: statuses(server.sandbox) == [("PLANNED", 1)])

    with serve(Sandbox(**options)) as server:
        server.sandbox.advance(timedelta(seconds=1))
        until(lambda: len(receiver.posted) == 2)
        seller = Seller(server.url)
        with seller.session:
            seller.log_in()
            assert seller.send("GET", f"{PATH}/signature-keys").json() == keys
            verify(seller, *receiver.posted[1])


def test_a_notification_is_forgotten_after_a_day(shop, receiver):
    bol, _seller, offer_id, _subscription = shop
    buy(bol, offer_id)
    until(lambda: statuses(bol) == [("DELIVERED", 1)])

    bol.advance(timedelta(days=1))

    assert bol.notifications() == []
