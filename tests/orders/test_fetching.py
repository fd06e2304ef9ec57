"""Orders at bol arrive here: all of them, once, and no worse than they were."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from connections import bol
from connections.clients import client_for
from connections.models import Flow
from orders import fetching, noting
from orders.models import Listing, Order, OrderItem, OrderToFetch

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _never_fetched(shop) -> None:
    Flow.objects.filter(connection=shop, kind="orders").delete()


def requests_for(sandbox, path: str) -> int:
    return sum(request["path"].startswith(path) for request in sandbox.requests())


def test_an_order_is_fetched_with_all_it_holds(shop, buy, fetch, sandbox):
    order_id = buy(2, 1)

    fetch(shop)

    order = Order.objects.get(order_id=order_id)
    at_bol = sandbox.orders()[0]
    assert order.shipping_details == at_bol["shipmentDetails"]
    assert order.shipping_postcode == at_bol["shipmentDetails"]["zipCode"]
    assert order.status == Order.Status.OPEN
    assert [(item.quantity, str(item.unit_price)) for item in order.items.all()] == [
        (2, "12.50"),
        (1, "12.50"),
    ]
    assert str(order.deliver_by) == at_bol["orderItems"][0]["fulfilment"]["latestDeliveryDate"]


def test_an_order_that_did_not_change_is_not_read_again(shop, buy, fetch, sandbox):
    buy()
    fetch(shop)
    before = Order.objects.values().get()

    counts = fetch(shop)

    assert requests_for(sandbox, "/retailer/orders/") == 1
    assert counts == {"listed": 1}
    assert Order.objects.values().get() == before


def test_a_change_at_bol_arrives(shop, buy, fetch):
    buy(1, 1)
    fetch(shop)
    item = OrderItem.objects.earliest("id")
    with client_for(shop) as client:
        client.orders.cancel(item.order_item_id, "REQUESTED_BY_CUSTOMER")

    fetch(shop)

    item.refresh_from_db()
    assert item.quantity_cancelled == 1
    assert item.order.status == Order.Status.OPEN


def test_a_cancellation_of_everything_ends_the_order(bought, shop, fetch):
    order = bought()
    with client_for(shop) as client:
        client.orders.cancel(order.items.get().order_item_id, "OUT_OF_STOCK")

    fetch(shop)

    order.refresh_from_db()
    assert order.status == Order.Status.CANCELLED
    assert order.deliver_by is None


def test_a_customers_request_to_cancel_arrives(bought, shop, fetch, sandbox):
    order = bought()
    sandbox.request_cancellation(order.order_id)

    fetch(shop)

    assert order.items.get().cancellation_requested


def test_more_than_a_page_arrives_once_each(shop, buy, fetch):
    wanted = {buy() for _ in range(120)}

    fetch(shop)

    assert {order.order_id for order in Order.objects.all()} == wanted
    assert not Listing.objects.filter(minutes=None).exists()


def test_orders_placed_while_the_pages_are_read_are_not_missed(shop, buy, fetch, monkeypatch):
    wanted = {buy() for _ in range(60)}
    note = noting.note

    def note_while_customers_buy(connection, order_ids):
        if len(wanted) < 70:
            wanted.update(buy() for _ in range(10))
        return note(connection, order_ids)

    monkeypatch.setattr(noting, "note", note_while_customers_buy)
    fetch(shop)

    assert {order.order_id for order in Order.objects.all()} == wanted


def test_a_long_list_is_gone_on_with_where_a_run_left_it(shop, buy, fetch, monkeypatch):
    wanted = {buy() for _ in range(120)}
    monkeypatch.setattr(fetching, "LIST_SECONDS", 0)

    fetch(shop)

    assert {order.order_id for order in Order.objects.all()} == wanted


def test_a_window_that_was_left_too_long_ago_is_read_anew(shop, buy, fetch):
    long_ago = timezone.now() - timedelta(minutes=10)
    Listing.objects.create(connection=shop, minutes=6, page=9, seen_up_to=long_ago, started_at=long_ago)
    Flow.objects.create(connection=shop, kind="orders", cursor=long_ago)
    order_id = buy()

    fetch(shop)

    assert Order.objects.get().order_id == order_id


def test_a_list_that_breaks_off_loses_nothing(shop, buy, fetch, sandbox):
    wanted = {buy() for _ in range(60)}
    sandbox.add_fault(
        {"kind": "status", "method": "GET", "path": "/retailer/orders", "status": 500, "skip": 1}
    )

    with pytest.raises(bol.Unavailable):
        fetch(shop)
    fetch(shop)

    assert {order.order_id for order in Order.objects.all()} == wanted


def test_an_outage_is_told_from_a_broken_order(shop, buy, fetch, sandbox):
    for _ in range(10):
        buy()
    sandbox.add_fault(
        {"kind": "status", "method": "GET", "path": "/retailer/orders/*", "status": 503, "times": 99}
    )

    with pytest.raises(fetching.TooManyFailures, match="5 orders, the last one Unavailable"):
        fetch(shop)
    assert Flow.objects.get(kind="orders").failures == 1
    sandbox.clear_faults()
    fetch(shop)

    assert Order.objects.count() == 10


def test_a_gap_of_days_is_read_day_by_day(shop, fetch, buy):
    Flow.objects.create(connection=shop, kind="orders", cursor=timezone.now() - timedelta(days=3))
    order_id = buy()

    fetch(shop)

    assert Order.objects.get().order_id == order_id
    assert Flow.objects.filter(kind="orders", cursor__gt=timezone.now() - timedelta(minutes=1)).exists()


def test_orders_of_days_ago_are_found_after_an_outage(shop, fetch, buy, sandbox):
    fetch(shop)
    outage = timedelta(hours=50)
    sandbox.state.clock.offset = -outage
    order_id = buy(force=True)
    sandbox.state.clock.offset = timedelta(0)
    Flow.objects.filter(kind="orders").update(cursor=timezone.now() - outage - timedelta(hours=2))

    fetch(shop)

    assert Order.objects.get().order_id == order_id


def test_one_order_that_cannot_be_read_does_not_stop_the_others(shop, buy, fetch, sandbox):
    broken, *fine = [buy() for _ in range(3)]
    sandbox.add_fault(
        {"kind": "status", "method": "GET", "path": f"/retailer/orders/{broken}", "status": 500}
    )

    counts = fetch(shop)

    assert counts["failed"] == 1
    assert set(Order.objects.values_list("order_id", flat=True)) == set(fine)
    assert OrderToFetch.objects.get().order_id == broken

    fetch(shop)

    assert Order.objects.filter(order_id=broken).exists()
    assert not OrderToFetch.objects.exists()


def test_an_order_of_bols_own_is_kept_and_not_to_ship(shop, fetch, sandbox):
    sandbox.add_offer(
        "test-shop", {"ean": "8710000000048", "price": 10, "stock": 5, "fulfilment": {"method": "FBB"}}
    )
    sandbox.place_orders(retailer="test-shop", items=[{"ean": "8710000000048"}], force=True)

    fetch(shop)

    order = Order.objects.get()
    assert order.fulfilment_method == "FBB"
    assert not Order.objects.to_ship().exists()


def test_an_answer_is_kept_as_it_came(shop, bought):
    order = bought()

    assert json.dumps(order.raw)
    assert order.raw["orderItems"][0]["unitPrice"] in ("12.5", "12.50")
