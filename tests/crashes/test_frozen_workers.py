"""A worker that freezes while bol answers has lost its work to another one when it goes on."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crashes.workplace import SHIP, Workplace, workplace
from tests.processes import wait_until

pytestmark = [pytest.mark.crashes, pytest.mark.processes, pytest.mark.django_db(transaction=True)]

# More than one relay sends at once: some wait for their turn.
PARCELS, AT_ONCE = 30, 24
# Longer than it takes until all are under way, shorter than the lease of what is being sent.
ANSWERS_AFTER = 6
SHIPMENTS = "POST /retailer/shipments"
CONFIRMED = "state = 'confirmed'"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workplace]:
    with workplace(tmp_path, BOL_SETTLE_SECONDS="15") as made:
        made.connect("Shop")
        made.sell_something_else("Shop", PARCELS)
        assert made.shop.shell(SHIP) == PARCELS
        yield made


def test_what_a_frozen_worker_hears_late_changes_nothing(shop: Workplace) -> None:
    fault = {"kind": "slow", "method": "POST", "path": "/retailer/shipments"}
    shop.sandbox.ask("POST", "/_sandbox/faults", fault | {"delay_s": ANSWERS_AFTER, "times": AT_ONCE})
    frozen = shop.shop.start("run_flow", "outbox")
    assert wait_until(lambda: _under_way(shop) == AT_ONCE), "the requests do not leave"

    os.kill(frozen.pid, signal.SIGSTOP)
    shop.shop.start("qcluster")
    assert wait_until(lambda: shop.count("orders_shipment", CONFIRMED) == PARCELS, 120)
    os.kill(frozen.pid, signal.SIGCONT)
    frozen.wait(60)

    assert (shop.shop.folder / "run_flow.log").read_text().count("was fenced off") == AT_ONCE
    assert shop.messages() == {"succeeded": PARCELS}
    shop.check_parcels()
    # None was even tried a second time.
    assert sum(shop.sandbox.stats()["requests"][SHIPMENTS].values()) == PARCELS


def _under_way(shop: Workplace) -> int:
    """Return how many requests bol is holding back."""
    (fault,) = shop.sandbox.ask("GET", "/_sandbox/faults")["faults"]
    return AT_ONCE - int(fault["times"])
