"""Subscriptions come, change, go, and are switched off. Retailer API v10, Subscriptions."""

from __future__ import annotations

from connections.bol.sandbox import assumptions as words
from connections.bol.sandbox.entities import Json, Subscription
from connections.bol.sandbox.notifying import deliveries
from connections.bol.sandbox.selling.refusals import Refused
from connections.bol.sandbox.state import State

WEBHOOK = "WEBHOOK"
BOL = "bol"


def create(state: State, retailer: str, command: Json) -> str:
    """Keep a new subscription, unless there is one for this address; its id."""
    _check_only_one(state, retailer, command["url"])
    number = state.next_number("subscription")
    subscription = Subscription(
        number=number,
        subscription_id=str(1233 + number),
        retailer=retailer,
        resources=[],
        url="",
        subscription_type=WEBHOOK,
    )
    _fill(subscription, command)
    state.subscriptions[subscription.subscription_id] = subscription
    _record(state, "SUBSCRIPTION_CREATED", subscription)
    return subscription.subscription_id


def update(state: State, retailer: str, command: Json) -> None:
    """Replace all of a subscription."""
    subscription = _own(state, retailer, command)
    _check_only_one(state, retailer, command["url"], but=subscription.subscription_id)
    _fill(subscription, command)
    _record(state, "SUBSCRIPTION_UPDATED", subscription)


def delete(state: State, retailer: str, command: Json) -> None:
    """Forget a subscription, and what was on its way to it."""
    subscription = _own(state, retailer, command)
    remove(state, subscription.subscription_id)


def remove(state: State, subscription_id: str, by: str = "retailer") -> None:
    """Take a subscription away. Raises KeyError."""
    subscription = state.subscriptions.pop(subscription_id)
    deliveries.drop_all(state, subscription_id)
    _record(state, "SUBSCRIPTION_DELETED", subscription, by=by)


def switch_off(state: State, subscription_id: str) -> None:
    """bol gives up on an address; what was missed is not posted again."""
    subscription = state.subscriptions[subscription_id]
    subscription.enabled = False
    deliveries.drop_all(state, subscription_id)
    _record(state, "SUBSCRIPTION_DISABLED", subscription, by=BOL)


def send_test(state: State, retailer: str, command: Json) -> None:
    """Post a notification about nothing."""
    subscription = _own(state, retailer, command)
    deliveries.announce_test(state, subscription)


def of(state: State, retailer: str | None) -> list[Subscription]:
    """The subscriptions of an account, or of all, oldest first."""
    return [found for found in state.subscriptions.values() if retailer in (None, found.retailer)]


def find(state: State, retailer: str, subscription_id: str) -> Subscription | None:
    """The account's own subscription."""
    found = state.subscriptions.get(subscription_id)
    return found if found and found.retailer == retailer else None


def _own(state: State, retailer: str, command: Json) -> Subscription:
    subscription = find(state, retailer, command["subscriptionId"])
    if subscription is None:
        raise Refused(words.SUBSCRIPTION_UNKNOWN.format(subscription=command["subscriptionId"]))
    return subscription


def _check_only_one(state: State, retailer: str, url: str, but: str = "") -> None:
    for found in of(state, retailer):
        if found.url == url and found.subscription_id != but:
            raise Refused(words.SUBSCRIPTION_EXISTS.format(subscription=found.subscription_id, url=url))


def _fill(subscription: Subscription, command: Json) -> None:
    subscription.resources = list(command["resources"])
    subscription.url = command["url"]
    subscription.subscription_type = command["subscriptionType"]
    subscription.enabled = command.get("enabled", True)
    subscription.identity = command.get("identity")


def _record(state: State, effect: str, subscription: Subscription, by: str = "retailer") -> None:
    facts = {"url": subscription.url, "resources": subscription.resources, "enabled": subscription.enabled}
    state.record(subscription.retailer, effect, subscription.subscription_id, by=by, **facts)
