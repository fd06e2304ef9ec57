"""Offers are put on hold and released, and many prices are changed at once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from offers import pricing
from offers.models import Offer
from tests.journeys.person import Person
from tests.journeys.shop import CLIENT_ID, Shop

pytestmark = pytest.mark.long

DONE_TO = "%(title)s: %(count)d offer", "%(title)s: %(count)d offers"
WAS_DONE_TO = "%(title)s: %(count)d offer.", "%(title)s: %(count)d offers."


def test_offers_are_put_on_hold_and_released(shop: Shop, person: Person):
    title, offers = shop.some_title()
    person.go("Offers")
    person.search(title)
    person.tick_all()
    person.run("Put on hold")
    person.fill(reason="The supplier recalls them")
    person.press_counted(*DONE_TO, len(offers), title=person.t("Put on hold"))
    person.reads(person.tn(*WAS_DONE_TO, len(offers), title=person.t("Put on hold")))
    expect(person.page.get_by_text("The supplier recalls them")).to_have_count(len(offers))

    shop.work()
    assert changes_at_bol(shop, offers) == [{"onHoldByRetailer": True}] * len(offers)
    person.reload()
    expect(person.rows().get_by_text(person.t("On hold"), exact=True)).to_have_count(len(offers))

    person.tick_all()
    person.run("Release")
    person.press_counted(*DONE_TO, len(offers), title=person.t("Release"))
    shop.work()
    assert changes_at_bol(shop, offers)[len(offers) :] == [{"onHoldByRetailer": False}] * len(offers)
    person.reload()
    expect(person.rows().get_by_text(person.t("On sale"), exact=True)).to_have_count(len(offers))


def test_many_prices_are_changed_at_once_and_back(shop: Shop, person: Person):
    words, offers = shop.some_words()
    count = len(offers)
    person.go("Offers")
    person.search(words)
    person.tick_all_pages()
    person.run("Change the price")
    person.page.locator("[name=move]").select_option(pricing.Move.PERCENT)
    person.fill(amount="7,5")
    person.page.locator("[name=rounding]").select_option(pricing.Rounding.TO_99)
    person.press("Show what it comes to")
    wanted = [pricing.moved(offer.price, "percent", Decimal("7.5"), "99") for offer in offers]
    person.reads(f"{offers[0].price} → {wanted[0]}")
    person.press_counted(*DONE_TO, count, title=person.t("Change the price"))
    person.reads(person.tn(*WAS_DONE_TO, count, title=person.t("Change the price")))
    shop.work()
    # What nobody can buy waits with its new price until there is stock again.
    assert prices_at_bol(shop, offers) == [
        price if offer.stock else offer.price for offer, price in zip(offers, wanted, strict=True)
    ]

    person.follow("What changed, and undo")
    person.press("Undo…")
    person.press_counted("Undo %(shown)s change", "Undo %(shown)s changes", count, shown=count)
    shop.work()
    assert prices_at_bol(shop, offers) == [offer.price for offer in offers]
    person.reload()
    person.sees("Undone.")


def prices_at_bol(shop: Shop, offers: list[Offer]) -> list[Decimal]:
    """What these offers cost at bol."""
    prices = {
        offer["offerId"]: offer["pricing"]["bundlePrices"][0]["unitPrice"]
        for offer in shop.bol.offers(CLIENT_ID)
    }
    return [prices[offer.offer_id] for offer in offers]


def changes_at_bol(shop: Shop, offers: list[Offer]) -> list[dict[str, Any]]:
    """What was changed of these offers at bol, in order."""
    ours = {offer.offer_id for offer in offers}
    found = [entry for entry in shop.bol.ledger() if entry["effect"] == "OFFER_UPDATED"]
    return [entry["changed"] for entry in found if entry["subject"] in ours]
