"""Subscriptions at bol: made, read, changed and removed."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

from connections.bol.sandbox import Assumptions

PATH = "/retailer/subscriptions"
URL = "https://shop.example/bol/notifications/key/"


def wanted(**changes):
    return {"resources": ["PROCESS_STATUS", "ORDER"], "url": URL, "subscriptionType": "WEBHOOK"} | changes


@pytest.fixture
def subscription_id(seller):
    return seller.outcome(seller.command("POST", PATH, wanted()))["entityId"]


def test_nobody_has_a_subscription_at_first(seller):
    assert seller.send("GET", PATH).json() == {}


def test_a_subscription_is_made_later_and_read(seller, subscription_id):
    shown = wanted() | {"id": subscription_id, "enabled": True}

    assert seller.send("GET", PATH).json() == {"subscriptions": [shown]}
    assert seller.send("GET", f"{PATH}/{subscription_id}").json() == shown


def test_an_update_replaces_everything(seller, subscription_id):
    change = wanted(resources=["SHIPMENT"], enabled=False)
    outcome = seller.outcome(seller.command("PUT", f"{PATH}/{subscription_id}", change))

    found = seller.send("GET", f"{PATH}/{subscription_id}").json()
    assert (outcome["status"], outcome["entityId"]) == ("SUCCESS", subscription_id)
    assert (found["resources"], found["enabled"]) == (["SHIPMENT"], False)


def test_a_removed_subscription_is_gone(bol, seller, subscription_id):
    assert seller.outcome(seller.command("DELETE", f"{PATH}/{subscription_id}"))["status"] == "SUCCESS"

    assert seller.send("GET", f"{PATH}/{subscription_id}").status_code == 404
    assert [entry["effect"] for entry in bol.ledger()] == ["SUBSCRIPTION_CREATED", "SUBSCRIPTION_DELETED"]


@pytest.mark.parametrize(("method", "body"), [("PUT", wanted()), ("DELETE", None)])
def test_what_is_not_there_cannot_be_changed(seller, method, body):
    assert seller.outcome(seller.command(method, f"{PATH}/77", body))["status"] == "FAILURE"


def test_an_address_has_one_subscription(seller, subscription_id):
    outcome = seller.outcome(seller.command("POST", PATH, wanted(resources=["SHIPMENT"])))

    assert outcome["status"] == "FAILURE"
    assert len(seller.send("GET", PATH).json()["subscriptions"]) == 1
    assert seller.outcome(seller.command("PUT", f"{PATH}/{subscription_id}", wanted()))["status"] == "SUCCESS"


def test_a_subscription_of_somebody_else_is_not_there(bol, seller_at, subscription_id):
    other = seller_at(bol.url, "shop-b")

    assert other.send("GET", PATH).json() == {}
    assert other.send("GET", f"{PATH}/{subscription_id}").status_code == 404
    assert other.outcome(other.command("DELETE", f"{PATH}/{subscription_id}"))["status"] == "FAILURE"
    assert other.outcome(other.command("POST", PATH, wanted()))["status"] == "SUCCESS"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"resources": []}, "resources"),
        ({"resources": ["WEATHER"]}, "resources"),
        ({"resources": ["RETURN"]}, "resources"),
        ({"resources": ["COMPETING_OFFER"]}, "resources"),
        ({"resources": ["OFFER_FOR_SALE"]}, "resources"),
        ({"url": ""}, "url"),
        ({"url": "http://shop.example/bol"}, "url"),
        ({"url": "ftp://127.0.0.1/bol"}, "url"),
        ({"subscriptionType": "PIGEON"}, "subscriptionType"),
        ({"subscriptionType": "AWS_SQS", "url": "queue"}, "identity"),
        ({"enabled": "yes"}, "enabled"),
    ],
)
def test_what_bol_does_not_take_is_refused_by_name(seller, change, name):
    answer = seller.send("POST", PATH, wanted(**change))

    assert answer.status_code == 400
    assert {fault["name"] for fault in answer.json()["violations"]} == {name}


def test_events_about_offers_go_to_queues(seller):
    topic = wanted(
        subscriptionType="GCP_PUBSUB", url="topic", resources=["OFFER_FOR_SALE", "COMPETING_OFFER"]
    )

    assert seller.outcome(seller.command("POST", PATH, topic))["status"] == "SUCCESS"


def test_only_this_machine_does_without_https_and_only_where_assumed(start, seller_at):
    here = wanted(url="http://127.0.0.1:8000/bol")
    _bol, lenient = start()
    _bol, strict = start(assumptions=Assumptions(webhooks_on_this_machine_need_no_https=False))

    assert seller_at(lenient).send("POST", PATH, here).status_code == 202
    assert seller_at(strict).send("POST", PATH, here).status_code == 400


def test_the_keys_are_rsa_keys_and_stay_the_same(seller):
    [key] = seller.send("GET", f"{PATH}/signature-keys").json()["signatureKeys"]

    assert (key["id"], key["type"]) == ("0", "RSA")
    assert load_der_public_key(base64.b64decode(key["publicKey"])).key_size == 2048
    assert seller.send("GET", f"{PATH}/signature-keys").json()["signatureKeys"] == [key]


def test_every_sandbox_has_a_key_of_its_own(start, seller_at):
    keys = [seller_at(start()[1]).send("GET", f"{PATH}/signature-keys").json() for _sandbox in range(2)]

    assert keys[0] != keys[1]


@pytest.mark.parametrize(("keep_old", "listed"), [(True, ["0", "1"]), (False, ["1"])])
def test_a_new_key_joins_or_replaces_the_old_one(bol, seller, keep_old, listed):
    assert bol.replace_signature_key(keep_old) == "1"

    keys = seller.send("GET", f"{PATH}/signature-keys").json()["signatureKeys"]
    assert [key["id"] for key in keys] == listed


def test_one_knows_oneself_as_the_current_retailer(bol, seller):
    [account] = bol.retailers()

    found = seller.send("GET", "/retailer/retailers/current").json()

    assert found["retailerId"] == str(account["retailerId"])
    assert seller.send("GET", f"/retailer/retailers/{found['retailerId']}").json() == found
    assert seller.send("GET", "/retailer/retailers/1").status_code == 404
