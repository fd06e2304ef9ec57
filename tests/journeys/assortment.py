"""An assortment of the demo's kind and of any size, in the database and at the local bol.com at once.

It is written straight into both, as it would be after the demo had published it: thousands of requests say nothing new.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import msgspec
from django.utils import timezone

from backoffice import demo
from connections import flows
from connections.bol.sandbox import Sandbox
from connections.models import Connection
from offers.dialects.v11 import create_body
from offers.models import EconomicOperator, Offer, Product, Project
from offers.operations import _listing

WITHOUT_OPERATOR = 7


def fill(bol: Sandbox, connection: Connection, folder: Path, count: int) -> None:
    """Let the merchant have so many offers, on sale at bol."""
    flows.run_until_complete(connection, "offer-settings")
    operator = EconomicOperator.objects.filter(status="VALID").first()
    projects = _projects(connection, operator.operator_id if operator else "")
    rows = _rows(folder / "assortment.csv", count)
    products = Product.objects.bulk_create(
        Product(reference=row["reference"], ean=row["ean"], title=row["title"]) for row in rows
    )
    offers = [
        _wanted(projects[row["project"]], product, row) for product, row in zip(products, rows, strict=True)
    ]
    for offer in offers[:WITHOUT_OPERATOR]:
        offer.economic_operator_id = ""
    for offer in offers:
        _publish(bol, connection, offer)
    Offer.objects.bulk_create(offers, batch_size=500)


def _projects(connection: Connection, operator_id: str) -> dict[str, Project]:
    return {
        name: Project.objects.create(name=name, connection=connection, economic_operator_id=operator_id)
        for name in demo.PROJECTS
    }


def _rows(path: Path, count: int) -> list[dict[str, str]]:
    demo.write_assortment(path, count)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _wanted(project: Project, product: Product, row: dict[str, str]) -> Offer:
    decided = {
        "delivery_code": row["delivery_code"],
        "stock": int(row["stock"]),
        "price": Decimal(row["price"]),
    }
    return Offer(project=project, product=product, **{**project.offer_defaults, **decided})


def _publish(bol: Sandbox, connection: Connection, offer: Offer) -> None:
    """Put an offer at bol, and note that bol confirmed it and sells it."""
    wanted = offer.wanted
    said = msgspec.to_builtins(create_body(_listing(offer), wanted), builtin_types=(Decimal,))
    offer_id = bol.add_offer(connection.client_id, said)
    offer.adopt(offer_id, wanted)
    offer.for_sale, offer.observed_at = bool(offer.stock), timezone.now()
    offer.refresh_status()
