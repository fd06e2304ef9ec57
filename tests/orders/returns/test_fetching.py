"""Returns come in once each, with their order items, and nothing that is known is lost again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from connections import bol
from connections.clients import client_for
from connections.models import Flow
from orders.models import Order, OrderItem, OrderToFetch, Return, ReturnItem
from orders.returns.storing import store

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_return_is_stored_with_all_that_bol_tells(shop, delivered, send_back, fetch_returns):
    order = delivered(3)
    reason = {"mainReason": "Verkeerd besteld", "customerComments": "Te veel gekocht"}
    return_id = send_back(order, 2, **reason)

    assert fetch_returns(shop) == {"new": 1, "read": 1}

    item = ReturnItem.objects.select_related("parcel").get()
    assert (item.parcel.return_id, item.expected_quantity, item.is_handled) == (return_id, 2, False)
    assert (item.main_reason, item.customer_comments) == ("Verkeerd besteld", "Te veel gekocht")
    assert item.order_item == order.items.get()
    assert item.title
    assert item.parcel.track_and_trace.startswith("3S")
    assert item.parcel.customer_details["surname"] == order.shipping_details["surname"]


def test_a_second_look_changes_nothing(shop, returned, fetch_returns):
    returned()

    assert fetch_returns(shop) == {"unchanged": 1}
    assert Return.objects.count() == 1


def test_what_was_handled_elsewhere_is_seen(shop, returned, fetch_returns, sandbox):
    item = returned()
    client_for(shop).returns.handle(item.rma_id, "RETURN_RECEIVED", 2)
    sandbox.advance(timedelta(minutes=1))

    fetch_returns(shop)

    item.refresh_from_db()
    assert item.is_handled
    assert [result["handlingResult"] for result in item.results] == ["RETURN_RECEIVED"]


def test_many_returns_are_read_page_by_page(shop, delivered, send_back, fetch_returns):
    order = delivered(120)
    for _number in range(60):
        send_back(order, 1)

    fetch_returns(shop)

    assert ReturnItem.objects.filter(order_item=order.items.get()).count() == 60
    assert not Return.objects.filter(read_in_full_at=None).exists()


def test_a_return_of_an_order_that_is_not_here_fetches_the_order_first(
    shop, delivered, send_back, fetch, fetch_returns
):
    order = delivered(1)
    send_back(order)
    order_id = order.order_id
    _forget(order)

    fetch_returns(shop)
    assert ReturnItem.objects.get().order_item is None
    assert OrderToFetch.objects.filter(order_id=order_id).exists()
    fetch(shop)

    assert ReturnItem.objects.get().order_item == OrderItem.objects.get(order__order_id=order_id)


def _forget(order: Order) -> None:
    order.shipments.all().delete()
    order.delete()


def test_an_older_answer_changes_nothing(shop, returned, fetch_returns):
    item = returned()
    with client_for(shop) as client:
        older = client.returns.get(item.parcel.return_id)
        client.returns.handle(item.rma_id, "RETURN_RECEIVED", 2)
    before = timezone.now()
    ReturnItem.objects.update(is_handled=True)
    Return.objects.update(read_at=before)

    store(shop, [older], before - timedelta(minutes=1))

    assert ReturnItem.objects.get().is_handled


def test_an_emptier_answer_erases_nothing(shop, returned):
    item = returned()
    bare = bol.ReducedReturn(
        return_id=item.parcel.return_id,
        return_items=[bol.ReducedReturnItem(rma_id=item.rma_id, order_id=item.order_id, ean=item.ean)],
    )

    store(shop, [bare], timezone.now())

    found = ReturnItem.objects.select_related("parcel").get()
    assert (found.title, found.main_reason) == (item.title, item.main_reason)
    assert found.parcel.track_and_trace == item.parcel.track_and_trace


def test_returns_that_bol_handles_are_here_for_information(shop):
    at_bol = bol.ReducedReturn(
        return_id="7",
        fulfilment_method="FBB",
        return_items=[bol.ReducedReturnItem(rma_id="8", order_id="A1", expected_quantity=1)],
    )

    store(shop, [at_bol], timezone.now())

    assert ReturnItem.objects.count() == 1
    assert not ReturnItem.objects.to_handle().exists()


def test_a_run_that_broke_off_begins_its_look_back_anew(shop, returned, sandbox, fetch_returns):
    returned()
    flow = Flow.objects.get(kind="returns")
    assert flow.cursor is not None
    Flow.objects.filter(kind="returns").update(cursor=None)
    sandbox.add_fault({"kind": "status", "method": "GET", "path": "/retailer/returns", "times": 20})
    with pytest.raises(bol.BolError):
        fetch_returns(shop)
    assert Flow.objects.get(kind="returns").cursor is None
    sandbox.clear_faults()

    fetch_returns(shop)

    assert Flow.objects.get(kind="returns").cursor is not None
