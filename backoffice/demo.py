"""A demo merchant: an account at the local bol.com and an invented assortment, loaded as a merchant would load it.

The EANs are from the range that GS1 keeps for use inside shops, so they are nobody's products.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from connections import flows
from connections.models import Connection
from offers.models import Offer
from offers.rules import check_digit

SHOP = "Demo shop"
OFFERS = 120
SEED = 20

HEADER = (
    "project", "reference", "ean", "title", "condition", "price", "stock", "on_hold", "fulfilment_method", "delivery_code",
)  # fmt: skip
PROJECTS = {
    "Kitchen": (
        "mug",
        "bread knife",
        "chopping board",
        "teapot",
        "salad bowl",
        "oven dish",
        "whisk",
        "storage jar",
    ),
    "Garden": (
        "trowel",
        "watering can",
        "bird feeder",
        "plant pot",
        "lantern",
        "rake",
        "hose reel",
        "seed tray",
    ),
}
MATERIALS = ("Stoneware", "Oak", "Steel", "Bamboo", "Recycled", "Enamel", "Copper", "Terracotta")
COLOURS = ("blue", "sand", "moss green", "white", "terracotta", "black", "ochre", "rose")
DELIVERY_CODES = ("24uurs-23", "24uurs-21", "24uurs-18", "1-2d", "2-3d", "3-5d")


def open_shop(address: str, *, offers: int = OFFERS) -> Connection:
    """Make the demo merchant where there is none, and point its connection at `address`."""
    connection, _created = Connection.objects.update_or_create(
        name=SHOP,
        defaults={"api_url": address, "login_url": address},
        create_defaults={
            "api_url": address,
            "login_url": address,
            "client_id": "demo-shop",
            "client_secret": "demo-secret",
            "is_live": True,
        },
    )
    flows.open_for(connection)
    if not Offer.objects.exists():
        _load_assortment(connection, offers)
    return connection


def _load_assortment(connection: Connection, offers: int) -> None:
    path = settings.DATA_DIR / "demo-assortment.csv"
    write_assortment(path, offers)
    call_command("import_assortment", str(path), connection=connection.name, stdout=StringIO())


def write_assortment(path: Path, offers: int) -> None:
    """Write an invented assortment as a spreadsheet that the import understands; the same one every time."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(_rows(offers))


def _rows(offers: int) -> Iterator[list[str]]:
    chance = random.Random(SEED)  # noqa: S311 - not a secret
    for number in range(1, offers + 1):
        project = chance.choice(list(PROJECTS))
        title = f"{chance.choice(MATERIALS)} {chance.choice(PROJECTS[project])}, {chance.choice(COLOURS)}"
        price = Decimal(chance.randrange(450, 9000)) / 100
        stock = chance.choice([0, *range(1, 60)])
        code = chance.choice(DELIVERY_CODES)
        yield [
            project,
            f"DEMO-{number:05}",
            _ean(number),
            title,
            "NEW",
            f"{price:.2f}",
            str(stock),
            "no",
            "FBR",
            code,
        ]


def _ean(number: int) -> str:
    digits = f"2000{number:08}"
    return digits + check_digit(digits)
