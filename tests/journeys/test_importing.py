"""A spreadsheet with mistakes is imported: what is good goes to bol, what is not comes back with the reason."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from backoffice.demo import HEADER
from offers.models import Offer
from offers.rules import check_digit
from tests.journeys.person import Person
from tests.journeys.shop import CLIENT_ID, NAME, Shop

pytestmark = pytest.mark.long


def test_a_file_with_errors_is_imported(shop: Shop, person: Person, tmp_path: Path):
    dearer, emptied, wrong_price, wrong_ean = offers = shop.some_offers(4)
    file = tmp_path / "prices.csv"
    new = f"NEW-{dearer.product.reference}"
    write(
        file,
        row(dearer, price=f"{dearer.price + 1}"),
        row(emptied, stock="0"),
        row(wrong_price, price="a lot"),
        row(wrong_ean, ean="2000000000001"),
        row(dearer, reference=new, ean=unused_ean(dearer), title="A new article"),
    )

    person.go("Imports")
    person.page.locator("#header-inner").get_by_role("link", name=person.t("Import a spreadsheet")).click()
    person.page.locator("[name=file]").set_input_files(file)
    person.page.locator("[name=connection]").select_option(label=NAME)
    person.save()
    shop.work()
    person.page.reload()
    person.page.locator("a[href*='show=rejected']").click()
    person.reads("a lot")
    person.reads("2000000000001")
    with person.page.expect_download() as download:
        person.follow("Download them with the reasons")
    refused = Path(download.value.path()).read_text("utf-8-sig")
    assert [offer.product.reference in refused for offer in offers] == [False, False, True, True]

    person.press_counted("Load the %(shown)s good row", "Load the %(shown)s good rows", 3, shown=3)
    person.sees("The good rows are being loaded.")
    shop.work()
    person.page.reload()
    expect(
        person.page.get_by_role("link", name=person.t("What this import changed, and undo"))
    ).to_be_visible()

    assert at_bol(shop, dearer)["pricing"]["bundlePrices"][0]["unitPrice"] == dearer.price + 1
    assert at_bol(shop, emptied)["stock"]["amount"] == 0
    assert at_bol(shop, wrong_price)["pricing"]["bundlePrices"][0]["unitPrice"] == wrong_price.price
    assert new in {offer["reference"] for offer in shop.bol.offers(CLIENT_ID)}


def at_bol(shop: Shop, offer: Offer) -> dict[str, Any]:
    """An offer as bol has it."""
    return next(found for found in shop.bol.offers(CLIENT_ID) if found["offerId"] == offer.offer_id)


def row(offer: Offer, **cells: str) -> dict[str, str]:
    """The row of an offer as the export has it, with other cells."""
    return {
        "project": str(offer.project),
        "reference": offer.product.reference,
        "ean": offer.product.ean,
        "title": offer.product.title,
        "condition": offer.condition,
        "price": f"{offer.price}",
        "stock": f"{offer.stock}",
        "on_hold": "no",
        "fulfilment_method": offer.fulfilment_method,
        "delivery_code": offer.delivery_code,
    } | cells


def write(file: Path, *rows: dict[str, str]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, HEADER)
        writer.writeheader()
        writer.writerows(rows)


def unused_ean(offer: Offer) -> str:
    """An EAN like that of an offer, which nothing in the shop has."""
    digits = f"2001{offer.product.ean[4:12]}"
    return digits + check_digit(digits)
