"""Workers are killed at random for a long time, and bol's ledger is as exact as if they were not."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.crashes.workplace import Workers, Workplace, ean_of, workplace
from tests.processes import wait_until

pytestmark = [
    pytest.mark.crashes,
    pytest.mark.processes,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
]

logger = logging.getLogger(__name__)

# LONG_KILLS=1 lets kills go on for five minutes, with 5,000 messages; without it a short time has to do.
IS_LONG = bool(os.environ.get("LONG_KILLS"))
SHOPS = ["Noord v11", "Oost v10", "Zuid v11", "West v10"][: 4 if IS_LONG else 2]
ROUNDS, SECONDS, OFFERS, ORDERS = (10, 30, 50, 25) if IS_LONG else (2, 10, 25, 15)
PAUSES = (1.0, 4.0)

# What people do in a round: new articles, another price for those of the round before, and parcels.
DEEDS = """
from decimal import Decimal
from offers import services
from offers.models import Offer, Product, Project
from connections.models import Connection
from orders.models import Order
from orders.services import Parcel, mark_shipped
for connection in Connection.objects.all():
    project, _new = Project.objects.get_or_create(name=connection.name, defaults={{"connection": connection}})
    products = [Product(reference=f"{{connection.pk}}-{{ean}}", ean=ean, title=ean) for ean in {eans!r}]
    products = Product.objects.bulk_create(products)
    fresh = [services.new_offer(project, product, price=Decimal("12.50"), stock=900) for product in products]
    older = Offer.objects.filter(project=project, price=Decimal("12.50"))
    services.change_offers(list(older), None, price=Decimal("13.00"))
    services.create_offers(fresh, None)
parcels = [Parcel(order.pk, "TNT", f"3STEST{{order.pk:09}}") for order in Order.objects.to_ship()]
result = len(mark_shipped(parcels).shipments)
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workplace]:
    with workplace(tmp_path, "--latency-ms", "50") as made:
        made.connect(*SHOPS)
        yield made


def test_workers_may_be_killed_at_any_time(shop: Workplace) -> None:
    workers, random, kills = Workers(shop.shop, clusters=2), Random(11), 0
    for number in range(ROUNDS):
        ends_at = time.monotonic() + SECONDS
        do_business(shop, number)
        while time.monotonic() < ends_at:
            time.sleep(random.uniform(*PAUSES))
            workers.kill_one(random)
            kills += 1

    assert wait_until(lambda: all_orders_are_here(shop), 180)
    do_business(shop, ROUNDS, sell=False)
    assert wait_until(lambda: is_done(shop), 300), shop.messages()
    logger.info("%d kills, %s", kills, shop.messages())
    shop.check_offers(len(SHOPS) * OFFERS * (ROUNDS + 1))
    shop.check_parcels()


def do_business(shop: Workplace, number: int, *, sell: bool = True) -> None:
    """Let people do what they do in a round, and customers buy what is there already."""
    eans = [ean_of(OFFERS * number + place) for place in range(OFFERS)]
    shop.shop.shell(DEEDS.format(eans=eans))
    if not sell:
        return
    assert wait_until(lambda: sellers(shop) == set(SHOPS), 60), "nothing is for sale"
    for name in SHOPS:
        shop.sell(name, ORDERS)


def sellers(shop: Workplace) -> set[str]:
    return {line["retailer"] for line in shop.effects("OFFER_CREATED")}


def all_orders_are_here(shop: Workplace) -> bool:
    return shop.count("orders_order") == len(shop.effects("ORDER_PLACED"))


def is_done(shop: Workplace) -> bool:
    return shop.has_nothing_to_send() and not shop.count("orders_shipment", "state <> 'confirmed'")
