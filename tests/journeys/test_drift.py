"""Somebody changed offers in bol's own screens: the comparison finds it, and a person decides."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.person import Person
from tests.journeys.shop import NAME, Shop
from tests.journeys.test_importing import at_bol

pytestmark = pytest.mark.long


def test_drift_is_repaired(shop: Shop, person: Person):
    ours, theirs = shop.some_offers(2)
    shop.bol.change_offer(ours.offer_id, {"price": ours.price + 5})
    shop.bol.change_offer(theirs.offer_id, {"price": theirs.price + 7})

    person.go("Differences with bol")
    person.open_dialog("Compare with bol now")
    person.page.locator("#dialog [name=connection]").select_option(label=NAME)
    person.answer("Compare")
    person.sees("The comparison runs in the background; what it finds appears here.")
    shop.work()

    person.search(ours.product.ean)
    person.reads(f"{ours.price + 5}")
    person.tick_all()
    person.run("Send ours")
    person.press("Send ours")
    shop.work()
    assert at_bol(shop, ours)["pricing"]["bundlePrices"][0]["unitPrice"] == ours.price

    person.search(theirs.product.ean)
    person.tick_all()
    person.run("Take bol's")
    person.press("Take bol's")
    expect(person.rows().get_by_text(person.t("bol's was taken over"))).to_be_visible()
    person.go("Offers")
    person.search(theirs.product.ean)
    person.reads(f"{theirs.price + 7}")
