"""bol posts that customers ordered or want to cancel: the orders are read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from connections import delivering, flows, inbox
from connections.models import Connection, Flow, Notification
from orders.models import Listing, Order, OrderItem, OrderToFetch, Shipment, ShipmentState
from tests.orders.conftest import mark
from tests.receiving import until

pytestmark = pytest.mark.django_db(transaction=True)

LONG_AGO = "2020-01-01T00:00:00Z"


@pytest.fixture
def told_shop(shop: Connection, subscribe) -> Connection:
    """A shop to which bol posts what happens to orders."""
    subscribe(shop, "ORDER")
    return shop


def come_in(count: int) -> None:
    """Wait until bol posted so many."""
    until(lambda: Notification.objects.count() == count)


def work(shop: Connection) -> None:
    flows.run(shop, "notifications")


def test_an_order_that_bol_posts_is_read_with_everything(told_shop, buy):
    order_id = buy(2)
    come_in(1)

    work(told_shop)

    assert Flow.objects.get(kind="orders").rung_at is not None
    flows.run(told_shop, "orders")
    assert Order.objects.get(order_id=order_id).items.get().quantity == 2


def test_a_wish_to_cancel_has_the_known_order_read(told_shop, bought, sandbox):
    order = bought(1)
    come_in(1)
    work(told_shop)
    assert set(OrderToFetch.objects.values_list("order_id", flat=True)) == {order.order_id}

    flows.run(told_shop, "orders")
    sandbox.request_cancellation(order.order_id)
    come_in(2)
    work(told_shop)
    flows.run(told_shop, "orders")

    assert OrderItem.objects.get().cancellation_requested


def test_a_wish_that_names_the_item_is_found_in_the_list(told_shop, bought, sandbox):
    state = sandbox.sandbox.state
    assumed = replace(state.options.assumptions, a_cancellation_request_names_the_order=False)
    state.options = replace(state.options, assumptions=assumed)
    order = bought(1)
    sandbox.request_cancellation(order.order_id)
    come_in(2)

    work(told_shop)
    flows.run(told_shop, "orders")

    assert OrderItem.objects.get().cancellation_requested
    assert not OrderToFetch.objects.exists()


def test_an_id_that_is_no_order_asks_bol_for_nothing(shop, sandbox):
    Notification.objects.create(
        connection=shop,
        event_key="x",
        resource="ORDER",
        event_type="ORDER_CREATED",
        resource_id="6000000001",
        happened_at=timezone.now(),
    )

    work(shop)
    flows.run(shop, "orders")

    assert not OrderToFetch.objects.exists()
    assert not [one for one in sandbox.requests() if one["path"].startswith("/retailer/orders/")]


def test_the_gap_is_read_from_its_beginning(shop, fetch):
    fetch(shop)
    week_ago = timezone.now() - timedelta(days=7)
    Listing.objects.create(connection=shop, flow="orders", day=date(2026, 1, 1), seen_up_to=timezone.now())

    assert inbox.catch_up(shop, ["ORDER"], week_ago)

    assert Flow.objects.get(kind="orders").cursor == week_ago
    assert not Listing.objects.exists()
    inbox.catch_up(shop, ["ORDER"], timezone.now())
    assert Flow.objects.get(kind="orders").cursor == week_ago, "it never goes forward"


def test_a_run_that_is_at_work_is_not_turned_back(shop, fetch):
    fetch(shop)
    before = Flow.objects.get(kind="orders").cursor
    Flow.objects.filter(kind="orders").update(lease_until=timezone.now() + timedelta(minutes=1))

    assert not inbox.catch_up(shop, ["ORDER"], timezone.now() - timedelta(days=7))

    assert Flow.objects.get(kind="orders").cursor == before


def test_an_end_that_is_told_before_the_answer_is_taken_in_is_not_lost(
    shop, subscribe, bought, relay, sandbox, shipped, monkeypatch
):
    subscribe(shop, "PROCESS_STATUS")
    mark(bought())
    ends = Notification.objects.filter(resource="PROCESS_STATUS", event_type="SUCCESS")
    known = ends.count()
    early: set[int] = set()
    deliver = delivering.deliver

    def deliver_late(parcel, outcome):
        sandbox.advance(timedelta(seconds=1))
        until(lambda: ends.count() > known)
        early.update(ends.values_list("pk", flat=True))
        work(shop)
        return deliver(parcel, outcome)

    monkeypatch.setattr(delivering, "deliver", deliver_late)
    flows.run_until_complete(shop, "outbox")
    assert set(ends.filter(pk__in=early).values_list("state", flat=True)) == {Notification.State.DONE}
    assert Shipment.objects.get().state == ShipmentState.SENT

    relay(shop)

    assert Shipment.objects.get().state == ShipmentState.CONFIRMED
    assert len(shipped()) == 1
