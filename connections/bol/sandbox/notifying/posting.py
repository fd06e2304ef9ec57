"""Posts what is due over real HTTP; the world stands open to others meanwhile."""

from __future__ import annotations

import threading

import requests

from connections.bol.sandbox.entities import Delivery
from connections.bol.sandbox.notifying import deliveries, signing, subscriptions
from connections.bol.sandbox.selling.timeline import catch_up
from connections.bol.sandbox.state import State

PATIENCE_SECONDS = 5.0
LOOK_EVERY_SECONDS = 0.05


def post_due(state: State) -> int:
    """Post everything that is due by now, one after the other; how many attempts that were."""
    attempts = 0
    with requests.Session() as session:
        session.trust_env = False
        while delivery := _take(state):
            outcome, is_delivered = _post(session, delivery)
            _settle(state, delivery, outcome, is_delivered)
            attempts += 1
    return attempts


def keep_posting(state: State, stopped: threading.Event) -> None:
    """Post what becomes due, until the sandbox closes. Nothing happens while nobody has subscribed."""
    while not stopped.wait(LOOK_EVERY_SECONDS):
        if state.subscriptions:
            post_due(state)


def header_of(state: State, delivery: Delivery) -> str:
    """The signature of a notification; it is worked out once."""
    if not delivery.signature:
        delivery.signature = signing.sign(state, delivery.body, delivery.is_forged, delivery.key_id)
    return delivery.signature


def _take(state: State) -> Delivery | None:
    with state.lock:
        catch_up(state)
        delivery = deliveries.take_due(state)
        if delivery:
            header_of(state, delivery)
        return delivery


def _post(session: requests.Session, delivery: Delivery) -> tuple[str, bool]:
    headers = {"Content-Type": "application/json", "Signature": delivery.signature}
    try:
        answer = session.post(
            delivery.url,
            delivery.body.encode(),
            headers=headers,
            timeout=PATIENCE_SECONDS,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        return type(error).__name__, False
    return str(answer.status_code), 200 <= answer.status_code < 300


def _settle(state: State, delivery: Delivery, outcome: str, is_delivered: bool) -> None:
    with state.lock:
        goes_on = deliveries.settle(state, delivery, outcome, is_delivered)
        gives_up = not goes_on and state.options.assumptions.failed_notifications_end_a_subscription
        if gives_up and delivery.subscription_id in state.subscriptions:
            subscriptions.switch_off(state, delivery.subscription_id)
