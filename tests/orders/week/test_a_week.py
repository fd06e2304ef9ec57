"""A week of a busy shop, hour by hour: every order is here, everything is shipped once, and the lists are right."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.utils import timezone

from connections import confirming
from orders.models import Order, OrderItem, ReturnItem, Shipment, ShipmentItem, ShippingLabel
from tests.conftest import CLIENT_ID
from tests.orders.week.shop import BY_BOL, Customers, Staff, open_at_bol

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

# WHOLE_WEEK=1 takes all of the week; without it the first two days have to do, which take a tenth of the time.
ORDERS, HOURS = (2000, 7 * 24) if os.environ.get("WHOLE_WEEK") else (300, 2 * 24)
WORKING_HOURS = range(8, 18)


@pytest.fixture
def monday(sandbox, monkeypatch) -> datetime:
    """Both clocks, bol's and ours, at eight o'clock of a Monday; they go on together."""
    clock = sandbox.state.clock
    now = timezone.localtime()
    monday = (now + timedelta(days=7 - now.weekday())).replace(hour=8, minute=0, second=0)
    clock.advance(monday - now)
    monkeypatch.setattr(timezone, "now", lambda: datetime.now(UTC) + clock.offset)
    monkeypatch.setattr(confirming, "PAUSE_SECONDS", 0)
    return monday


def test_a_week_of_orders(shop, sandbox, relay, monday, effects):
    random = Random(7)
    customers, staff = Customers(sandbox, random), Staff(shop, random, relay)
    customers.fill_the_shop()
    left = ORDERS

    for hour in range(HOURS):
        bought = min(left, _orders_of(hour, left))
        customers.buy(bought)
        left -= bought
        customers.change_their_minds()
        staff.look()
        _check_the_lists(sandbox)
        _work_for_an_hour(hour, monday, customers, staff)
        sandbox.advance(timedelta(hours=1))
    _finish(sandbox, staff)

    _check_every_order(sandbox)
    _check_every_parcel(sandbox, effects)
    _check_labels_and_returns(sandbox, effects)


def _orders_of(hour: int, left: int) -> int:
    """Return how many customers buy in this hour: the same each hour, and what is left in the last."""
    return left if hour == HOURS - 1 else ORDERS // HOURS


def _work_for_an_hour(hour: int, monday: datetime, customers: Customers, staff: Staff) -> None:
    if (monday + timedelta(hours=hour)).hour not in WORKING_HOURS:
        return
    staff.answer_cancellations()
    # Customers change their minds while the parcels are on their way to the door.
    customers.change_their_minds()
    staff.ship()
    if hour % 3 == 0:
        staff.ship_via_bol()
        customers.send_back()
        staff.handle_returns()
    if hour % 24 == 5:
        staff.cancel_what_is_not_there()
    staff.look()


def _finish(sandbox, staff: Staff) -> None:
    """Let the last parcels leave."""
    for _day in range(10):
        staff.look()
        if not Order.objects.to_ship().exists():
            break
        staff.answer_cancellations()
        staff.ship()
        staff.ship_via_bol()
        sandbox.advance(timedelta(minutes=30))
    staff.handle_returns()
    staff.look()


def _check_the_lists(sandbox) -> None:
    """Compare the work lists with what bol has at this moment: everything was told and read just now."""
    truth = {order["orderId"]: order for order in sandbox.orders(CLIENT_ID)}
    ours = {
        order_id: [item for item in order["orderItems"] if _is_ours(item)]
        for order_id, order in truth.items()
    }
    still_open = {order_id for order_id, items in ours.items() if any(map(open_at_bol, items))}
    asked = {
        order_id
        for order_id, items in ours.items()
        if any(open_at_bol(item) and item["cancellationRequest"] for item in items)
    }
    today = timezone.localdate()

    assert _ids(Order.objects.to_ship()) == still_open
    assert _ids(Order.objects.asking_to_cancel()) == asked
    assert _ids(Order.objects.late()) | _ids(Order.objects.due_today()) <= still_open
    assert _ids(Order.objects.late()) == _ids(Order.objects.filter(ship_by__lt=today))
    assert _ids(Order.objects.expiring()) == _expiring(ours)
    assert not Order.objects.unconfirmed().exists()
    assert not Order.objects.shipped_only_here().exists()
    assert not Order.objects.shipped_only_at_bol().exists()
    assert set(truth) == _ids(Order.objects.all())


def _expiring(ours: dict) -> set[str]:
    """Return the orders of which bol cancels something within the time for which one is warned."""
    last = (timezone.localtime() + timedelta(hours=24)).date().isoformat()
    return {
        order_id
        for order_id, items in ours.items()
        if any(open_at_bol(item) and item["fulfilment"]["expiryDate"] <= last for item in items)
    }


def _is_ours(item: dict) -> bool:
    return item["fulfilment"]["method"] == "FBR"


def _ids(orders) -> set[str]:
    return set(orders.values_list("order_id", flat=True))


def _check_every_order(sandbox) -> None:
    """Every order is here, with the very numbers that bol has."""
    at_bol = {
        item["orderItemId"]: (item["quantity"], item["quantityShipped"], item["quantityCancelled"])
        for order in sandbox.orders(CLIENT_ID)
        for item in order["orderItems"]
    }
    here = {
        item.order_item_id: (item.quantity, item.quantity_shipped, item.quantity_cancelled)
        for item in OrderItem.objects.all()
    }
    assert Order.objects.count() == ORDERS
    assert here == at_bol
    assert not any(map(open_at_bol, _own_items(sandbox)))
    assert Order.objects.filter(is_business=True).exists()
    assert Order.objects.filter(is_pickup_point=True).exists()


def _own_items(sandbox) -> list[dict]:
    return [item for order in sandbox.orders(CLIENT_ID) for item in order["orderItems"] if _is_ours(item)]


def _check_every_parcel(sandbox, effects) -> None:
    """What is in our confirmed parcels was shipped at bol exactly once, and nothing of it was cancelled."""
    ours = [effect for effect in effects("ITEM_SHIPPED") if effect["ean"] not in BY_BOL]
    at_bol = Counter({(effect["reference"], effect["item"]): 0 for effect in ours})
    for effect in ours:
        at_bol[effect["reference"], effect["item"]] += effect["quantity"]
    confirmed = ShipmentItem.objects.filter(shipment__state="confirmed")
    here = {
        (reference, item): quantity
        for reference, item, quantity in confirmed.values_list(
            "shipment__reference", "item__order_item_id", "quantity"
        )
    }
    assert dict(at_bol) == here
    assert len(ours) == len(here)  # none of them twice
    assert all(
        item["quantityShipped"] + item["quantityCancelled"] <= item["quantity"]
        for item in _own_items(sandbox)
    )
    assert not Shipment.objects.filter(state__in=["waiting", "unknown", "sent"]).exists()


def _check_labels_and_returns(sandbox, effects) -> None:
    sold = effects("LABEL_BOUGHT")
    assert len(sold) == ShippingLabel.objects.filter(state="ready").count() > 0
    handled = [effect["subject"] for effect in effects("RETURN_HANDLED")]
    assert handled
    assert len(handled) == len(set(handled))
    assert set(handled) == set(ReturnItem.objects.filter(is_handled=True).values_list("rma_id", flat=True))
