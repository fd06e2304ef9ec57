"""A parcel that left is announced at bol exactly once, whatever happens on the way."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from connections import bol
from connections.clients import client_for
from connections.models import MessageState, OutboxMessage
from connections.services import send_again
from orders.models import Order, Shipment, ShipmentState
from tests.orders.conftest import mark

pytestmark = pytest.mark.django_db(transaction=True)


def states() -> list[str]:
    return list(Shipment.objects.order_by("id").values_list("state", flat=True))


def item_id(order: Order) -> str:
    return order.items.get().order_item_id


def test_a_parcel_is_announced_and_confirmed(shop, bought, fetch, relay, sandbox, staff):
    order = bought(2)
    mark(order)
    order.refresh_from_db()
    assert order.status == Order.Status.ANNOUNCING

    relay(shop)
    fetch(shop)

    effect = sandbox.ledger()[-1]
    assert (effect["effect"], effect["quantity"], effect["track_and_trace"]) == (
        "ITEM_SHIPPED",
        2,
        "3SABC123",
    )
    shipment = Shipment.objects.get()
    assert effect["reference"] == shipment.reference
    assert shipment.state == ShipmentState.CONFIRMED
    order.refresh_from_db()
    assert order.status == Order.Status.SHIPPED


def test_a_part_and_then_the_rest(shop, bought, fetch, relay, shipped):
    order = bought(3)
    item = order.items.get()

    mark(order, quantities={item.pk: 1})
    relay(shop)
    fetch(shop)
    order.refresh_from_db()
    assert order.status == Order.Status.PARTLY_SHIPPED
    mark(order)
    relay(shop)
    fetch(shop)

    assert shipped() == [(item.order_item_id, 1), (item.order_item_id, 2)]
    order.refresh_from_db()
    assert order.status == Order.Status.SHIPPED


def test_two_parts_that_wait_together_are_announced_as_two(shop, bought, relay, shipped):
    order = bought(3)
    item = order.items.get()
    mark(order, quantities={item.pk: 1})
    mark(order, quantities={item.pk: 2})

    relay(shop)

    assert sorted(shipped()) == [(item.order_item_id, 1), (item.order_item_id, 2)]
    assert states() == ["confirmed", "confirmed"]


def test_fifty_orders_are_announced_once_each(shop, buy, fetch, relay, sandbox, shipped):
    for _ in range(50):
        buy()
    fetch(shop)
    mark(*Order.objects.all())

    relay(shop)
    fetch(shop)

    assert len(shipped()) == len(set(shipped())) == 50
    assert set(Order.objects.values_list("status", flat=True)) == {Order.Status.SHIPPED}
    assert set(states()) == {"confirmed"}


def test_two_people_who_mark_the_same_order_ship_it_once(shop, bought, relay, shipped):
    order = bought()
    results = []

    def click() -> None:
        try:
            results.append(mark(order))
        finally:
            database.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    relay(shop)

    assert sorted(len(result.shipments) for result in results) == [0, 1]
    assert [refusal.reason for result in results for refusal in result.refusals] == [
        "Nothing of this order is open any more: everything was marked shipped before."
    ]
    assert shipped() == [(item_id(order), 1)]


def test_what_was_cancelled_meanwhile_is_not_announced(shop, bought, fetch, relay, shipped):
    order = bought()
    mark(order)
    with client_for(shop) as client:
        client.orders.cancel(item_id(order), "REQUESTED_BY_CUSTOMER")

    relay(shop)
    fetch(shop)

    assert shipped() == []
    shipment = Shipment.objects.get()
    assert shipment.state == ShipmentState.REFUSED
    assert "was cancelled before the parcel could be announced" in shipment.reason
    message = OutboxMessage.objects.get()
    assert message.state == MessageState.FAILED
    assert message.advice
    order.refresh_from_db()
    assert order.status == Order.Status.CANCELLED


def test_a_part_whose_answer_was_lost_is_not_repeated(shop, bought, relay, sandbox, shipped):
    order = bought(3)
    item = order.items.get()
    sandbox.add_fault({"kind": "reset", "method": "POST", "path": "/retailer/shipments", "when": "after"})
    mark(order, quantities={item.pk: 1})

    relay(shop)

    assert shipped() == [(item.order_item_id, 1)]
    assert states() == ["confirmed"]


def test_an_order_that_cannot_be_read_first_is_announced_later(shop, bought, relay, sandbox, shipped):
    order = bought()
    sandbox.add_fault(
        {"kind": "status", "method": "GET", "path": "/retailer/orders/*", "status": 503, "times": 2}
    )
    mark(order)

    relay(shop)

    assert shipped() == [(item_id(order), 1)]
    assert states() == ["confirmed"]


def test_a_real_refusal_is_shown_in_bols_words(shop, bought, relay, sandbox, shipped):
    order = bought()
    sandbox.add_fault({"kind": "process", "event_type": "CREATE_SHIPMENT", "message": "Not today."})
    mark(order)

    relay(shop)

    assert shipped() == []
    shipment = Shipment.objects.get()
    assert (shipment.state, shipment.reason) == (ShipmentState.REFUSED, "Not today.")
    assert "mark what is open of the order shipped again" in OutboxMessage.objects.get().advice
    order.refresh_from_db()
    assert order.status == Order.Status.OPEN


def test_what_bol_refused_can_be_marked_again(shop, bought, relay, sandbox, shipped, fetch):
    order = bought()
    sandbox.add_fault({"kind": "process", "event_type": "CREATE_SHIPMENT", "message": "Not today."})
    mark(order)
    relay(shop)

    assert len(mark(order).shipments) == 1
    relay(shop)
    fetch(shop)

    assert shipped() == [(item_id(order), 1)]
    assert states() == ["refused", "confirmed"]


def test_a_parcel_that_was_announced_elsewhere_needs_no_word(shop, bought, relay, sandbox, shipped):
    order = bought()
    with client_for(shop) as client:
        from_elsewhere = client.orders.get(order.order_id).order_items[0].order_item_id
        client.shipments.create([_one_of(from_elsewhere)], reference="ELSEWHERE")
    mark(order)

    relay(shop)

    assert shipped() == [(item_id(order), 1)]
    assert states() == ["confirmed"]


def test_a_part_announced_elsewhere_is_told_from_ours(shop, bought, relay, sandbox, shipped):
    order = bought(3)
    item = order.items.get()
    with client_for(shop) as client:
        client.shipments.create([_one_of(item.order_item_id)], reference="ELSEWHERE")
    sandbox.add_fault({"kind": "reset", "method": "POST", "path": "/retailer/shipments", "when": "before"})
    mark(order, quantities={item.pk: 1})

    relay(shop)

    assert shipped() == [(item.order_item_id, 1), (item.order_item_id, 1)]
    assert states() == ["confirmed"]


@pytest.mark.paced
def test_an_announcement_that_takes_effect_late_is_not_repeated(
    shop, bought, relay, sandbox, shipped, settings
):
    settings.BOL_SETTLE_TIME = timedelta(minutes=10)
    order = bought(3)
    item = order.items.get()
    sandbox.add_fault({"kind": "process", "event_type": "CREATE_SHIPMENT", "outcome": "TIMEOUT"})
    mark(order, quantities={item.pk: 1})
    relay(shop, rounds=2)
    assert (shipped(), states()) == ([], ["unknown"])

    with client_for(shop) as client:
        client.shipments.create([_one_of(item.order_item_id)], reference=Shipment.objects.get().reference)
    relay(shop)

    assert shipped() == [(item.order_item_id, 1)]
    assert states() == ["confirmed"]


def test_an_unclear_parcel_is_not_marked_twice(shop, bought, relay, sandbox, settings):
    settings.BOL_SETTLE_TIME = timedelta(minutes=10)
    order = bought()
    sandbox.add_fault({"kind": "process", "event_type": "CREATE_SHIPMENT", "outcome": "TIMEOUT"})
    mark(order)
    relay(shop, rounds=2)

    done = mark(order)

    assert not done.shipments
    order.refresh_from_db()
    assert order.status == Order.Status.ANNOUNCING


def _one_of(order_item_id: str) -> bol.ShipmentItem:
    return bol.ShipmentItem(order_item_id, 1)


def test_a_refused_parcel_that_was_replaced_is_not_sent_again(shop, bought, relay, sandbox, shipped):
    order = bought()
    sandbox.add_fault({"kind": "process", "event_type": "CREATE_SHIPMENT", "message": "Not today."})
    mark(order)
    relay(shop)
    mark(order)

    send_again(OutboxMessage.objects.filter(subject=Shipment.objects.earliest("pk").subject))
    relay(shop)

    assert shipped() == [(item_id(order), 1)]
    assert states() == ["refused", "confirmed"]


def test_an_old_refusal_that_is_sent_again_begins_anew(shop, bought, relay, sandbox, shipped):
    order = bought()
    sandbox.add_fault({"kind": "process", "event_type": "CREATE_SHIPMENT", "message": "Not today."})
    mark(order)
    relay(shop)
    last_week = timezone.now() - timedelta(days=7)
    OutboxMessage.objects.update(last_sent_at=last_week, accepted_at=last_week, changed_at=last_week)
    sandbox.add_fault({"kind": "status", "method": "GET", "path": "/retailer/orders/*", "status": 503})

    send_again(OutboxMessage.objects.all())
    relay(shop)

    assert shipped() == [(item_id(order), 1)]
    assert states() == ["confirmed"]
