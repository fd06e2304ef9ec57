"""bol refuses an account: the alert on every page leads to what has to be put right."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from connections import flows
from connections.models import Alert, Connection
from connections.monitoring.watching import watch
from tests.journeys.person import Person
from tests.journeys.shop import Shop, connect

pytestmark = pytest.mark.long


def test_an_alert_is_answered(shop: Shop, person: Person):
    name = shop.new_name()
    shop.bol.add_retailer(name, "the-right-secret")
    shop.do(be_refused, name, shop.bol_url)
    shop.do(watch)

    person.page.reload()
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
    shop.do(watch_later)
    person.go("Alerts")
    person.choose_filter("Over")
    expect(person.rows().filter(has_text=name)).to_be_visible()
    person.go("Connections")
    expect(person.rows().filter(has_text=name)).to_contain_text(person.t("Active"))


def be_refused(name: str, bol_url: str) -> None:
    """bol refused this account a while ago, because somebody made a new secret there."""
    connection = connect(name, name, bol_url, client_secret="an-old-secret")
    flows.attempt(connection, "orders")
    before = timezone.now() - timedelta(minutes=10)
    Connection.objects.filter(pk=connection.pk).update(status_changed_at=before)


def watch_later() -> None:
    """Look again when it has been quiet for a while."""
    Alert.objects.update(last_seen_at=timezone.now() - timedelta(hours=1))
    watch()
