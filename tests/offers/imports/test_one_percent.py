"""Of 5,000 offers an import changes 1 %: bol gets exactly the requests of these changes, and nothing else."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from connections.models import Connection
from offers.imports import importing
from offers.imports.reading import open_sheet
from offers.models import Offer
from offers.resources import AssortmentResource
from offers.rules import check_digit
from tests.conftest import CLIENT_ID, RunningSandbox
from tests.offers.conftest import effects, writes
from tests.offers.imports.conftest import HEADER, csv_of

pytestmark = pytest.mark.django_db(transaction=True)

COUNT = 5000
EXPORT = (
    "offerId,ean,conditionName,bundlePricesPrice,fulfilmentDeliveryCode,stockAmount,onHoldByRetailer,fulfilmentType,"
    "referenceCode"
)
# Which of the rows change, and what of them.
PRICES, STOCKS, HOLDS, BOTH = range(100, 120), range(1000, 1020), range(2000, 2005), range(3000, 3005)


def ean_of(number: int) -> str:
    digits = f"8715{number:08}"
    return digits + check_digit(digits)


@pytest.fixture
def load(connection: Connection) -> Callable[[bytes], list[str]]:
    """Load a file to its end; what its rows came to."""

    def run(content: bytes) -> list[str]:
        resource = AssortmentResource(Connection.objects.get(pk=connection.pk), "Pantry")
        with open_sheet(io.BytesIO(content)) as sheet:
            parts = [importing.load(resource, rows, None) for rows in importing.chunks(sheet, resource)]
        return [line.outcome.value for part in parts for line in part.lines]

    return run


@pytest.fixture
def assortment(sandbox: RunningSandbox, dialect: str, load: Callable[[bytes], list[str]]) -> None:
    """5,000 offers that bol has, taken over from bol's own export: nothing of them has to be said."""
    rows = []
    for number in range(COUNT):
        fields = {"ean": ean_of(number), "price": 10, "stock": 5, "reference": f"SKU-{number}"}
        offer_id = sandbox.add_offer(CLIENT_ID, fields)
        rows.append(f"{offer_id},{ean_of(number)},NEW,10.00,24uurs-15,5,false,FBR,SKU-{number}")
    assert load(csv_of(*rows, header=EXPORT)) == ["created"] * COUNT


def row_of(number: int) -> str:
    price = "11.00" if number in (*PRICES, *BOTH) else "10.00"
    stock = 7 if number in (*STOCKS, *BOTH) else 5
    hold = "yes" if number in HOLDS else "no"
    return f"Pantry,SKU-{number},{ean_of(number)},,NEW,{price},{stock},{hold},FBR,24uurs-15"


def changed_at_bol(sandbox: RunningSandbox) -> dict[str, dict[str, Any]]:
    """What we changed at bol, by EAN."""
    found: dict[str, dict[str, Any]] = {}
    for entry in effects(sandbox, "OFFER_UPDATED"):
        found.setdefault(entry["ean"], {}).update(entry["changed"])
    return found


@pytest.mark.usefixtures("assortment")
def test_one_percent_of_5000_offers_is_the_requests_of_these_changes_and_nothing_else(
    sandbox: RunningSandbox,
    dialect: str,
    connection: Connection,
    load: Callable[[bytes], list[str]],
    relay: Callable[[Connection], None],
) -> None:
    outcomes = load(csv_of(*map(row_of, range(COUNT)), header=HEADER))
    relay(Connection.objects.get(pk=connection.pk))

    assert (outcomes.count("changed"), outcomes.count("unchanged")) == (50, COUNT - 50)
    assert writes(sandbox) == (["PATCH"] * 50 if dialect == "v11" else ["PUT"] * 55)
    changed = changed_at_bol(sandbox)
    price = {"bundlePrices": [{"quantity": 1, "unitPrice": Decimal(11)}]}
    stock = {"amount": 7, "managedByRetailer": False}
    held = {changed.pop(ean_of(number))["onHoldByRetailer"] for number in HOLDS}
    assert held == {True}
    assert changed == {
        **{ean_of(number): {"pricing": price} for number in PRICES},
        **{ean_of(number): {"stock": stock} for number in STOCKS},
        **{ean_of(number): {"pricing": price, "stock": stock} for number in BOTH},
    }
    assert not any(offer.differing for offer in Offer.objects.with_all().iterator())
