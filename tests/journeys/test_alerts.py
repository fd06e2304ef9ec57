"""bol refuses an account: the alert on every page leads to what has to be put right."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.happenings import be_refused, look_around, look_around_later
from tests.journeys.person import Person
from tests.journeys.shop import Shop

pytestmark = pytest.mark.long


def test_an_alert_is_answered(shop: Shop, person: Person):
    name = be_refused(shop, "the-right-secret")
    shop.do(look_around)

    person.reload()
    person.page.locator("#header-inner a[href$='/connections/alert/']").click()
    row = person.rows().filter(has_text=name)
    row.get_by_role("checkbox").check()
    person.run("Acknowledge: I know of it")
    expect(row).to_contain_text(person.t("known to %(name)s", name="sanne"))
    row.get_by_role("link", name=person.t("Show")).click()
    expect(person.page.get_by_text(person.t("Suspended"), exact=True)).to_be_visible()
    person.fill(new_secret="the-right-secret")
    person.save()

    shop.work()
    shop.do(look_around_later)
    person.go("Alerts")
    person.choose_filter("Over")
    expect(person.rows().filter(has_text=name)).to_be_visible()
    person.go("Connections")
    expect(person.rows().filter(has_text=name)).to_contain_text(person.t("Active"))
