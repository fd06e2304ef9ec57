"""Ten thousand notifications, shuffled and tripled, with forged ones among them: as if each had come once, in order."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, models, transaction
from django.test import RequestFactory

from connections import flows, subscriptions, throttling
from connections.bol import notifications
from connections.bol.sandbox.notifying import signing
from connections.models import (
    Connection,
    MessageState,
    Notification,
    NotificationRefusal,
    OutboxMessage,
    RateBudget,
    SignatureKeys,
)
from offers.models import Offer, Product, Project
from offers.rules import check_digit
from orders.models import Order, OrderItem, Shipment, ShipmentItem
from tests.backups import restore_backup, take_backup
from tests.conftest import CLIENT_ID, RunningSandbox
from tests.posting import STRANGERS_KEY, sign

from .conftest import mark

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.paced]

# WHOLE_FLOOD=1 sends ten thousand; without it a third has to do.
WHOLE = bool(os.environ.get("WHOLE_FLOOD"))
MANY, FORGED = (10_000, 2_000) if WHOLE else (3_000, 600)
ORDERS, OFFERS, PARCELS = (150, 200, 100) if WHOLE else (50, 70, 35)
BATCH = 3_000
COMPARED = (Notification, Order, OrderItem, Shipment, ShipmentItem, OutboxMessage, Offer)
# Moments of bol's; all others are those at which we looked, which no two runs share.
BOLS_MOMENTS = {"placed_at", "latest_changed_at", "shipped_at", "happened_at"}

Letter = tuple[bytes, str]


@dataclass
class World:
    """A shop in the middle of its work, and everything that bol has to tell it."""

    shop: Connection
    sandbox: RunningSandbox
    letters: list[Letter]


@pytest.fixture
def world(shop: Connection, sandbox: RunningSandbox, fetch, settings) -> World:
    settings.PUBLIC_URL = sandbox.url
    settings.MIDDLEWARE = []  # sessions and languages are nothing to bol, and a third of the time
    key = throttling.limits().find("GET", "/retailer/offers").key
    RateBudget.objects.create(connection=shop, key=key, interval=0.001, capacity=1000, window=1)
    state = sandbox.sandbox.state
    state.clock.start = datetime.now(UTC)
    assumed = replace(state.options.assumptions, offer_events_reach_webhooks=True)
    state.options = replace(state.options, assumptions=assumed)
    _announce_parcels(shop, sandbox, fetch)
    _subscribe(shop, sandbox)
    _let_things_happen(shop, sandbox, _publish(shop, sandbox))
    return World(shop, sandbox, _choose(sandbox.notifications(CLIENT_ID)))


def _choose(told: Sequence[dict[str, Any]]) -> list[Letter]:
    """Ten thousand that differ, in their order: of what there is most of, the last ones are left out."""
    letters = dict.fromkeys((one["body"].encode(), one["signature"]) for one in told)
    about_offers = [letter for letter in letters if b"OFFER_" in letter[0]]
    too_many = set(about_offers[len(about_offers) - (len(letters) - MANY) :])
    chosen = [letter for letter in letters if letter not in too_many]
    assert len(chosen) == MANY
    return chosen


def _announce_parcels(shop: Connection, sandbox: RunningSandbox, fetch) -> None:
    """Orders that we know; their parcels are announced, and bol has yet to say how that ended."""
    sandbox.place_orders(PARCELS, retailer=CLIENT_ID)
    fetch(shop)
    mark(*Order.objects.all())
    slow = {"event_type": "CREATE_SHIPMENT", "outcome": "PENDING", "delay_s": 30, "effect": False}
    sandbox.add_fault({"kind": "process", "times": PARCELS} | slow)
    flows.run_until_complete(shop, "outbox")
    assert OutboxMessage.objects.accepted().count() == PARCELS
    OutboxMessage.objects.update(check_at=datetime.now(UTC) + timedelta(days=1))


def _subscribe(shop: Connection, sandbox: RunningSandbox) -> None:
    """bol tells everything, and nothing arrives: the tests carry it over themselves."""
    sandbox.add_fault({"kind": "notification", "outcome": "drop", "times": 10**6})
    resources = ["ORDER", "SHIPMENT", "PROCESS_STATUS", "OFFER_FOR_SALE", "OFFER_NOT_FOR_SALE"]
    made = subscriptions.subscribe(shop, resources, by=None)
    flows.run_until_complete(shop, "outbox")
    OutboxMessage.objects.filter(subject=made.subject).update(check_at=datetime.now(UTC))
    flows.run_until_complete(shop, "process-statuses")
    flows.run(shop, "subscriptions")
    assert SignatureKeys.objects.get().keys


def _publish(shop: Connection, sandbox: RunningSandbox) -> list[str]:
    """Offers that bol has, and of which we do not know what bol says."""
    project = Project.objects.create(name="Pantry", connection=shop)
    ids = []
    for number in range(OFFERS):
        digits = f"2000{number:08}"
        product = Product.objects.create(
            reference=f"SKU-{number}", ean=digits + check_digit(digits), title="Jar"
        )
        bol_id = sandbox.add_offer(CLIENT_ID, {"ean": product.ean, "price": 12.5, "stock": 9})
        Offer.objects.create(
            project=project, product=product, price=Decimal("12.50"), stock=9, offer_id=bol_id
        )
        ids.append(bol_id)
    return ids


def _let_things_happen(shop: Connection, sandbox: RunningSandbox, offers: Sequence[str]) -> None:
    """Offers come and go, parcels are confirmed, customers order and change their minds."""
    state = sandbox.sandbox.state
    for second in range(MANY // OFFERS + 1):
        sandbox.advance(timedelta(seconds=1))
        for number, offer_id in enumerate(offers):
            sandbox.change_offer(offer_id, {"onHoldByRetailer": bool((number + second) % 2)})
    placed = sandbox.place_orders(ORDERS, retailer=CLIENT_ID)
    for order_id in placed[::3]:
        sandbox.request_cancellation(order_id)
    assert len(state.deliveries) > MANY


# The two ways in which they may come in ---------------------------------------------------------------


def happen_in_order(world: World) -> None:
    """Take in each letter once, in the order in which it was written, and look up what they are about."""
    keys = SignatureKeys.objects.get(connection=world.shop).keys
    for batch in _batches(world.letters):
        read = [notifications.read(body, signature, keys) for body, signature in batch]
        Notification.objects.bulk_create(Notification.of(world.shop.pk, message) for message in read)
        _look_up(world.shop, "notifications")
    _look_up(world.shop, "orders", "process-statuses")


def arrive(world: World, letters: list[Letter]) -> Counter[str]:
    """Post letters as they come and look them up in between; the statuses of the answers."""
    SignatureKeys.objects.update(read_at=datetime.now(UTC))
    address = f"/bol/notifications/{world.shop.notification_key}/"
    web, statuses = WSGIHandler(), Counter[str]()
    for batch in _batches(letters):
        with _one_transaction():
            statuses.update(_post(web, address, letter) for letter in batch)
        _look_up(world.shop, "notifications")
    _look_up(world.shop, "orders", "process-statuses")
    return statuses


@contextmanager
def _one_transaction() -> Iterator[None]:
    """Let many requests share a transaction, which a web process would end with each of them."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        with transaction.atomic():
            yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def _post(web: WSGIHandler, address: str, letter: Letter) -> str:
    """Hand a letter to the web process, as a WSGI server does; the status of the answer."""
    body, signature = letter
    headers = {"Signature": signature}
    request = RequestFactory().post(address, body, content_type="application/json", headers=headers)
    answered: list[str] = []
    web(request.environ, lambda status, headers: answered.append(status)).close()
    return answered[0][:3]


def _look_up(shop: Connection, *names: str) -> None:
    for name in names:
        flows.run_until_complete(shop, name)


def _batches(letters: list[Letter]) -> Iterable[list[Letter]]:
    return (letters[start : start + BATCH] for start in range(0, len(letters), BATCH))


def forge(world: World, chance: random.Random) -> list[tuple[str, Letter]]:
    """Make letters that bol did not write to us, each with the reason to refuse it."""
    keys = world.sandbox.sandbox.state
    forged: list[tuple[str, Letter]] = []
    for number in range(FORGED // 5):
        (body, signature), (other, _signature) = chance.sample(world.letters, 2)
        to_another = json.dumps(json.loads(body) | {"retailerId": number}).encode()
        forged += [
            ("wrong-signature", (other, signature)),
            ("wrong-signature", (body, sign(STRANGERS_KEY, body))),
            ("not-signed", (body, "")),
            ("unknown-key", (body, signature.replace("keyId=0", f"keyId={number + 1}"))),
            ("other-retailer", (to_another, signing.sign(keys, to_another.decode(), False, None))),
        ]
    return forged


def picture() -> dict[str, Counter[str]]:
    """What the database says, without our own numbers and clocks."""
    return {model.__name__: Counter(map(repr, _rows(model))) for model in COMPARED}


def _rows(model: type[models.Model]) -> list[tuple[Any, ...]]:
    names = [field.name for field in model._meta.concrete_fields if _is_compared(field)]
    return list(model._default_manager.order_by().values_list(*names))


def _is_compared(field: models.Field) -> bool:
    if field.primary_key or field.is_relation or field.name in {"claim", "subject"}:
        return False
    return not isinstance(field, models.DateTimeField) or field.name in BOLS_MOMENTS


def test_any_number_in_any_order_is_as_each_once_in_order(world: World):
    chance = random.Random(4)
    start = take_backup()

    restore_backup(start)
    happen_in_order(world)
    in_order = picture()
    check_truth(world)

    restore_backup(start)
    forged = forge(world, chance)
    everything = world.letters * 3 + [letter for _reason, letter in forged]
    chance.shuffle(everything)
    assert arrive(world, everything) == {"200": 3 * MANY, "401": 4 * FORGED // 5, "403": FORGED // 5}

    refused = dict(NotificationRefusal.objects.values_list("reason", "count"))
    assert refused == Counter(reason for reason, _letter in forged)
    for name, rows in picture().items():
        assert rows == in_order[name], name


def check_truth(world: World) -> None:
    """What we have is what bol has."""
    assert Notification.objects.filter(state=Notification.State.WAITING).count() == 0
    at_bol = {offer["offerId"]: not offer["onHoldByRetailer"] for offer in world.sandbox.offers(CLIENT_ID)}
    ours = dict(Offer.objects.exclude(offer_id="").values_list("offer_id", "for_sale"))
    assert len(ours) == OFFERS
    assert {key: at_bol[key] for key in ours} == ours
    assert Order.objects.count() == ORDERS + PARCELS
    assert OrderItem.objects.filter(cancellation_requested=True).exists()
    assert set(Shipment.objects.values_list("state", flat=True)) == {Shipment.State.CONFIRMED}
    parcels = OutboxMessage.objects.filter(operation="CREATE_SHIPMENT")
    assert set(parcels.values_list("state", flat=True)) == {MessageState.SUCCEEDED}
