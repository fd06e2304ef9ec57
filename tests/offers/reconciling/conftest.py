"""A shelf of offers that bol and we agree on, to let somebody else meddle with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from connections import flows
from connections.models import Connection
from offers.models import Drift, Offer, Product, Project
from offers.models.drift import Resolution
from offers.reconciling.deciding import Outcome, decide
from offers.rules import check_digit
from offers.state import State
from tests.conftest import CLIENT_ID, RunningSandbox

PRICE, STOCK = "12.50", 5
WHY = "Taken out of the range"


def ean_of(number: int) -> str:
    digits = f"8712{number:08}"
    return digits + check_digit(digits)


@pytest.fixture
def make_shelf(sandbox: RunningSandbox, project: Project) -> Callable[[int], list[Offer]]:
    """Make offers that were published and confirmed long ago, at bol and here."""

    def make(count: int) -> list[Offer]:
        current = Project.objects.select_related("connection").get(pk=project.pk)
        products = Product.objects.bulk_create(
            Product(reference=f"SKU-{number}", ean=ean_of(number), title=f"Article {number}")
            for number in range(count)
        )
        offers = [_published(sandbox, current, product) for product in products]
        return Offer.objects.bulk_create(offers, batch_size=500)

    return make


def _published(sandbox: RunningSandbox, project: Project, product: Product) -> Offer:
    offer = Offer(project=project, product=product, price=PRICE, stock=STOCK, delivery_code="24uurs-15")
    fields = {"reference": product.reference, "countryAvailabilities": [{"countryCode": "NL"}]}
    offer_id = sandbox.add_offer(
        CLIENT_ID,
        {
            "ean": product.ean,
            "price": float(PRICE),
            "stock": STOCK,
            "unknownProductTitle": product.title,
            **fields,
        },
    )
    offer.price = Offer._meta.get_field("price").to_python(PRICE)
    confirm(offer, offer_id, offer.wanted)
    return offer


def confirm(offer: Offer, offer_id: str, known: State) -> None:
    """bol confirmed this long ago."""
    offer.adopt(offer_id, known)
    offer.known_at = timezone.now() - timezone.timedelta(days=2)


@pytest.fixture
def reconcile(connection: Connection) -> Callable[[], dict[str, int]]:
    """Compare everything with bol, to the end; the counts of the run."""

    def run() -> dict[str, int]:
        current = Connection.objects.get(pk=connection.pk)
        return flows.run_until_complete(current, "reconcile-offers").counts

    return run


def open_drift(**filters: Any) -> list[Drift]:
    return list(Drift.objects.open().filter(**filters).order_by("pk"))


def reads(sandbox: RunningSandbox, after: int = 0) -> list[str]:
    """The paths under offers that were read since."""
    return [
        request["path"]
        for request in sandbox.requests(after=after)
        if request["method"] == "GET" and request["path"].startswith("/retailer/offers")
    ]


@pytest.fixture
def gone(
    sandbox: RunningSandbox, make_shelf: Callable[[int], list[Offer]], reconcile: Callable[[], dict[str, int]]
) -> Offer:
    """An offer that somebody deleted at bol, and that a comparison found gone."""
    (offer,) = make_shelf(1)
    sandbox.delete_offer(offer.offer_id)
    reconcile()
    return fresh(offer)


@pytest.fixture
def parked(gone: Offer, staff: User) -> Offer:
    """The same, and a person decided that it stays gone."""
    assert park(staff).done == 1
    return fresh(gone)


def park(by: User, reason: str = WHY) -> Outcome:
    return decide(Resolution.PARK, Drift.objects.open(), by, reason=reason)


def fresh(offer: Offer) -> Offer:
    return Offer.objects.with_all().get(pk=offer.pk)
