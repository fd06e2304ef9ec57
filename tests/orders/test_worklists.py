"""Each work list holds just the orders that need that very thing; the page, the front page and the commands agree."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from connections import bol
from connections.clients import client_for
from connections.models import Connection
from orders.days import day_of
from orders.models import Order, OrderItem, Shipment
from orders.packing import Parcel
from orders.services import mark_shipped
from orders.standing import update_standing
from orders.worklists import WORK_LISTS
from tests.conftest import CLIENT_ID
from tests.orders.conftest import EANS, mark

pytestmark = pytest.mark.django_db(transaction=True)

LONG_AGO = timedelta(hours=2)


def lists_of(order: Order) -> set[str]:
    """The work lists that an order is in."""
    return {name for name, listed in WORK_LISTS.items() if listed.orders().filter(pk=order.pk).exists()}


def deliver(order: Order, on: date, *, expires_on: date | None = None) -> None:
    """Let the customer wait for the whole order on another day."""
    order.items.update(latest_delivery_date=on, expiry_date=expires_on or on + timedelta(days=3))
    update_standing([order.pk])


def age(order: Order, by: timedelta = LONG_AGO) -> None:
    """Let what was noted about an order, and its parcels, be older."""
    for name in ("only_here_since", "only_at_bol_since", "unconfirmed_since"):
        moment = getattr(Order.objects.get(pk=order.pk), name)
        if moment:
            Order.objects.filter(pk=order.pk).update(**{name: moment - by})


@pytest.fixture
def today(settings) -> date:
    """A day on which parcels leave, as every day is."""
    settings.SHIPPING_DAYS = frozenset(range(1, 8))
    return day_of(timezone.now())


def test_an_order_for_tomorrow_is_to_ship_today(today, bought):
    order = bought()
    deliver(order, today + timedelta(days=1))

    assert lists_of(order) == {"to-ship", "today"}


def test_an_order_for_later_is_to_ship(today, bought):
    order = bought()
    deliver(order, today + timedelta(days=3))

    assert lists_of(order) == {"to-ship"}


def test_an_order_that_should_have_left_is_late(today, bought):
    order = bought()
    Order.objects.update(placed_at=timezone.now() - timedelta(days=2))
    deliver(order, today)

    assert lists_of(order) == {"to-ship", "late"}


def test_the_most_pressing_item_decides(today, bought):
    order = bought(1, 1)
    _first, second = order.items.all()
    deliver(order, today + timedelta(days=5))
    OrderItem.objects.filter(pk=second.pk).update(exact_delivery_date=today + timedelta(days=1))
    update_standing([order.pk])
    assert "today" in lists_of(order)

    mark(order, quantities={second.pk: 1})

    assert lists_of(order) == {"to-ship"}


def test_what_bol_cancels_soon_is_expiring_also_when_it_left_here(today, bought, settings):
    order = bought()
    deliver(order, today - timedelta(days=1), expires_on=today + timedelta(days=1))
    assert "expiring" in lists_of(order)

    mark(order)

    assert lists_of(order) == {"expiring"}
    settings.EXPIRY_WARNING = timedelta(minutes=-1)
    assert lists_of(order) == set()


def test_the_number_of_hours_can_be_given(today, bought):
    order = bought()
    deliver(order, today, expires_on=today + timedelta(days=3))

    assert not Order.objects.expiring(timedelta(hours=47)).exists()
    assert Order.objects.expiring(timedelta(hours=72)).get() == order


def test_a_wish_to_cancel_waits_for_an_answer_until_it_left(shop, bought, fetch, sandbox):
    order = bought()
    sandbox.request_cancellation(order.order_id)
    fetch(shop)
    assert "asking-to-cancel" in lists_of(order)

    mark_shipped([Parcel(order.pk, "TNT", "3SABC123", despite_request=True)])

    assert "asking-to-cancel" not in lists_of(order)


def test_a_parcel_without_an_answer_for_an_hour_is_unconfirmed(shop, bought, fetch, relay, sandbox):
    order = bought()
    sandbox.add_fault(
        {"kind": "process", "event_type": "CREATE_SHIPMENT", "outcome": "PENDING", "effect": False}
    )
    mark(order)
    relay(shop, rounds=2)
    fetch(shop)
    assert "unconfirmed" not in lists_of(order)

    Shipment.objects.update(shipped_at=timezone.now() - LONG_AGO)
    update_standing([order.pk])

    assert "unconfirmed" in lists_of(order)


def test_a_refused_parcel_is_unconfirmed_until_another_takes_its_place(shop, bought, relay, fetch, sandbox):
    order = bought(2)
    sandbox.add_fault({"kind": "process", "event_type": "CREATE_SHIPMENT", "message": "Not today."})
    mark(order, quantities={order.items.get().pk: 1})
    relay(shop)
    fetch(shop)
    Shipment.objects.update(shipped_at=timezone.now() - LONG_AGO)
    update_standing([order.pk])
    assert "unconfirmed" in lists_of(order)

    mark(order)
    relay(shop)
    fetch(shop)

    assert lists_of(order) == set()


def test_what_bol_confirmed_and_still_waits_for_is_told_after_an_hour(shop, bought, relay, fetch, sandbox):
    order = bought()
    sandbox.add_fault(
        {"kind": "process", "event_type": "CREATE_SHIPMENT", "outcome": "SUCCESS", "effect": False}
    )
    mark(order)
    relay(shop)
    fetch(shop)
    assert Shipment.objects.get().state == Shipment.State.CONFIRMED
    assert "only-here" not in lists_of(order)

    age(order)

    assert "only-here" in lists_of(order)
    fetch(shop)
    assert "only-here" in lists_of(order)


def ship_elsewhere(shop: Connection, order: Order) -> None:
    """Somebody tells bol of a parcel in bol's own screens."""
    with client_for(shop) as client:
        for item in order.items.all():
            client.shipments.create([bol.ShipmentItem(item.order_item_id, item.quantity)])


def test_what_was_shipped_elsewhere_is_told(shop, bought, fetch):
    Connection.objects.update(created_at=timezone.now() - LONG_AGO)
    order = bought()
    ship_elsewhere(shop, order)

    fetch(shop)

    assert lists_of(order) == {"only-at-bol"}
    age(order, timedelta(days=31))
    assert lists_of(order) == set()


def test_what_left_before_the_connection_was_ours_is_no_news(shop, buy, fetch):
    Connection.objects.update(created_at=timezone.now() + timedelta(minutes=1))
    buy()
    fetch(shop)
    ship_elsewhere(shop, Order.objects.get())

    fetch(shop)

    assert lists_of(Order.objects.get()) == set()


def test_while_a_connection_only_reads_others_ship(shop, bought, fetch):
    Connection.objects.update(is_live=False)
    order = bought()
    ship_elsewhere(shop, order)

    fetch(shop)

    assert lists_of(order) == set()


def test_an_order_that_left_and_was_confirmed_is_in_no_list(shop, bought, relay, fetch):
    order = bought(2, 1)
    mark(order)
    relay(shop)
    fetch(shop)

    assert lists_of(order) == set()


def test_what_bol_ships_is_in_no_list(shop, fetch, sandbox):
    sandbox.add_offer(
        CLIENT_ID, {"ean": "8710000000048", "price": 10, "stock": 5, "fulfilment": {"method": "FBB"}}
    )
    sandbox.place_orders(retailer=CLIENT_ID, items=[{"ean": "8710000000048"}], force=True)
    fetch(shop)

    assert lists_of(Order.objects.get()) == set()


def test_of_a_mixed_order_only_our_own_items_are_to_ship(shop, fetch, relay, sandbox):
    sandbox.add_offer(
        CLIENT_ID, {"ean": "8710000000048", "price": 10, "stock": 5, "fulfilment": {"method": "FBB"}}
    )
    items = [{"ean": EANS[0]}, {"ean": "8710000000048"}]
    sandbox.place_orders(retailer=CLIENT_ID, items=items, force=True)
    fetch(shop)
    order = Order.objects.get()
    assert "to-ship" in lists_of(order)

    mark(order)
    relay(shop)
    fetch(shop)

    assert lists_of(order) == set()
    order.refresh_from_db()
    assert order.status == Order.Status.SHIPPED
