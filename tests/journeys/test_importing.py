"""A spreadsheet with mistakes is imported: what is good goes to bol, what is not comes back with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from offers.models import Offer
from tests.journeys.happenings import write_with_errors
from tests.journeys.person import Person
from tests.journeys.shop import CLIENT_ID, NAME, Shop

pytestmark = pytest.mark.long


def test_a_file_with_errors_is_imported(shop: Shop, person: Person, tmp_path: Path):
    dearer, emptied, new, wrong_price, _wrong_ean = offers = shop.some_offers(5)
    file = write_with_errors(tmp_path / "prices.csv", offers)

    person.go("Imports")
    person.page.locator("#header-inner").get_by_role("link", name=person.t("Import a spreadsheet")).click()
    person.page.locator("[name=file]").set_input_files(file)
    person.page.locator("[name=connection]").select_option(label=NAME)
    person.save()
    shop.work()
    person.reload()
    person.page.locator("a[href*='show=rejected']").click()
    person.reads("a lot")
    person.reads("2000000000001")
    with person.page.expect_download() as download:
        person.follow("Download them with the reasons")
    refused = Path(download.value.path()).read_text("utf-8-sig")
    assert [offer.product.reference in refused for offer in offers] == [False, False, False, True, True]

    person.press_counted("Load the %(shown)s good row", "Load the %(shown)s good rows", 3, shown=3)
    person.sees("The good rows are being loaded.")
    shop.work()
    person.reload()
    expect(
        person.page.get_by_role("link", name=person.t("What this import changed, and undo"))
    ).to_be_visible()

    assert at_bol(shop, dearer)["pricing"]["bundlePrices"][0]["unitPrice"] == dearer.price + 1
    assert at_bol(shop, emptied)["stock"]["amount"] == 0
    assert at_bol(shop, wrong_price)["pricing"]["bundlePrices"][0]["unitPrice"] == wrong_price.price
    assert f"NEW-{new.product.reference}" in {offer["reference"] for offer in shop.bol.offers(CLIENT_ID)}


def at_bol(shop: Shop, offer: Offer) -> dict[str, Any]:
    """An offer as bol has it."""
    return next(found for found in shop.bol.offers(CLIENT_ID) if found["offerId"] == offer.offer_id)
