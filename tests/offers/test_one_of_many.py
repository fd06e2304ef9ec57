"""One of a hundred meets a fault: the others are done, and it follows on its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal

import pytest

from connections.models import Connection, MessageState, OutboxMessage
from offers import services
from offers.models import Offer, Product, Project
from offers.rules import check_digit
from tests.conftest import RunningSandbox
from tests.offers.conftest import effects, writes

pytestmark = pytest.mark.django_db(transaction=True)

MANY, WHICH = 100, 37


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_37th_of_a_hundred_fails_and_follows_alone(
    sandbox: RunningSandbox,
    connection: Connection,
    project: Project,
    relay: Callable[..., None],
    run_once: Callable[[Connection], None],
    when: str,
) -> None:
    sandbox.add_fault(
        {"method": "POST", "path": "/retailer/offers", "kind": "status", "status": 500, "skip": WHICH - 1}
        | {"when": when}
    )
    _publish(project)

    run_once(connection)
    states = Counter(OutboxMessage.objects.values_list("state", flat=True))
    assert states[MessageState.SUCCEEDED] >= MANY - 1
    relay(connection)

    created = Counter(line["ean"] for line in effects(sandbox, "OFFER_CREATED"))
    assert (len(created), set(created.values())) == (MANY, {1})
    assert len(writes(sandbox)) == (MANY + 1 if when == "before" else MANY)
    assert set(Offer.objects.values_list("status", flat=True)) == {Offer.Status.ON_SALE}


def _publish(project: Project) -> None:
    codes = [f"8712{number:08}" for number in range(MANY)]
    products = Product.objects.bulk_create(
        Product(reference=code, ean=code + check_digit(code), title=code) for code in codes
    )
    offers = [services.new_offer(project, product, price=Decimal("12.50"), stock=5) for product in products]
    services.create_offers(offers, None)
