"""Few orders are read at bol once more while a person looks: what was cancelled is said at once, and trouble is no excuse."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from connections.clients import client_for
from connections.models import Connection, RequestLogEntry
from orders import refreshing
from orders.models import Order, Shipment
from orders.refreshing import refresh
from tests.orders.marking.conftest import MARK, confirm, hidden, typed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stale(bought):
    """Orders that were read two minutes ago."""

    def make(count: int = 1) -> list[Order]:
        orders = [bought(1, 1) for _ in range(count)]
        Order.objects.update(read_at=timezone.now() - timedelta(minutes=2))
        return orders

    return make


def reads(sandbox) -> int:
    return sum(request["path"].startswith("/retailer/orders/") for request in sandbox.requests())


def cancel_at_bol(shop: Connection, order: Order, number: int) -> None:
    with client_for(shop) as client:
        client.orders.cancel(order.items.all()[number].order_item_id, "OTHER")


def test_what_was_cancelled_meanwhile_is_told_in_red_before_anything_is_recorded(
    browser, shop, stale, shipped
):
    [order] = stale()
    cancel_at_bol(shop, order, 0)

    page = browser.post(MARK, typed([order], ["3SABCD12345"])).content.decode()

    assert "1 order was read at bol just now." in page
    told = page[: page.index("was cancelled. Do not send it")]
    assert told.rindex("text-red-700") > told.rindex("<p")
    assert "Pieces in it: 1." in page
    assert not Shipment.objects.exists()


def test_an_order_that_was_cancelled_as_a_whole_is_not_recorded(browser, shop, stale):
    [order] = stale()
    for number in (0, 1):
        cancel_at_bol(shop, order, number)

    page = browser.post(MARK, typed([order], ["3SABCD12345"])).content.decode()

    assert "was cancelled: do not send it" in page
    assert 'value="confirm"' not in page


def test_a_cancellation_between_looking_and_confirming_stops_it(browser, shop, stale):
    [order] = stale()
    page = browser.post(MARK, typed([order], ["3SABCD12345"])).content.decode()
    cancel_at_bol(shop, order, 0)
    Order.objects.update(read_at=timezone.now() - timedelta(minutes=2))

    page = browser.post(MARK, hidden(page) | {"step": "confirm"}).content.decode()

    assert "this is not what you saw any more" in page
    assert not Shipment.objects.exists()


def test_what_was_read_a_moment_ago_is_not_read_again(browser, bought, sandbox):
    order = bought()
    before = reads(sandbox)

    confirm(browser, typed([order], ["3SABCD12345"]))

    assert reads(sandbox) == before


def test_many_orders_are_not_waited_for(browser, stale, sandbox, monkeypatch):
    monkeypatch.setattr("orders.admin.marking.recording.FEW", 1)
    orders = stale(2)
    before = reads(sandbox)

    page = browser.post(MARK, typed(orders, ["3SABCD12345", "3SABCD12346"])).content.decode()

    assert reads(sandbox) == before
    assert "Each order is read at bol once more before bol is told." in page


@pytest.mark.parametrize("kind", ["reset", "html", "timeout"])
def test_where_bol_does_not_answer_the_parcel_is_recorded_and_that_is_said(
    browser, stale, sandbox, monkeypatch, kind
):
    monkeypatch.setattr(refreshing, "PATIENCE", timedelta(seconds=1))
    [order] = stale()
    sandbox.add_fault({"kind": kind, "method": "GET", "path": "/retailer/orders/*", "times": 2, "delay_s": 3})

    page = confirm(browser, typed([order], ["3SABCD12345"]), follow=True).content.decode()

    assert Shipment.objects.get().order == order
    assert "could not be asked about" in page
    assert "It is recorded all the same" in page


def test_a_paused_connection_is_not_used_and_the_parcel_recorded(browser, shop, stale, sandbox, staff):
    [order] = stale()
    shop.pause("holiday", staff)
    before = len(sandbox.requests())

    page = confirm(browser, typed([order], ["3SABCD12345"]), follow=True).content.decode()

    assert Shipment.objects.exists()
    assert "has no access to bol at the moment" in page
    assert len(sandbox.requests()) == before


def test_every_request_is_in_the_log_and_the_answer_is_stored(shop, stale, sandbox):
    orders = stale(3)
    before = RequestLogEntry.objects.count()

    refreshed = refresh([order.pk for order in orders])

    assert len(refreshed.read) == 3
    assert RequestLogEntry.objects.count() == before + 3
    moment = timezone.now() - timedelta(minutes=1)
    assert Order.objects.filter(read_at__gt=moment).count() == 3


def test_one_order_that_cannot_be_read_holds_up_no_other(shop, stale, sandbox):
    orders = stale(3)
    sandbox.add_fault({"kind": "status", "method": "GET", "path": f"*/{orders[1].order_id}"})

    refreshed = refresh([order.pk for order in orders])

    assert (len(refreshed.read), refreshed.unread) == (2, [orders[1]])
    assert refreshed.reason
