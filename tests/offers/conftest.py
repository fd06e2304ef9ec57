"""The cast of the tests about offers: a project, olive oil, and what bol knows of it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from connections import confirming, flows
from connections.models import Connection, OffersApi, OutboxMessage
from offers import services
from offers.models import Offer, Product, Project
from tests.conftest import CLIENT_ID, RunningSandbox, due_now

EAN = "0041497153718"


@pytest.fixture
def project(connection: Connection) -> Project:
    """The pantry, published through the live connection to the sandbox."""
    return Project.objects.create(name="Pantry", connection=connection)


@pytest.fixture
def v10(connection: Connection) -> Connection:
    """The same connection, speaking the older dialect."""
    connection.offers_api = OffersApi.V10
    connection.save(update_fields=["offers_api"])
    return connection


@pytest.fixture(params=[OffersApi.V11, OffersApi.V10])
def dialect(request: pytest.FixtureRequest, connection: Connection) -> str:
    """Each of the two dialects, spoken by the connection."""
    connection.offers_api = request.param
    connection.save(update_fields=["offers_api"])
    return str(request.param)


@pytest.fixture
def product(db: None) -> Product:
    """Olive oil."""
    return Product.objects.create(reference="OIL-1", ean=EAN, title="Olive Oil")


@pytest.fixture
def make_offer(project: Project, product: Product) -> Callable[..., Offer]:
    """Make olive oil for sale at 12.50, five on the shelf; not sent yet."""

    def make(**wanted: Any) -> Offer:
        current = Project.objects.get(pk=project.pk)
        return services.create_offer(
            current, product, None, **({"price": Decimal("12.50"), "stock": 5} | wanted)
        )

    return make


@pytest.fixture
def offer(make_offer: Callable[..., Offer], relay: Callable[[Connection], None]) -> Offer:
    """Olive oil, published and confirmed by bol."""
    return settled(make_offer(), relay)


def settled(offer: Offer, relay: Callable[[Connection], None]) -> Offer:
    """Let everything about an offer reach bol, and read the offer again."""
    relay(offer.project.connection)
    return Offer.objects.get(pk=offer.pk)


def effects(sandbox: RunningSandbox, *kinds: str) -> list[dict[str, Any]]:
    """What really happened at bol to offers, from the ledger."""
    return [entry for entry in sandbox.ledger() if entry["effect"].startswith(kinds or ("OFFER_",))]


def updates(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    """What was changed at bol, request by request."""
    return [entry["changed"] for entry in effects(sandbox, "OFFER_UPDATED")]


def writes(sandbox: RunningSandbox) -> list[str]:
    """The methods of the requests that wanted to change an offer."""
    return [
        request["method"]
        for request in sandbox.requests()
        if request["method"] != "GET" and request["path"].startswith("/retailer/offers")
    ]


def at_bol(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    """The offers bol has for our account."""
    return sandbox.sandbox.offers(CLIENT_ID)


def states(offer: Offer) -> dict[str, list[str]]:
    """The states of all messages about an offer, by operation, oldest first."""
    found: dict[str, list[str]] = {}
    for operation, state in (
        OutboxMessage.objects.filter(subject=offer.subject).order_by("pk").values_list("operation", "state")
    ):
        found.setdefault(operation, []).append(state)
    return found


@pytest.fixture
def run_once() -> Callable[[Connection], None]:
    """Run the outbox of a connection once, with everything that waits for its time."""

    def run(connection: Connection) -> None:
        due_now(connection)
        flows.run(connection, "outbox")

    return run


@pytest.fixture(autouse=True)
def _ask_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox is done at once: there is nothing to pause for between two questions about a process status."""
    monkeypatch.setattr(confirming, "PAUSE_SECONDS", 0)
