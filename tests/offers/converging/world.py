"""One merchant's account, whose workers freeze and die, and whose time passes when a test says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from connections import delivering, flows, throttling, tokens
from connections import services as switches
from connections.claiming import Parcel
from connections.delivering import Outcome
from connections.models import Connection, Flow, MessageState, OffersApi, OutboxMessage, RateBudget
from connections.operations import Call
from connections.relaying import Flight, Relay
from offers import following, tasks
from offers.models import ConfirmedValue, Offer, Product, Project
from offers.rules import check_digit
from tests.conftest import CLIENT_ID, CLIENT_SECRET, RunningSandbox, due_now

LONG_AGO = timedelta(days=2)
FOR_EVER = timedelta(days=3650)
# Longer than bol gives out the same export, and than it takes it to carry out a command.
A_WHILE = timedelta(minutes=20)
ROUNDS = 40
PROJECTS = ("Pantry", "Second feed")
# What is asked of bol in a day, for the rate budgets.
OFFER = "/retailer/offers/1"
ENDPOINTS = [
    *(("GET", path) for path in ("/retailer/offers", OFFER, f"{OFFER}/not-for-sale-reasons", "/retailer/offers/export/1")),
    *(("PUT", path) for path in (OFFER, f"{OFFER}/price", f"{OFFER}/stock")),
    *(("POST", path) for path in ("/retailer/offers", "/retailer/offers/export", "/shared/process-status")),
    ("GET", "/shared/process-status/1"),
    ("PATCH", OFFER),
    ("DELETE", OFFER),
]  # fmt: skip


def ean_of(number: int) -> str:
    digits = f"8713{number:08}"
    return digits + check_digit(digits)


class World:
    """The account at bol, our side of it, and the workers between the two."""

    def __init__(self, sandbox: RunningSandbox, staff: User) -> None:
        self.sandbox = sandbox
        self.staff = staff
        self.late: list[tuple[Parcel, Outcome]] = []

    def begin(self, offers_api: str) -> None:
        """Forget all days before, and open an account with two projects."""
        forget_everything()
        self.late.clear()
        self.lose_memory()
        self.sandbox.reset()
        Connection.objects.create(
            name="Shop", offers_api=offers_api, is_live=True, client_id=CLIENT_ID, client_secret=CLIENT_SECRET,
            api_url=self.sandbox.url, login_url=self.sandbox.url,
        )  # fmt: skip
        for name in PROJECTS:
            Project.objects.create(name=name, connection=self.connection)
        self._lift_limits()

    @property
    def connection(self) -> Connection:
        return Connection.objects.get()

    @property
    def is_v11(self) -> bool:
        return self.connection.offers_api == OffersApi.V11

    def project(self, name: str = "Pantry") -> Project:
        return Project.objects.select_related("connection").get(name=name)

    def product(self, number: int) -> Product:
        """Make an article."""
        return Product.objects.create(
            reference=f"SKU-{number}", ean=ean_of(number), title=f"Article {number}"
        )

    def offers(self) -> list[Offer]:
        return list(Offer.objects.with_all().order_by("pk"))

    # The workers ------------------------------------------------------------------------------------

    def run(self, flow: str) -> None:
        """Run one flow as the background does: trouble with bol is noted, and passes."""
        self.hurry()
        flows.attempt(self.connection, flow)

    def relay_and_freeze(self, *, before_sending: bool) -> list[str]:
        """Send what waits by a worker that freezes before or after; return the paths of what it was about to settle."""
        paths: list[str] = []
        frozen = _frozen_before(paths) if before_sending else _frozen_after(paths, self.late)
        with frozen:
            self.run("outbox")
        return paths

    def relay_while(self, something: Callable[[], Any]) -> None:
        """Send what waits, and let something happen after the first answer came and before it is taken in."""
        happening = [something]
        with _before_settling(happening):
            self.run("outbox")

    def wake(self) -> None:
        """Let the frozen workers go on with what they were about to do."""
        late, self.late = self.late, []
        for parcel, outcome in late:
            try:
                delivering.deliver(parcel, outcome)
            except Exception as error:  # noqa: BLE001 - as the relay does
                delivering.survive(parcel, error)

    def end_leases(self) -> None:
        """Let what dead and frozen workers hold be free again."""
        past = timezone.now() - timedelta(seconds=1)
        OutboxMessage.objects.exclude(lease_until=None).update(lease_until=past)
        Flow.objects.exclude(lease_until=None).update(lease_until=past)

    def lose_memory(self) -> None:
        """Restart: what a process kept in memory is gone, and bol does not take the old token any more."""
        tokens._in_memory.clear()
        throttling._followed.clear()
        self.sandbox.expire_tokens()

    # Time -------------------------------------------------------------------------------------------

    def hurry(self) -> None:
        """Let what waits for its time have its time now, and every rate budget be full."""
        due_now(self.connection)
        RateBudget.objects.update(next_slot=0)

    def _lift_limits(self) -> None:
        """Let nobody wait for a rate budget; a 429 still closes it until the next hurry."""
        keys = {throttling.limits().find(*endpoint).key for endpoint in ENDPOINTS}
        RateBudget.objects.bulk_create(
            RateBudget(connection=self.connection, key=key, interval=0, capacity=1, window=1) for key in keys
        )

    def let_time_pass(self) -> None:
        """Let a while pass at bol, and so long here that no quarrel and no hold goes on."""
        self.sandbox.advance(A_WHILE)
        ConfirmedValue.objects.update(at=F("at") - LONG_AGO)
        Offer.objects.exclude(hold_until=None).update(hold_until=timezone.now() - LONG_AGO)

    # The end of a day ---------------------------------------------------------------------------------

    def heal(self) -> None:
        """Let nothing go wrong any more, and everything be open for business."""
        self.sandbox.clear_faults()
        self.end_leases()
        switches.resume(self.connection, by=self.staff)
        for project in Project.objects.filter(is_active=False):
            self.activate(project, is_active=True)

    def activate(self, project: Project, *, is_active: bool) -> None:
        Project.objects.filter(pk=project.pk).update(is_active=is_active)
        following.note(project)
        tasks.announce_project(project.pk)

    def drain(self) -> None:
        """Let everything that is to be said reach bol."""
        for _round in range(ROUNDS):
            self.let_time_pass()
            self.hurry()
            # Numbers of a stock that we lead go only while the sales are known.
            flows.run(self.connection, "orders")
            flows.run(self.connection, "outbox")
            flows.run(self.connection, "process-statuses")
            if not OutboxMessage.objects.open().exists():
                return
        raise AssertionError(f"Still open: {list(OutboxMessage.objects.open().values())}")

    def reconcile(self) -> None:
        """Compare everything with bol, to the end."""
        for _round in range(ROUNDS):
            self.sandbox.advance(A_WHILE)
            self.hurry()
            if flows.run(self.connection, "reconcile-offers").is_complete:
                return
        raise AssertionError("The comparison comes to no end.")


def forget_everything() -> None:
    """Empty the tables of the shop; who works there stays."""
    with transaction.atomic():
        for label in ("admin", "offers", "orders", "connections", "django_q"):
            for model in apps.get_app_config(label).get_models():
                model._default_manager.all()._raw_delete("default")


@contextmanager
def _frozen_before(paths: list[str]) -> Iterator[None]:
    """Keep relays from sending what they claimed and prepared."""

    def take_off(relay: Relay, parcel: Parcel, call: Call, *rest: object) -> None:
        paths.extend(path for method, path in call.endpoints if method != "GET")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Relay, "_take_off", take_off)
        yield


@contextmanager
def _frozen_after(paths: list[str], late: list[tuple[Parcel, Outcome]]) -> Iterator[None]:
    """Keep relays from settling what they sent; it is kept for when they wake."""

    def settle(relay: Relay, flight: Flight, outcome: Outcome) -> None:
        late.append((flight.parcel, outcome))
        paths.extend(exchange.path for exchange in outcome.exchanges if exchange.method != "GET")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Relay, "_settle", settle)
        yield


@contextmanager
def _before_settling(happening: list[Callable[[], Any]]) -> Iterator[None]:
    settle = Relay._settle

    def settle_after(relay: Relay, flight: Flight, outcome: Outcome) -> None:
        if happening:
            happening.pop()()
        settle(relay, flight, outcome)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Relay, "_settle", settle_after)
        yield


def refused_by_mistake() -> list[str]:
    """What was refused because our own code could not handle it."""
    failed = OutboxMessage.objects.filter(state=MessageState.FAILED)
    return list(
        failed.filter(reason__startswith="The back office could not").values_list("reason", flat=True)
    )
