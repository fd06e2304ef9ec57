"""The second look finds what the first one missed, fetches it, and lets a person know."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from connections import bol, flows
from connections.clients import client_for
from connections.models import Flow
from orders import sweeping
from orders.models import Listing, MissedOrder, Order, OrderToFetch
from tests.conftest import CLIENT_ID

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _never_fetched(shop) -> None:
    Flow.objects.filter(connection=shop, kind="orders").delete()


@pytest.fixture
def earlier(sandbox):
    """Let something happen at bol some time ago."""

    def happen(ago: timedelta, what) -> None:
        sandbox.state.clock.offset = -ago
        try:
            return what()
        finally:
            sandbox.state.clock.offset = timedelta(0)

    return happen


@pytest.fixture
def sweep(shop):
    """Run the second look to its end; its counts."""

    def run() -> dict[str, int]:
        return flows.run_until_complete(shop, sweeping.FLOW).counts

    return run


def test_an_order_that_was_missed_is_found_and_fetched(shop, buy, fetch, sweep, earlier):
    fetch(shop)
    order_id = earlier(3 * HOUR, lambda: buy(force=True))
    fetch(shop)
    assert not Order.objects.exists()

    counts = sweep()
    fetch(shop)

    assert counts["missed"] == 1
    assert Order.objects.get().order_id == order_id
    missed = MissedOrder.objects.get()
    assert (missed.order_id, missed.is_new) == (order_id, True)
    assert timezone.now() - missed.since > 2 * HOUR


def test_an_order_that_bol_ships_and_handled_between_two_looks_is_found(shop, fetch, sweep, sandbox, earlier):
    sandbox.add_offer(
        CLIENT_ID, {"ean": "8710000000048", "price": 10, "stock": 5, "fulfilment": {"method": "FBB"}}
    )
    fetch(shop)
    earlier(
        30 * HOUR,
        lambda: sandbox.place_orders(retailer=CLIENT_ID, items=[{"ean": "8710000000048"}], force=True),
    )

    sweep()
    fetch(shop)

    assert Order.objects.get().fulfilment_method == "FBB"


def test_a_change_that_was_missed_is_found_and_fetched(shop, bought, fetch, sweep, earlier):
    order = bought(2)
    Flow.objects.update(cursor=timezone.now() + HOUR)  # as if the change was long ago
    with client_for(shop) as client:
        client.orders.cancel(order.items.get().order_item_id, "OUT_OF_STOCK")

    assert sweep()["missed"] == 1

    Flow.objects.update(cursor=timezone.now() - HOUR * 2)
    fetch(shop)
    assert not MissedOrder.objects.get().is_new
    assert order.items.get().quantity_cancelled == 2


def test_what_is_here_is_not_missed(shop, bought, sweep):
    bought()

    counts = sweep()

    assert counts.get("missed", 0) == 0
    assert not MissedOrder.objects.exists()
    assert not OrderToFetch.objects.exists()


def test_what_may_still_come_in_by_itself_is_fetched_and_not_called_missed(shop, buy, fetch, sweep):
    fetch(shop)
    order_id = buy()

    sweep()

    assert not MissedOrder.objects.exists()
    assert OrderToFetch.objects.get().order_id == order_id


def test_an_order_that_cannot_be_read_is_not_missed(shop, buy, fetch, sweep, sandbox, earlier):
    order_id = earlier(HOUR / 2, lambda: buy(force=True))
    sandbox.add_fault(
        {"kind": "status", "method": "GET", "path": f"/retailer/orders/{order_id}", "status": 500, "times": 9}
    )
    fetch(shop)
    assert OrderToFetch.objects.get().failures == 1

    assert sweep().get("missed", 0) == 0


def test_before_the_first_look_there_is_nothing_to_miss(shop, buy, sweep, sandbox):
    buy()

    assert sweep() == {"matched": 0}
    assert not any(request["path"] == "/retailer/orders" for request in sandbox.requests())


def test_a_second_look_that_breaks_off_goes_on_where_it_was(shop, buy, fetch, sweep, sandbox, earlier):
    fetch(shop)
    wanted = {earlier(3 * HOUR, lambda: buy(force=True)) for _ in range(60)}
    sandbox.add_fault(
        {"kind": "status", "method": "GET", "path": "/retailer/orders", "status": 500, "skip": 1}
    )

    with pytest.raises(bol.Unavailable):
        sweep()
    assert Listing.objects.get(flow=sweeping.FLOW).page == 2
    sweep()
    fetch(shop)

    assert set(MissedOrder.objects.values_list("order_id", flat=True)) == wanted
    assert MissedOrder.objects.count() == 60
    assert set(Order.objects.values_list("order_id", flat=True)) == wanted
    assert not Listing.objects.filter(flow=sweeping.FLOW).exists()


def test_a_long_second_look_leaves_room_between(shop, buy, fetch, sweep, earlier, monkeypatch):
    fetch(shop)
    for _ in range(60):
        earlier(3 * HOUR, lambda: buy(force=True))
    monkeypatch.setattr(sweeping, "RUN_SECONDS", 0)

    assert sweep()["missed"] == 60


def test_both_lists_can_be_under_way(shop, fetch, sweep):
    Listing.objects.create(connection=shop, flow=sweeping.FLOW, page=3, seen_up_to=timezone.now())

    fetch(shop)

    assert Listing.objects.get().page == 3


def test_a_person_is_told_on_the_front_page(client, staff, shop):
    MissedOrder.objects.create(connection=shop, order_id="A77MISSED", is_new=True)
    OrderToFetch.objects.create(connection=shop, order_id="A88BROKEN", failures=3, last_error="Unreadable")
    client.force_login(staff)

    front = client.get("/admin/").content.decode()

    assert "Orders found by the second look only" in front
    assert "A77MISSED" in client.get("/admin/orders/missedorder/").content.decode()
    assert "A88BROKEN" in client.get("/admin/orders/ordertofetch/").content.decode()
