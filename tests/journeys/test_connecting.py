"""An account at bol is connected: typed in, looked at while it is read only, and switched on."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.person import Person
from tests.journeys.shop import Shop

pytestmark = pytest.mark.long

EAN = "8710000000017"


def test_an_account_is_connected_looked_at_and_switched_on(shop: Shop, person: Person):
    name = account = shop.new_name()
    shop.bol.add_offer(account, {"ean": EAN, "price": 12.5, "stock": 9, "unknownProductTitle": "Olive Oil"})
    [order] = shop.bol.place_orders(retailer=account)

    person.go("Connections")
    person.add()
    person.fill(name=name, client_id=account, new_secret="a-secret-of-some-length")
    person.page.get_by_text(person.t("Address"), exact=True).click()
    person.fill(api_url=shop.bol_url, login_url=shop.bol_url)
    person.save()
    person.page.get_by_role("link", name=name).first.click()
    person.sees("read only")

    shop.look("orders", name)
    person.go("Orders")
    person.search(order)
    person.reads(order)

    person.go("Connections")
    person.page.get_by_role("link", name=name).first.click()
    person.open_dialog("Go live")
    person.answer("Go live")
    person.sees("The connection is live: changes are sent to bol.")
    expect(person.page.get_by_text(person.t("sends to bol"), exact=True)).to_be_visible()
