"""Five thousand products go on sale at bol's full budget and no faster; the same file again is silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backoffice import demo
from tests.processes import Installation, RemoteSandbox, installation, start_sandbox
from tests.throughput import share_of_budget

pytestmark = [pytest.mark.processes, pytest.mark.benchmark, pytest.mark.django_db(transaction=True)]

SHARED = Path(__file__).parents[3] / "shared" / "data" / "assortment-5k.csv"
OFFERS = 5000
CREATE = "POST /retailer/offers"


@pytest.fixture
def shop(tmp_path):
    with installation(tmp_path) as shop:
        yield shop


@pytest.fixture
def sandbox(shop: Installation) -> RemoteSandbox:
    sandbox = start_sandbox(shop, "--latency-ms", "100")
    address = ("--api-url", sandbox.url, "--login-url", sandbox.url)
    shop.manage(
        "add_connection", "Shop", "--client-id", "shop", *address, "--live", BOL_CLIENT_SECRET="secret"
    )
    return sandbox


@pytest.fixture
def assortment(tmp_path: Path) -> Path:
    """Real products where they lie beside the checkout, invented ones elsewhere."""
    if SHARED.exists():
        return SHARED
    demo.write_assortment(tmp_path / "assortment.csv", OFFERS)
    return tmp_path / "assortment.csv"


def load(shop: Installation, assortment: Path) -> dict[str, int]:
    return json.loads(shop.manage("import_assortment", str(assortment), "--json"))


def test_an_assortment_goes_on_sale_at_the_full_budget(shop, sandbox, assortment):
    totals = load(shop, assortment)
    assert (totals["created"], totals["rejected"]) == (OFFERS, [])

    shop.manage("run_flow", "outbox")

    created = [line for line in sandbox.ledger() if line["effect"] == "OFFER_CREATED"]
    assert len({line["ean"] for line in created}) == len(created) == OFFERS
    stats = sandbox.stats()
    assert stats["rate_limited"] == 0
    assert stats["requests"][CREATE] == {"201": OFFERS}
    share = share_of_budget(CREATE, created)
    assert share >= 0.9, f"only {share:.0%} of the budget was used"

    totals = load(shop, assortment)
    shop.manage("run_flow", "outbox")
    assert (totals["created"], totals["changed"], totals["unchanged"]) == (0, 0, OFFERS)
    assert sandbox.stats()["requests"] == stats["requests"]
