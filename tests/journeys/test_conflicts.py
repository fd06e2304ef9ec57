"""Two products claim one EAN: a person looks at both and chooses who has it."""

from __future__ import annotations

import pytest

from tests.journeys.happenings import claim_its_ean
from tests.journeys.person import Person
from tests.journeys.shop import CLIENT_ID, Shop

pytestmark = pytest.mark.long


def test_an_ean_conflict_is_resolved(shop: Shop, person: Person):
    [first] = shop.some_offers(1)
    rival = shop.do(claim_its_ean, first)

    person.go("Today")
    person.open_task("EAN conflicts")
    person.page.get_by_role("link", name=first.product.ean).click()
    person.sees(
        "These offers claim the same EAN, and bol keeps only one offer for it. Nothing is sent about any of them "
        "until you choose the owner; what bol has stays there as it is."
    )
    person.page.get_by_role("radio", name=rival.in_project).check()
    person.fill(reason="The new packaging replaces the old one")
    person.press("Decide")
    person.sees("Decided: what differs from bol's is sent for the owner only.")
    person.reads("The new packaging replaces the old one")

    shop.work()
    at_bol = [offer for offer in shop.bol.offers(CLIENT_ID) if offer["ean"] == first.product.ean]
    assert [(offer["reference"], offer["pricing"]["bundlePrices"][0]["unitPrice"]) for offer in at_bol] == [
        (rival.product.reference, rival.price)
    ]
    person.go("EAN conflicts")
    person.search(first.product.ean)
    person.sees("Decided")
