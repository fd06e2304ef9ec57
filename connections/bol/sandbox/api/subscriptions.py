"""Subscriptions to what happens, and the keys that sign it. Retailer API v10, Subscriptions."""

from __future__ import annotations

from urllib.parse import urlsplit

from connections.bol.sandbox.api.process_statuses import accepted
from connections.bol.sandbox.entities import Json, Subscription, without_none
from connections.bol.sandbox.notifying import signing, subscriptions
from connections.bol.sandbox.selling.processes import Receipt
from connections.bol.sandbox.state import State
from connections.bol.sandbox.web.answers import Answer, not_found
from connections.bol.sandbox.web.calls import Call, route, wrong_value
from connections.bol.sandbox.web.validation import EMPTY, Body, inspecting

TYPES = ("WEBHOOK", "GCP_PUBSUB", "AWS_SQS")
FOR_WEBHOOKS = ("PROCESS_STATUS", "SHIPMENT", "ORDER")
OFFER_EVENTS = ("OFFER_FOR_SALE", "OFFER_NOT_FOR_SALE")
RESOURCES = (*FOR_WEBHOOKS, "PRICE_STAR_BOUNDARY", "COMPETING_OFFER", *OFFER_EVENTS)
THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
PATH = "/retailer/subscriptions"


def list_subscriptions(call: Call) -> Answer:
    """All of the account; an empty object when there are none."""
    found = [show(subscription) for subscription in subscriptions.of(call.state, call.account)]
    return Answer(200, {"subscriptions": found} if found else {})


def get_subscription(call: Call) -> Answer:
    subscription_id = call.arguments["subscription_id"]
    found = subscriptions.find(call.state, call.account, subscription_id)
    if found is None:
        raise not_found(f"Subscription with id {subscription_id} not found.")
    return Answer(200, show(found))


def create_subscription(call: Call) -> Answer:
    """Start telling, later."""
    receipt = Receipt("CREATE_SUBSCRIPTION", "Create push notification subscription.")
    return accepted(call, receipt, _checked(call))


def update_subscription(call: Call) -> Answer:
    """Replace a subscription, later."""
    return _accept(call, "UPDATE", _checked(call))


def delete_subscription(call: Call) -> Answer:
    """Stop telling, later."""
    return _accept(call, "DELETE", {})


def send_test(call: Call) -> Answer:
    """Post a test notification, later."""
    subscription_id = call.arguments["subscription_id"]
    text = "Send a test push notification for configured subscription."
    receipt = Receipt("SEND_SUBSCRIPTION_TST_MSG", text, subscription_id)
    return accepted(call, receipt, {"subscriptionId": subscription_id})


def list_keys(call: Call) -> Answer:
    return Answer(200, {"signatureKeys": signing.listed(call.state)})


def _accept(call: Call, verb: str, command: Json) -> Answer:
    subscription_id = call.arguments["subscription_id"]
    text = f"{verb.capitalize()} push notification subscription with id {subscription_id}."
    receipt = Receipt(f"{verb}_SUBSCRIPTION", text, subscription_id)
    return accepted(call, receipt, command | {"subscriptionId": subscription_id})


def _checked(call: Call) -> Json:
    command = call.json()
    with inspecting(command) as body:
        body.require("resources", "url", "subscriptionType")
        body.text("url", shortest=1)
        body.one_of("subscriptionType", TYPES)
        body.flag("enabled")
        _check_resources(call.state, body)
        _check_destination(call.state, body)
    return command


def _check_resources(state: State, body: Body) -> None:
    resources = body.values.get("resources")
    if resources == []:
        body.refuse("resources", EMPTY)
    allowed = _allowed(state, body.values.get("subscriptionType"))
    for resource in resources if isinstance(resources, list) else []:
        if resource not in allowed:
            body.refuse("resources", wrong_value(resource, allowed))


def _allowed(state: State, subscription_type: object) -> tuple[str, ...]:
    if subscription_type != "WEBHOOK":
        return RESOURCES
    offers = OFFER_EVENTS if state.options.assumptions.offer_events_reach_webhooks else ()
    return (*FOR_WEBHOOKS, *offers)


def _check_destination(state: State, body: Body) -> None:
    if body.values.get("subscriptionType") == "AWS_SQS":
        body.require("identity")
    url = body.values.get("url")
    if (
        body.values.get("subscriptionType") == "WEBHOOK"
        and isinstance(url, str)
        and not _may_post(state, url)
    ):
        body.refuse("url", wrong_value(url))


def _may_post(state: State, url: str) -> bool:
    """bol posts to https only; on this machine the sandbox does without."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    is_here = parts.scheme == "http" and parts.hostname in THIS_MACHINE
    return is_here and state.options.assumptions.webhooks_on_this_machine_need_no_https


def show(subscription: Subscription) -> Json:
    """A SubscriptionResponse."""
    shown = {
        "id": subscription.subscription_id,
        "resources": subscription.resources,
        "url": subscription.url,
        "subscriptionType": subscription.subscription_type,
        "enabled": subscription.enabled,
        "identity": subscription.identity,
    }
    return without_none(shown)


ROUTES = [
    route("GET", PATH, list_subscriptions),
    route("POST", PATH, create_subscription),
    route("GET", f"{PATH}/signature-keys", list_keys),
    route("POST", f"{PATH}/test/<subscription_id>", send_test),
    route("GET", f"{PATH}/<subscription_id>", get_subscription),
    route("PUT", f"{PATH}/<subscription_id>", update_subscription),
    route("DELETE", f"{PATH}/<subscription_id>", delete_subscription),
]
