"""One April afternoon, replayed: a release stops all connections of one kind, and nobody is hurt.

Twenty shops of two kinds; for three hours one kind is out of touch with bol while customers buy and people work. It is
noticed within minutes, and afterwards nothing is lost, nothing is told twice, and nobody is told anything wrong.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.urls import reverse
from django.utils import timezone

from connections import confirming, flows, services
from connections.models import Alert, Connection, Flow, Heartbeat, Lane, OffersApi, OutboxMessage, Recovery
from connections.monitoring.watching import watch
from connections.schedules import WORKER
from orders.models import Order, OrderItem, Shipment
from tests.orders.outage.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

# WHOLE_OUTAGE=1 takes all of the shops and orders; without it a tenth has to do.
SHOPS, OFFERS, ORDERS = (20, 1500, 2000) if os.environ.get("WHOLE_OUTAGE") else (4, 60, 200)
STEPS = 6
STEP = timedelta(minutes=27)
STOP = (
    "UPDATE connections_connection SET status = 'paused', status_reason = 'x', status_changed_by_name = 'x' "
    "WHERE offers_api = 'v10'"
)


@pytest.fixture
def clock(sandbox, monkeypatch):
    """Both clocks, bol's and ours, at noon; they go on together."""
    clock = sandbox.state.clock
    now = timezone.localtime()
    clock.advance((now + timedelta(days=1)).replace(hour=12, minute=0, second=0) - now)
    monkeypatch.setattr(timezone, "now", lambda: datetime.now(UTC) + clock.offset)
    monkeypatch.setattr(confirming, "PAUSE_SECONDS", 0)
    return sandbox.advance


@pytest.fixture
def world(sandbox, staff, clock) -> World:
    world = World(sandbox, staff)
    world.open_shops(SHOPS, OFFERS)
    for shop in world.shops:
        flows.open_for(shop)
    return world


@pytest.fixture
def browser(client, staff):
    client.force_login(staff)
    return client


def test_the_afternoon_on_which_one_kind_of_connections_stopped(world, sandbox, clock, browser, tmp_path):
    silent, others = world.of(OffersApi.V10), world.of(OffersApi.V11)
    _work_until_one_o_clock(world, sandbox, clock)
    doubtful = OutboxMessage.objects.filter(state="unconfirmed").count()
    assert doubtful
    snapshot = tmp_path / "before.json"
    call_command("guard", "snapshot", str(snapshot), stdout=StringIO())

    _stop_the_kind()

    with pytest.raises(CommandError, match="differences that nobody made"):
        call_command("guard", "compare", str(snapshot), stdout=StringIO())
    clock(timedelta(minutes=4))
    assert "v10" in _look()["ActiveConnectionsDropped v10"]

    _live_through_the_outage(world, clock, others)

    before = max(request["n"] for request in sandbox.requests())
    told_before = max(effect["n"] for effect in sandbox.ledger())
    _recover(browser, silent)
    world.work(world.shops, rounds=6)

    _check_that_nothing_is_lost(sandbox)
    _check_that_nothing_is_told_twice(sandbox)
    _check_that_every_shelf_is_right(world, sandbox)
    for shop in silent:
        _check_the_order(sandbox, shop, before)
        _check_the_effort(sandbox, shop, before, told_before)
    _check_that_nobody_is_alarmed(silent)


def _work_until_one_o_clock(world: World, sandbox, clock) -> None:
    """An ordinary hour, whose last parcels are announced without an answer."""
    for shop in world.shops:
        world.buy(shop, ORDERS // 5 // SHOPS)
    world.catch_up()
    assert _look() == {}
    clock(timedelta(minutes=55))
    for shop in world.shops:
        world.ship(shop, share=0.5)
    ambiguous = {"kind": "reset", "when": "after", "method": "POST", "path": "/retailer/shipments"}
    sandbox.add_fault(ambiguous | {"times": max(ORDERS // 5 // 20, SHOPS)})
    world.work(world.of(OffersApi.V11))
    for shop in world.of(OffersApi.V10):
        flows.attempt(shop, "orders")
        flows.attempt(shop, "outbox")
    sandbox.clear_faults()
    clock(timedelta(minutes=5))


def _stop_the_kind() -> None:
    with database.cursor() as cursor:
        cursor.execute(STOP)


def _look() -> dict[str, str]:
    """Watch once; the texts of what is wrong, by rule and what it is about."""
    Heartbeat.beat(WORKER)
    watch()
    # There is no cluster here: the test itself comes to every flow.
    found = Alert.objects.open().exclude(rule__in=["ScheduleMissed", "QueueAge"])
    return {f"{alert.rule} {alert.key}": alert.text for alert in found}


def _live_through_the_outage(world: World, clock, others: list[Connection]) -> None:
    """Customers buy and cancel everywhere, people work everywhere; only the other kind hears of bol."""
    for _step in range(STEPS):
        for shop in world.shops:
            bought = world.buy(shop, ORDERS * 4 // 5 // STEPS // SHOPS)
            world.cancel_some(shop, bought)
            world.count_shelves(shop)
            world.ship(shop, share=0.4)
        world.work(others, rounds=2)
        assert not [key for key in _look() if key.startswith("FlowStale") and _is_of(key, others)]
        clock(STEP)


def _is_of(key: str, shops: list[Connection]) -> bool:
    return any(f" {shop.pk} " in f"{key} ".replace(":", " ") for shop in shops)


def _recover(browser, silent: list[Connection]) -> None:
    """Somebody resumes the connections, and asks for everything since one o'clock."""
    for shop in Connection.objects.filter(pk__in=[shop.pk for shop in silent]):
        services.resume(shop, by=None)
    since = timezone.localtime(timezone.now() - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
    form = {"connections": [shop.pk for shop in silent], "since": since}
    answer = browser.post(reverse("admin:connections_recovery_add"), form)
    assert answer.status_code == 302
    assert Recovery.objects.open().count() == len(silent)


def _check_that_nothing_is_lost(sandbox) -> None:
    at_bol = {
        item["orderItemId"]: (item["quantity"], item["quantityShipped"], item["quantityCancelled"])
        for order in sandbox.orders()
        for item in order["orderItems"]
    }
    items = OrderItem.objects.values_list(
        "order_item_id", "quantity", "quantity_shipped", "quantity_cancelled"
    )
    assert {key: tuple(numbers) for key, *numbers in items} == at_bol


def _check_that_nothing_is_told_twice(sandbox) -> None:
    shipped = [effect for effect in sandbox.ledger() if effect["effect"] == "ITEM_SHIPPED"]
    announced = Counter((effect["reference"], effect["item"]) for effect in shipped)
    assert set(announced.values()) == {1}
    assert len(announced) == Shipment.objects.filter(state="confirmed").count() == Shipment.objects.count()
    assert all(
        item["quantityShipped"] + item["quantityCancelled"] <= item["quantity"]
        for order in sandbox.orders()
        for item in order["orderItems"]
    )


def _check_that_every_shelf_is_right(world: World, sandbox) -> None:
    at_bol = {(offer["retailer"], offer["ean"]): offer["stock"]["amount"] for offer in sandbox.offers()}
    assert at_bol == world.shelf


def _check_the_order(sandbox, shop: Connection, before: int) -> None:
    """Every order was read before the first number of the stock left, and the last number before the first parcel."""
    seen: dict[str, list[int]] = defaultdict(list)
    read: dict[str, int] = {}
    for request in sandbox.requests(shop.client_id, after=before):
        method, path = request["method"], request["path"]
        if method == "GET" and path.startswith("/retailer/orders/"):
            read.setdefault(path.rsplit("/", 1)[-1], request["n"])
        elif method == "PUT" and path.endswith("/stock"):
            seen["stock"].append(request["n"])
        elif method == "POST" and path == "/retailer/shipments":
            seen["shipments"].append(request["n"])
    missed = Order.objects.filter(
        connection=shop, fetched_at__gte=Recovery.objects.earliest("began_at").began_at
    )
    assert all(read[order_id] < min(seen["stock"]) for order_id in missed.values_list("order_id", flat=True))
    assert max(seen["stock"]) < min(seen["shipments"])


def _check_the_effort(sandbox, shop: Connection, before: int, told_before: int) -> None:
    """No more than a tenth more was asked of bol than there was to know and to say."""
    asked = sandbox.requests(shop.client_id, after=before)
    told = sandbox.ledger(shop.client_id, after=told_before)
    reads = [request for request in asked if request["path"].startswith("/retailer/orders/")]
    writes = [request for request in asked if _is_write(request)]
    effects = [effect for effect in told if effect["effect"] == "OFFER_UPDATED"]
    parcels = {effect["reference"] for effect in told if effect["effect"] == "ITEM_SHIPPED"}
    recovery = Recovery.objects.get(connection=shop)
    news = Order.objects.filter(connection=shop, read_at__gte=recovery.began_at).count()
    doubtful = recovery.report["told"].get(str(Lane.SHIPMENTS), {}).get("already_there", 0)
    # The order of each parcel is read before it is announced or believed, and after it has changed.
    needed = news + 2 * (len(parcels) + doubtful)
    assert len(reads) <= 1.1 * needed, (len(reads), news, len(parcels), doubtful)
    assert len(writes) <= 1.1 * (len(effects) + len(parcels)), (len(writes), len(effects), len(parcels))


def _is_write(request) -> bool:
    return request["method"] in {"PUT", "PATCH", "DELETE"} or request["path"] == "/retailer/shipments"


def _check_that_nobody_is_alarmed(silent: list[Connection]) -> None:
    assert not OutboxMessage.objects.failed().exists()
    assert not Shipment.objects.filter(state="refused").exists()
    assert not OutboxMessage.objects.open().exists()
    for recovery in Recovery.objects.filter(connection__in=silent):
        assert recovery.phase == "done"
        assert all(line["needs_a_person"] == 0 for line in recovery.report["told"].values())
    Flow.objects.update(last_success_at=timezone.now())
    assert _look() == {}
