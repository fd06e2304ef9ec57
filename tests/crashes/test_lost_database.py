"""PostgreSQL hangs up on everybody again and again, as when it is restarted under load: nothing is lost or done twice."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from django.db import connection as database

from tests.crashes.workplace import SHIP, Workplace, workplace
from tests.processes import wait_until

pytestmark = [
    pytest.mark.crashes,
    pytest.mark.processes,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        database.vendor != "postgresql", reason="SQLite has no server that could be restarted"
    ),
]

OFFERS, PARCELS, SECONDS = 80, 20, 15
HANG_UP = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def test_work_goes_on_though_the_database_hangs_up(tmp_path: Path) -> None:
    with workplace(tmp_path, "--latency-ms", "50") as shop:
        shop.connect("Shop")
        shop.import_offers("Shop", range(OFFERS))
        shop.shop.start("qcluster")
        assert wait_until(lambda: len(shop.effects("OFFER_CREATED")) >= 5), "the worker did not begin"
        assert hang_up(shop) > 10
        assert wait_until(shop.has_nothing_to_send, 180), shop.messages()
        shop.check_offers(OFFERS)

        shop.sell("Shop", PARCELS)
        assert wait_until(lambda: shop.count("orders_order") == PARCELS, 60)
        assert shop.shop.shell(SHIP) == PARCELS
        hang_up(shop)
        assert wait_until(lambda: shop.count("orders_shipment", "state = 'confirmed'") == PARCELS, 180)
        shop.check_parcels()


def hang_up(shop: Workplace) -> int:
    """End all connections to the database about once a second for a while; return how many were ended."""
    ended, ends_at = 0, time.monotonic() + SECONDS
    while time.monotonic() < ends_at:
        time.sleep(0.7)
        ended += len(shop.rows(HANG_UP))
    return ended
