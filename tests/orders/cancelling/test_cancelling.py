"""An item is cancelled at bol once, and never what is in a parcel."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection as database

from connections import bol
from connections.clients import client_for
from connections.models import MessageState, OutboxMessage
from connections.services import send_again
from orders.cancelling import Cancelled, cancel_items
from orders.models import Cancellation, Order, OrderItem, Shipment
from tests.orders.conftest import mark

pytestmark = pytest.mark.django_db(transaction=True)

PUT = {"method": "PUT", "path": "/retailer/orders/cancellation"}


def cancel(*items: OrderItem, reason: str = "OUT_OF_STOCK") -> Cancelled:
    return cancel_items([item.pk for item in items], reason)


def states() -> list[str]:
    return list(Cancellation.objects.order_by("id").values_list("state", flat=True))


@pytest.fixture
def cancelled(effects):
    """What bol really cancelled: item, quantity and reason, in order."""
    return lambda: [
        (effect["subject"], effect["quantity"], effect["reason"]) for effect in effects("ITEM_CANCELLED")
    ]


def test_an_item_is_cancelled_and_confirmed(shop, bought, fetch, relay, cancelled, staff):
    order = bought(2, 1)
    item = order.items.earliest("id")

    cancel_items([item.pk], "OUT_OF_STOCK", by=staff)
    order.refresh_from_db()
    assert order.status == Order.Status.OPEN  # the other item
    relay(shop)
    fetch(shop)

    assert cancelled() == [(item.order_item_id, 2, "OUT_OF_STOCK")]
    cancellation = Cancellation.objects.get()
    assert (cancellation.state, cancellation.created_by, cancellation.quantity) == ("confirmed", staff, 2)
    item.refresh_from_db()
    assert item.quantity_cancelled == 2


def test_an_order_of_which_all_is_cancelled_ends(shop, bought, fetch, relay):
    order = bought()
    cancel(order.items.get())
    order.refresh_from_db()
    assert order.status == Order.Status.CANCELLING

    relay(shop)
    order.refresh_from_db()
    assert order.status == Order.Status.CANCELLING
    fetch(shop)

    order.refresh_from_db()
    assert order.status == Order.Status.CANCELLED


def test_the_rest_of_a_partly_shipped_item_is_cancelled(shop, bought, fetch, relay, cancelled, shipped):
    order = bought(3)
    item = order.items.get()
    mark(order, quantities={item.pk: 1})
    relay(shop)
    fetch(shop)

    cancel(item)
    relay(shop)
    fetch(shop)

    assert shipped() == [(item.order_item_id, 1)]
    assert cancelled() == [(item.order_item_id, 2, "OUT_OF_STOCK")]
    order.refresh_from_db()
    assert order.status == Order.Status.SHIPPED


def test_what_is_in_a_parcel_is_not_cancelled(shop, bought, relay, cancelled):
    order = bought(3)
    item = order.items.get()
    mark(order, quantities={item.pk: 1})

    done = cancel(item)

    assert not done.cancellations
    assert "is in a parcel that left" in done.refusals[0].reason
    relay(shop)
    assert cancelled() == []


def test_what_is_cancelled_is_not_put_in_a_parcel(shop, bought, relay, shipped, cancelled):
    order = bought()
    cancel(order.items.get())

    done = mark(order)

    assert not done.shipments
    assert "being cancelled" in done.refusals[0].reason
    relay(shop)
    assert (shipped(), len(cancelled())) == ([], 1)


def test_of_two_people_one_ships_or_one_cancels(shop, bought, relay, shipped, cancelled):
    orders = [bought() for _ in range(4)]

    def run(action) -> None:
        try:
            for order in orders:
                action(order)
        finally:
            database.close()

    actions = [mark, lambda order: cancel(order.items.get())]
    threads = [threading.Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    relay(shop)

    items = [item for item, *_rest in shipped() + cancelled()]
    assert sorted(items) == sorted(order.items.get().order_item_id for order in orders)


def test_an_item_is_cancelled_once(bought):
    item = bought().items.get()
    cancel(item)

    done = cancel(item)

    assert not done.cancellations
    assert "being cancelled already" in done.refusals[0].reason


@pytest.mark.parametrize(
    ("change", "words"),
    [({"fulfilment_method": "FBB"}, "bol ships"), ({"quantity_shipped": 1}, "Nothing of")],
)
def test_what_cannot_be_cancelled_is_refused_in_words(bought, change, words):
    item = bought().items.get()
    OrderItem.objects.filter(pk=item.pk).update(**change)

    done = cancel(item)

    assert words in done.refusals[0].reason
    assert not Cancellation.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_an_unknown_reason_is_refused(bought):
    done = cancel(bought().items.get(), reason="BORED")

    assert (done.refusals[0].field, done.refusals[0].reason) == (
        "reason_code",
        "bol knows no reason “BORED”.",
    )


# Outcomes that nobody heard of --------------------------------------------------------------------------


def test_a_cancellation_without_an_answer_is_not_repeated_while_bol_may_still_do_it(
    shop, bought, relay, sandbox, settings
):
    settings.BOL_SETTLE_TIME = timedelta(minutes=10)
    item = bought().items.get()
    sandbox.add_fault(PUT | {"kind": "reset", "when": "before"})
    cancel(item)

    relay(shop, rounds=3)

    puts = [request for request in sandbox.requests() if request["method"] == "PUT"]
    assert len(puts) == 1
    assert states() == ["unknown"]


def test_a_real_refusal_is_shown_in_bols_words_and_the_item_is_open_again(
    shop, bought, relay, sandbox, cancelled
):
    order = bought()
    sandbox.add_fault({"kind": "process", "event_type": "CANCEL_ORDER", "message": "Not today."})
    cancel(order.items.get())

    relay(shop)

    assert cancelled() == []
    cancellation = Cancellation.objects.get()
    assert (cancellation.state, cancellation.answer) == ("refused", "Not today.")
    assert "The item is open again" in OutboxMessage.objects.get().advice
    order.refresh_from_db()
    assert order.status == Order.Status.OPEN
    assert mark(order).shipments


def test_what_was_cancelled_elsewhere_needs_no_word(shop, bought, relay, sandbox, cancelled):
    item = bought().items.get()
    with client_for(shop) as client:
        client.orders.cancel(item.order_item_id, "OTHER")
    cancel(item)

    relay(shop)

    assert cancelled() == [(item.order_item_id, 1, "OTHER")]
    assert states() == ["confirmed"]


def test_what_was_shipped_elsewhere_is_not_cancelled(shop, bought, relay, cancelled):
    item = bought().items.get()
    with client_for(shop) as client:
        client.shipments.create([bol.ShipmentItem(item.order_item_id, 1)], reference="ELSEWHERE")
    cancel(item)

    relay(shop)

    assert cancelled() == []
    message = OutboxMessage.objects.get()
    assert message.state == MessageState.FAILED
    assert "counts 1 of 1 as shipped" in message.reason
    assert message.advice


def test_an_order_that_cannot_be_read_first_is_cancelled_later(shop, bought, relay, sandbox, cancelled):
    item = bought().items.get()
    sandbox.add_fault({"kind": "status", "method": "GET", "path": "/retailer/orders/*", "times": 2})
    cancel(item)

    relay(shop)

    assert len(cancelled()) == 1
    assert states() == ["confirmed"]


def test_a_refused_cancellation_is_not_sent_again_for_what_has_left(shop, bought, relay, sandbox, shipped):
    order = bought()
    sandbox.add_fault({"kind": "process", "event_type": "CANCEL_ORDER", "message": "Not today."})
    cancel(order.items.get())
    relay(shop)
    mark(order)

    send_again(OutboxMessage.objects.filter(operation="CANCEL_ORDER"))
    relay(shop)

    assert states() == ["refused"]
    assert len(shipped()) == 1
    assert Shipment.objects.get().state == "confirmed"
