"""Notifications on their way: planned when something happens, due, tried again, delivered or given up.

At least once and in no set order; any 2xx within five seconds is a delivery, after the last attempt the subscription is
switched off. Subscriptions API, push messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from connections.bol.sandbox.clock import in_seconds
from connections.bol.sandbox.entities import Delivery, Json, Subscription
from connections.bol.sandbox.notifying import faults
from connections.bol.sandbox.state import State
from connections.bol.sandbox.web.answers import dumps

WEBHOOK = "WEBHOOK"
REMEMBERED = timedelta(days=1)
OPEN = ("HELD", "PLANNED", "DUE")


def announce(state: State, retailer: str, resource: str, event: str, resource_id: str) -> None:
    """Tell everyone of this account who wants to know."""
    for subscription in state.subscriptions.values():
        if subscription.retailer == retailer and resource in subscription.resources:
            _notify(state, subscription, {"resource": resource, "type": event, "resourceId": resource_id})


def announce_test(state: State, subscription: Subscription) -> None:
    """Tell one subscriber about nothing."""
    event = {"resource": "TEST", "type": "TEST", "resourceId": subscription.subscription_id}
    _notify(state, subscription, event)


def _notify(state: State, subscription: Subscription, event: Json) -> None:
    if not subscription.enabled or subscription.subscription_type != WEBHOOK:
        return
    rule = faults.take(state.notification_rules, subscription.retailer, event["resource"], event["type"]) or {
        "outcome": ""
    }
    delivery = _make(state, subscription, _body(state, subscription, event), rule)
    if rule["outcome"] == "drop":
        delivery.status = "DROPPED"
    elif rule["outcome"] == "reorder":
        delivery.status = "HELD"
        state.held_deliveries.append(str(delivery.number))
    else:
        _plan(state, delivery, timedelta(seconds=rule["delay_s"] if rule["outcome"] == "late" else 0))
        _release_held(state, delivery)
    for _copy in range(rule["copies"] if rule["outcome"] == "duplicate" else 0):
        _plan(state, _make(state, subscription, delivery.body, rule), timedelta(0))


def _body(state: State, subscription: Subscription, event: Json) -> str:
    retailer = state.retailers.get(subscription.retailer)
    said = {"retailerId": retailer.retailer_id if retailer else 0}
    if state.options.assumptions.notifications_are_spelled_as_in_2021:
        return dumps(
            said | {"timeStamp": in_seconds(state.now), "event": event | {"metadata": {}, "links": []}}
        )
    return dumps(said | {"timestamp": in_seconds(state.now), "event": event})


def _make(state: State, subscription: Subscription, body: str, rule: dict[str, Any]) -> Delivery:
    delivery = Delivery(
        number=state.next_number("notification"),
        subscription_id=subscription.subscription_id,
        retailer=subscription.retailer,
        url=subscription.url,
        body=body,
        created_at=state.now,
        is_forged=rule["outcome"] == "forge",
        key_id=rule.get("key_id"),
    )
    state.deliveries[str(delivery.number)] = delivery
    state.agenda.plan(state.now + REMEMBERED, "forget-notification", str(delivery.number))
    return delivery


def _plan(state: State, delivery: Delivery, wait: timedelta) -> None:
    delivery.status = "PLANNED"
    state.agenda.plan(state.now + wait, "notification", str(delivery.number))


def _release_held(state: State, behind: Delivery) -> None:
    for number in list(state.held_deliveries):
        held = state.deliveries.get(number)
        if held and held.subscription_id == behind.subscription_id:
            state.held_deliveries.remove(number)
            _plan(state, held, timedelta(0))


def become_due(state: State, number: str) -> None:
    """The time of a notification has come."""
    delivery = state.deliveries.get(number)
    if delivery and delivery.status == "PLANNED":
        delivery.status = "DUE"
        state.due_deliveries.append(number)


def take_due(state: State) -> Delivery | None:
    """The next notification to post, which nobody else will take, or None."""
    while state.due_deliveries:
        delivery = state.deliveries.get(state.due_deliveries.popleft())
        if delivery and delivery.status == "DUE":
            delivery.status = "ON_ITS_WAY"
            return delivery
    return None


def settle(state: State, delivery: Delivery, outcome: str, is_delivered: bool) -> bool:
    """Note how an attempt ended; False when that was the last one and bol gives up."""
    attempt = {"at": state.now.isoformat(), "outcome": outcome}
    delivery.attempts.append(attempt)
    state.counters["notification attempts"] += 1
    waits = state.options.assumptions.notification_waits_s
    if is_delivered:
        delivery.status = "DELIVERED"
    elif len(delivery.attempts) <= len(waits):
        _plan(state, delivery, timedelta(seconds=waits[len(delivery.attempts) - 1]))
    else:
        delivery.status = "FAILED"
    return delivery.status != "FAILED"


def drop_all(state: State, subscription_id: str) -> None:
    """Post nothing more of what is on its way to a subscription."""
    for delivery in _of(state, subscription_id):
        if delivery.status in OPEN:
            delivery.status = "DROPPED"


def forget(state: State, number: str) -> None:
    """Let go of a notification of yesterday."""
    state.deliveries.pop(number, None)


def recover(state: State) -> None:
    """After a restart: what was on its way when the sandbox stopped is posted again."""
    for number, delivery in state.deliveries.items():
        if delivery.status in ("DUE", "ON_ITS_WAY"):
            delivery.status = "DUE"
            state.due_deliveries.append(number)
        elif delivery.status == "HELD":
            state.held_deliveries.append(number)


def _of(state: State, subscription_id: str) -> Iterator[Delivery]:
    return (found for found in state.deliveries.values() if found.subscription_id == subscription_id)
