"""Two connections, one of them in trouble: what the other one sends and fetches arrives all the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections as databases

from connections import flows, tokens
from connections.models import AccessToken, Connection, Flow, MessageState, OutboxMessage, RateBudget
from offers import services
from offers.models import Product, Project
from orders.models import Order, OrderToFetch
from tests.conftest import RunningSandbox, due_now
from tests.orders.conftest import EANS, mark

pytestmark = pytest.mark.django_db(transaction=True)

FLOWS = ("orders", "outbox", "process-statuses", "returns")
ALWAYS = {"times": 10_000, "retailer": "ill"}
TROUBLES: dict[str, dict[str, Any]] = {
    "unavailable": {"kind": "status", "status": 503, "path": "/retailer/*"},
    "slowed down": {"kind": "status", "status": 429, "retry_after": 120, "path": "/retailer/*"},
    "refused": {"kind": "status", "status": 403, "path": "/retailer/*"},
    "out of date": {"kind": "status", "status": 410, "path": "/retailer/*"},
    "hanging up": {"kind": "reset", "path": "/retailer/*"},
    "talking nonsense": {"kind": "html", "status": 200, "path": "/retailer/*"},
    "no token": {"kind": "status", "status": 503, "path": "/token"},
    "wrong secret": {"kind": "status", "status": 401, "path": "/token"},
}
# These are over when bol is: nothing was refused for good.
PASSING = ("unavailable", "slowed down", "hanging up", "talking nonsense", "no token")


@dataclass
class Shop:
    """A connection that knows an order, has an offer to publish and a parcel to announce, and will sell once more."""

    connection: Connection
    sandbox: RunningSandbox

    def take_on_work(self, ean: str) -> None:
        self.sandbox.add_offer(self.name, {"ean": EANS[0], "price": 12.5, "stock": 900})
        self.sell()
        flows.run_until_complete(self.connection, "orders")
        mark(Order.objects.get(connection=self.connection), code=f"3S{self.name}")
        product = Product.objects.create(reference=f"{self.name}-OIL", ean=ean, title="Oil")
        project = Project.objects.create(name=self.name, connection=self.connection)
        services.create_offer(project, product, None, price=Decimal("12.50"), stock=5)
        self.sell()

    @property
    def name(self) -> str:
        return str(self.connection.client_id)

    def sell(self) -> None:
        self.sandbox.place_orders(retailer=self.name, items=[{"ean": EANS[0], "quantity": 1}])

    def work(self) -> None:
        for kind in FLOWS:
            try:
                flows.attempt(self.connection, kind)
            except Exception:  # noqa: BLE001 - a worker notes it and goes on with the next task
                assert Flow.objects.get(connection=self.connection, kind=kind).last_error

    def effects(self) -> list[str]:
        return [line["effect"] for line in self.sandbox.ledger(self.name) if line["effect"] in DONE]

    def orders(self) -> int:
        return Order.objects.filter(connection=self.connection).count()


DONE = ("OFFER_CREATED", "ITEM_SHIPPED")
# The offer that was there, the parcel, and the offer that we made.
ALL_DONE = ["ITEM_SHIPPED", "OFFER_CREATED", "OFFER_CREATED"]


@pytest.fixture
def shops(make_connection: Callable[..., Connection], sandbox: RunningSandbox) -> Iterator[tuple[Shop, Shop]]:
    ill = Shop(make_connection("Ill", client_id="ill"), sandbox)
    well = Shop(make_connection("Well", client_id="well"), sandbox)
    ill.take_on_work(EANS[1])
    well.take_on_work(EANS[1])
    yield ill, well
    databases.close_all()


@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_of_one_connection_is_none_of_the_other(shops, sandbox, trouble):
    ill, well = shops
    if "/token" in TROUBLES[trouble]["path"]:
        _forget_tokens()
    sandbox.add_fault(TROUBLES[trouble] | ALWAYS)

    ill.work()
    well.work()
    ill.work()

    assert sorted(well.effects()) == ALL_DONE
    assert well.orders() == 2
    assert set(_states(well)) <= {MessageState.ACCEPTED, MessageState.SUCCEEDED}
    well.connection.refresh_from_db()
    assert well.connection.is_active
    assert (ill.effects(), ill.orders()) == (["OFFER_CREATED"], 1)


@pytest.mark.parametrize("trouble", PASSING)
def test_when_the_trouble_is_over_everything_arrives_once(shops, sandbox, relay, trouble):
    ill, _well = shops
    if "/token" in TROUBLES[trouble]["path"]:
        _forget_tokens()
    sandbox.add_fault(TROUBLES[trouble] | ALWAYS)
    for _round in range(5):
        ill.work()
    waiting = _states(ill)
    assert len(waiting) == 2
    assert MessageState.FAILED not in waiting

    sandbox.clear_faults()
    _let_time_pass(ill)
    flows.run_until_complete(ill.connection, "orders")
    relay(ill.connection)

    assert sorted(ill.effects()) == ALL_DONE
    assert ill.orders() == 2


def test_who_is_told_to_wait_asks_no_more_whoever_tries(shops, sandbox):
    ill, _well = shops
    sandbox.add_fault(TROUBLES["slowed down"] | ALWAYS)

    for _round in range(10):
        ill.connection = Connection.objects.get(pk=ill.connection.pk)
        due_now(ill.connection)
        flows.attempt(ill.connection, "outbox")

    # Each limit of bol was met once: the waiting time holds for all workers and all rounds.
    asked = [request["method"] + request["path"] for request in _refused(sandbox)]
    assert len(asked) == len(set(asked)) > 0
    assert OutboxMessage.objects.filter(connection=ill.connection, failures__gt=0).count() == 0


@pytest.mark.parametrize("path", ["/retailer/*", "/token"])
def test_a_slow_connection_holds_up_no_other(shops, sandbox, path):
    ill, well = shops
    if path == "/token":
        _forget_tokens()
    sandbox.add_fault({"kind": "slow", "delay_s": 8, "path": path} | ALWAYS)
    slow = threading.Thread(target=_work_in_a_thread, args=(ill,))
    slow.start()

    well.work()

    assert slow.is_alive(), "the other one was not under way any more"
    assert sorted(well.effects()) == ALL_DONE
    assert well.orders() == 2
    sandbox.clear_faults()
    slow.join(60)
    assert not slow.is_alive()


def _work_in_a_thread(shop: Shop) -> None:
    try:
        shop.work()
    finally:
        databases.close_all()


def _states(shop: Shop) -> list[str]:
    return list(OutboxMessage.objects.filter(connection=shop.connection).values_list("state", flat=True))


def _refused(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    return [request for request in sandbox.requests("ill") if request["status"] == 429]


def _forget_tokens() -> None:
    """As after their five minutes: everybody has to log in anew."""
    tokens._in_memory.clear()
    AccessToken.objects.all().delete()


def _let_time_pass(shop: Shop) -> None:
    """What had to wait has waited."""
    AccessToken.objects.update(not_before=None)
    RateBudget.objects.update(next_slot=0)
    OrderToFetch.objects.update(not_before="2020-01-01T00:00:00Z")
    due_now(shop.connection)
