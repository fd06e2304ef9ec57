"""Subscriptions: a person makes them, the flow sees to it that bol posts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from connections import flows, services, subscriptions
from connections.clients import client_for
from connections.models import (
    Connection,
    Flow,
    MessageState,
    Notification,
    NotificationRefusal,
    OutboxMessage,
    RateBudget,
    SignatureKeys,
    Subscription,
)
from tests.conftest import CLIENT_ID, due_now
from tests.posting import STRANGERS_KEY, Post, sign, told
from tests.receiving import until

pytestmark = pytest.mark.django_db(transaction=True)

State = Subscription.State
ADDRESS = "https://shop.example"


@pytest.fixture(autouse=True)
def _reached_from_outside(settings) -> None:
    settings.PUBLIC_URL = ADDRESS


@pytest.fixture
def subscription(connection, staff, relay, sandbox) -> Subscription:
    """What a person subscribed to and bol confirmed; nothing is posted to this address in truth."""
    made = subscriptions.subscribe(connection, ["PROCESS_STATUS", "ORDER"], by=staff)
    relay(connection)
    flows.run(connection, "subscriptions")
    made.refresh_from_db()
    return made


def look(connection: Connection) -> dict[str, int]:
    """Run the flow as it runs after a while: what was changed lately is judged, too."""
    later = timezone.now() - timedelta(minutes=16)
    Subscription.objects.exclude(changed_at=None).update(changed_at=later)
    return flows.run(connection, "subscriptions").counts


def at_bol(sandbox) -> list[tuple[list[str], bool]]:
    return [(found["resources"], found["enabled"]) for found in sandbox.subscriptions(CLIENT_ID)]


# What a person does


def test_nobody_is_subscribed_by_itself(connection, sandbox):
    for kind in flows.kinds():
        flows.run(connection, kind.name)

    assert sandbox.subscriptions() == []
    assert not Subscription.objects.exists()


def test_what_a_person_subscribes_to_is_arranged_with_bol(connection, subscription, sandbox, staff):
    [made] = sandbox.subscriptions(CLIENT_ID)
    path = reverse("bol-notifications", args=[connection.notification_key])
    assert (made["url"], made["resources"], made["enabled"]) == (
        ADDRESS + path,
        ["ORDER", "PROCESS_STATUS"],
        True,
    )
    assert (subscription.state, subscription.bol_id, subscription.created_by) == (State.ON, made["id"], staff)
    assert subscription.known == subscription.wanted


def test_bols_keys_and_our_number_are_read_before_bol_posts(connection, subscription, sandbox):
    connection.refresh_from_db()

    assert connection.retailer_id == str(sandbox.retailers()[0]["retailerId"])
    assert set(SignatureKeys.objects.get(connection=connection).keys) == {"0"}


@pytest.mark.parametrize("url", ["", "http://shop.example", "ftp://shop.example", "http://127.0.0.1.example"])
def test_bol_posts_to_https_only_and_says_so_in_words(connection, settings, staff, url):
    settings.PUBLIC_URL = url

    with pytest.raises(ValidationError, match=r"https address only. Set PUBLIC_URL"):
        subscriptions.subscribe(connection, ["ORDER"], by=staff)

    assert not Subscription.objects.exists()


def test_this_machine_will_do_for_a_sandbox_and_for_nobody_else(connection, settings, staff):
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    real = Connection.objects.create(name="Real", client_id="real")

    assert subscriptions.subscribe(connection, ["ORDER"], by=staff).url.startswith(
        "http://127.0.0.1:8000/bol/"
    )
    with pytest.raises(ValidationError, match="https"):
        subscriptions.subscribe(real, ["ORDER"], by=staff)


def test_a_change_says_everything_that_bol_has_to_keep(connection, subscription, sandbox, relay, staff):
    subscriptions.change(subscription, ["SHIPMENT", "ORDER"], is_enabled=True, by=staff)
    relay(connection)

    assert at_bol(sandbox) == [(["ORDER", "SHIPMENT"], True)]
    subscription.refresh_from_db()
    assert (subscription.state, subscription.resources) == (State.ON, ["ORDER", "SHIPMENT"])


def test_ten_changes_are_one_request_and_none_is_no_request(connection, subscription, sandbox, relay, staff):
    for resources in (["ORDER"], ["SHIPMENT"], ["ORDER", "PROCESS_STATUS"]):
        subscriptions.change(subscription, resources, is_enabled=True, by=staff)
    relay(connection)

    assert not [one for one in sandbox.requests() if one["method"] == "PUT"]
    subscription.refresh_from_db()
    assert subscription.state == State.ON


def test_a_change_while_bol_still_makes_it_is_not_lost(connection, sandbox, relay, staff):
    made = subscriptions.subscribe(connection, ["ORDER"], by=staff)
    flows.run(connection, "outbox")
    subscriptions.change(made, ["SHIPMENT"], is_enabled=True, by=staff)
    flows.run(connection, "outbox")

    relay(connection)

    assert at_bol(sandbox) == [(["SHIPMENT"], True)]


def test_switched_off_by_a_person_it_stays_off(connection, subscription, sandbox, relay, staff):
    subscriptions.change(subscription, ["ORDER"], is_enabled=False, by=staff)
    relay(connection)

    look(connection)
    relay(connection)

    assert at_bol(sandbox) == [(["ORDER"], False)]
    subscription.refresh_from_db()
    assert (subscription.state, subscription.gap_since) == (State.OFF, None)


def test_removed_it_is_gone_at_bol_and_here(connection, subscription, sandbox, relay, staff):
    subscriptions.unsubscribe(subscription, by=staff)
    subscription.refresh_from_db()
    assert subscription.state == State.ENDING

    relay(connection)

    assert sandbox.subscriptions() == []
    assert not Subscription.objects.exists()


def test_one_that_bol_never_had_is_forgotten(connection, sandbox, relay, staff):
    made = subscriptions.subscribe(connection, ["ORDER"], by=staff)
    subscriptions.unsubscribe(made, by=staff)
    relay(connection)

    assert not Subscription.objects.exists()
    assert sandbox.ledger() == []


def test_one_that_bol_is_still_making_is_removed_when_it_is_there(connection, sandbox, relay, staff):
    made = subscriptions.subscribe(connection, ["ORDER"], by=staff)
    flows.run(connection, "outbox")
    subscriptions.unsubscribe(made, by=staff)

    relay(connection)

    assert [entry["effect"] for entry in sandbox.ledger()] == ["SUBSCRIPTION_CREATED", "SUBSCRIPTION_DELETED"]
    assert not Subscription.objects.exists()


def test_one_that_bol_has_no_more_is_removed_all_the_same(connection, subscription, sandbox, relay, staff):
    sandbox.delete_subscription(subscription.bol_id)
    subscriptions.unsubscribe(subscription, by=staff)
    relay(connection)

    assert not Subscription.objects.exists()
    assert not OutboxMessage.objects.failed().exists()


def test_a_test_comes_in(connection, subscribe, relay, staff):
    subscription = subscribe(connection, "ORDER")

    subscriptions.send_test(subscription, by=staff)
    relay(connection)

    until(lambda: Notification.objects.filter(resource="TEST").exists())
    flows.run(connection, "notifications")
    subscription.refresh_from_db()
    assert subscription.tested_at is not None
    assert Notification.objects.get(resource="TEST").state == Notification.State.RECORDED


def test_a_read_only_connection_keeps_it_until_it_is_live(make_connection, sandbox, relay, staff):
    connection = make_connection(is_live=False)
    made = subscriptions.subscribe(connection, ["ORDER"], by=staff)
    relay(connection, rounds=1)
    assert (sandbox.subscriptions(), made.state) == ([], State.ASKED)

    connection.switch(staff, is_live=True)
    relay(connection)

    assert at_bol(sandbox) == [(["ORDER"], True)]


# What bol refuses, and what nobody knows


def test_what_bol_refuses_is_said_in_its_words(connection, sandbox, relay, staff):
    made = subscriptions.subscribe(connection, ["COMPETING_OFFER"], by=staff)
    relay(connection)

    made.refresh_from_db()
    message = OutboxMessage.objects.get()
    assert (made.state, message.state) == (State.REFUSED, MessageState.FAILED)
    assert "COMPETING_OFFER" in message.reason
    assert "PUBLIC_URL" in message.advice
    look(connection)
    made.refresh_from_db()
    assert made.state == State.REFUSED, "what never was there is not missing"


def test_an_answer_that_got_lost_makes_no_second_one(connection, sandbox, relay, staff):
    sandbox.add_fault({"kind": "reset", "method": "POST", "path": "/retailer/subscriptions", "when": "after"})
    made = subscriptions.subscribe(connection, ["ORDER"], by=staff)

    relay(connection)

    assert len(sandbox.subscriptions()) == 1
    made.refresh_from_db()
    assert (made.state, made.bol_id) == (State.ON, sandbox.subscriptions()[0]["id"])


def test_one_that_is_at_our_address_already_becomes_ours(connection, subscription, sandbox, relay, staff):
    Subscription.objects.all().delete()
    look(connection)
    assert Subscription.objects.get().state == State.ELSEWHERE

    made = subscriptions.subscribe(connection, ["SHIPMENT"], by=staff)
    relay(connection)

    assert at_bol(sandbox) == [(["SHIPMENT"], True)]
    made.refresh_from_db()
    assert (made.is_ours, made.state) == (True, State.ON)


def test_one_that_was_at_our_address_unseen_becomes_ours(connection, subscription, sandbox, relay, staff):
    Subscription.objects.all().delete()

    made = subscriptions.subscribe(connection, ["SHIPMENT"], by=staff)
    relay(connection)

    assert at_bol(sandbox) == [(["SHIPMENT"], True)]
    made.refresh_from_db()
    assert (made.state, made.bol_id) == (State.ON, sandbox.subscriptions()[0]["id"])


def test_a_new_address_of_ours_is_told_to_bol_with_the_next_change(
    connection, subscription, sandbox, relay, staff, settings
):
    settings.PUBLIC_URL = "https://moved.example"
    subscriptions.subscribe(connection, ["ORDER"], by=staff)
    relay(connection)

    [found] = sandbox.subscriptions()
    assert found["url"].startswith("https://moved.example/bol/notifications/")
    assert Subscription.objects.count() == 1


# What the flow finds


def test_one_that_bol_switched_off_is_switched_on_again(connection, subscription, sandbox, relay):
    sandbox.disable_subscription(subscription.bol_id)

    assert look(connection)["switched on again"] == 1
    subscription.refresh_from_db()
    assert subscription.state == State.DISABLED
    relay(connection)

    assert at_bol(sandbox) == [(["ORDER", "PROCESS_STATUS"], True)]
    subscription.refresh_from_db()
    assert subscription.state == State.ON


def test_looking_twice_switches_on_once(connection, subscription, sandbox, relay):
    sandbox.disable_subscription(subscription.bol_id)
    look(connection)
    look(connection)
    relay(connection)
    look(connection)

    assert [one["method"] for one in sandbox.requests() if one["method"] == "PUT"] == ["PUT"]


def test_the_gap_is_polled_from_the_last_good_notification_on(connection, subscription, sandbox, relay):
    week_ago = timezone.now() - timedelta(days=7)
    for days in (8, 7):
        Notification.objects.create(
            connection=connection,
            event_key=str(days),
            resource="ORDER",
            happened_at=week_ago,
            received_at=timezone.now() - timedelta(days=days),
        )
    last_heard = Notification.objects.get(event_key="7").received_at
    flows.run(connection, "orders")
    sandbox.disable_subscription(subscription.bol_id)

    look(connection)

    orders = Flow.objects.get(connection=connection, kind="orders")
    assert orders.cursor == last_heard
    assert orders.rung_at is not None
    subscription.refresh_from_db()
    assert subscription.gap_since is None, "once is enough"
    found_at = subscription.since
    Flow.objects.filter(pk=orders.pk).update(cursor=timezone.now())
    relay(connection)
    look(connection)
    orders.refresh_from_db()
    assert orders.cursor == found_at, "and once more when bol posts again"


def test_a_gap_waits_for_a_flow_that_is_at_work(connection, subscription, sandbox):
    flows.run(connection, "orders")
    Flow.objects.filter(kind="orders").update(lease_until=timezone.now() + timedelta(minutes=1))
    sandbox.disable_subscription(subscription.bol_id)

    look(connection)

    subscription.refresh_from_db()
    assert subscription.gap_since is not None
    assert Flow.objects.get(kind="subscriptions").next_run_at < timezone.now() + timedelta(minutes=2)
    Flow.objects.filter(kind="orders").update(lease_until=None)
    look(connection)
    subscription.refresh_from_db()
    assert subscription.gap_since is None


def test_one_that_is_gone_waits_for_a_person(connection, subscription, sandbox, relay, staff):
    sandbox.delete_subscription(subscription.bol_id)

    look(connection)
    relay(connection)

    assert sandbox.subscriptions() == []
    subscription.refresh_from_db()
    assert (subscription.state, subscription.bol_id) == (State.MISSING, "")
    subscriptions.subscribe(connection, ["ORDER"], by=staff)
    relay(connection)
    assert at_bol(sandbox) == [(["ORDER"], True)]


def test_what_was_changed_a_moment_ago_is_not_judged(connection, subscription, sandbox):
    sandbox.disable_subscription(subscription.bol_id)

    assert flows.run(connection, "subscriptions").counts["settling"] == 1

    subscription.refresh_from_db()
    assert subscription.state == State.ON


def test_what_others_subscribed_to_is_shown_and_left_alone(connection, subscription, sandbox, relay):
    subscriptions.unsubscribe(subscription, by=None)
    relay(connection)
    with client_for(connection) as client:
        client.subscriptions.create("https://tool.example/hook", ["SHIPMENT"])
    look(connection)
    theirs = Subscription.objects.get()
    assert (theirs.is_ours, theirs.state, theirs.resources) == (False, State.ELSEWHERE, ["SHIPMENT"])

    sandbox.disable_subscription(theirs.bol_id)
    look(connection)
    relay(connection)

    assert at_bol(sandbox) == [(["SHIPMENT"], False)]
    theirs.refresh_from_db()
    assert (theirs.state, theirs.is_enabled) == (State.ELSEWHERE, False)
    sandbox.delete_subscription(theirs.bol_id)
    look(connection)
    assert not Subscription.objects.exists()


def test_a_person_may_remove_what_others_subscribed_to(connection, sandbox, relay, staff):
    with client_for(connection) as client:
        client.subscriptions.create("https://tool.example/hook", ["SHIPMENT"])
    look(connection)

    subscriptions.unsubscribe(Subscription.objects.get(), by=staff)
    relay(connection)

    assert sandbox.subscriptions() == []


# Keys


def test_new_keys_are_read_when_bol_posts_with_them(connection, subscribe, sandbox):
    subscribe(connection, "ORDER")
    _no_hurry(connection)
    SignatureKeys.objects.update(read_at=timezone.now() - timedelta(hours=1))
    sandbox.replace_signature_key()
    sandbox.add_offer(CLIENT_ID, {"ean": "8710000000017", "price": 12.5, "stock": 9})
    sandbox.place_orders(retailer=CLIENT_ID)
    until(lambda: NotificationRefusal.objects.filter(reason="new-key").exists())

    assert flows.run(connection, "subscriptions").counts["keys read"] == 1
    sandbox.advance(timedelta(seconds=1))

    until(lambda: Notification.objects.filter(resource="ORDER").exists())
    assert set(SignatureKeys.objects.get().keys) == {"0", "1"}


def test_a_flood_of_forged_ones_reads_the_keys_once_in_ten_minutes(connection, subscription, sandbox, client):
    _no_hurry(connection)
    connection.refresh_from_db()
    body = told("ORDER", "ORDER_CREATED", "A1")
    forged = sign(STRANGERS_KEY, body, key_id="9")
    SignatureKeys.objects.update(read_at=timezone.now() - timedelta(hours=1))

    for _round in range(5):
        assert {Post(connection, client)(body, forged) for _each in range(10)} == {401}
        flows.run(connection, "subscriptions")

    asked = [one for one in sandbox.requests() if one["path"].endswith("/signature-keys")]
    assert len(asked) == 2, "once when subscribing, once for the flood"


def test_keys_are_read_anew_every_day(connection, subscription, sandbox):
    _no_hurry(connection)
    SignatureKeys.objects.update(read_at=timezone.now() - timedelta(hours=25))

    assert look(connection)["keys read"] == 1


def _no_hurry(connection: Connection) -> None:
    """Let the budget of the keys have room again: these tests are not about waiting."""
    RateBudget.objects.filter(connection=connection).update(interval=0.001, next_slot=0)
    due_now(connection)


def test_another_account_has_another_number(connection, subscription, sandbox, staff):
    sandbox.add_retailer("second-shop", "second-secret")
    connection.refresh_from_db()
    first = connection.retailer_id
    services.enter_credentials(connection, "second-shop", "second-secret", by=staff)

    look(Connection.objects.get(pk=connection.pk))

    connection.refresh_from_db()
    assert connection.retailer_id not in ("", first)
