"""Marking shipped says no in words, and records nothing then."""

from __future__ import annotations

import pytest

from connections.models import OutboxMessage
from orders.models import Order, OrderItem, Shipment
from orders.services import Parcel, mark_shipped


@pytest.fixture
def merchant(db, connection):
    return connection


@pytest.fixture
def make_order(merchant):
    """An order in the database, without bol."""

    def make(order_id: str = "A1", *, connection=merchant, quantities=(2,), method: str = "FBR") -> Order:
        order = Order.objects.create(connection=connection, order_id=order_id, fulfilment_method=method)
        for number, quantity in enumerate(quantities):
            OrderItem.objects.create(
                order=order,
                order_item_id=f"{order_id}-{number}",
                title="Olive Oil",
                quantity=quantity,
                fulfilment_method=method,
            )
        return order

    return make


def refusal(parcel: Parcel) -> tuple[str, str]:
    done = mark_shipped([parcel])
    assert not done.shipments
    assert not Shipment.objects.exists()
    assert not OutboxMessage.objects.exists()
    return done.refusals[0].field, done.refusals[0].reason


def test_an_unknown_carrier_is_refused(make_order):
    field, reason = refusal(Parcel(make_order().pk, "PIGEON", "1"))

    assert (field, reason) == ("transporter_code", "bol knows no carrier “PIGEON”.")


def test_a_traced_carrier_needs_a_code(make_order):
    assert refusal(Parcel(make_order().pk, "TNT"))[0] == "track_and_trace"


def test_a_letter_needs_no_code(make_order):
    assert len(mark_shipped([Parcel(make_order().pk, "BRIEFPOST")]).shipments) == 1


def test_more_than_is_open_is_refused(make_order):
    order = make_order()

    field, reason = refusal(Parcel(order.pk, "TNT", "1", {order.items.get().pk: 3}))

    assert (field, reason) == ("quantities", "Only 2 of “Olive Oil” are open.")


def test_a_negative_quantity_is_refused(make_order):
    order = make_order()

    assert refusal(Parcel(order.pk, "TNT", "1", {order.items.get().pk: -1}))[0] == "quantities"


def test_a_parcel_without_contents_is_refused(make_order):
    order = make_order()

    assert refusal(Parcel(order.pk, "TNT", "1", {order.items.get().pk: 0})) == (
        "quantities",
        "Choose at least one item.",
    )


def test_an_order_that_bol_ships_is_refused(make_order):
    assert refusal(Parcel(make_order(method="FBB").pk, "TNT", "1")) == (
        "",
        "bol ships this order itself (FBB).",
    )


def test_an_item_of_another_order_is_refused(make_order, make_connection):
    elsewhere = make_order("B1", connection=make_connection("Other shop", client_id="other"))

    field, reason = refusal(Parcel(make_order().pk, "TNT", "1", {elsewhere.items.get().pk: 1}))

    assert (field, reason) == ("quantities", "This item belongs to another order.")


def test_a_long_reference_is_refused(make_order):
    assert refusal(Parcel(make_order().pk, "TNT", "1", reference="R" * 91))[0] == "reference"


def test_an_order_that_does_not_exist_is_refused(merchant):
    assert refusal(Parcel(404, "TNT", "1")) == ("", "This order does not exist.")


def test_a_reference_is_used_once(make_order):
    first, second = make_order("A1"), make_order("A2")

    done = mark_shipped(
        [Parcel(first.pk, "TNT", "1", reference="WMS-1"), Parcel(second.pk, "TNT", "2", reference="WMS-1")]
    )

    assert [shipment.reference for shipment in done.shipments] == ["WMS-1"]
    assert done.refusals[0].field == "reference"


def test_one_refusal_does_not_stop_the_others(make_order):
    fine, empty = make_order("A1"), make_order("A2", quantities=())

    done = mark_shipped([Parcel(empty.pk, "TNT", "1"), Parcel(fine.pk, "TNT", "2")])

    assert [shipment.order_id for shipment in done.shipments] == [fine.pk]
    assert len(done.refusals) == 1


def test_two_parcels_of_one_order_in_one_go_share_what_is_open(make_order):
    order = make_order()
    item = order.items.get()

    done = mark_shipped([Parcel(order.pk, "TNT", "1", {item.pk: 1}), Parcel(order.pk, "TNT", "2")])

    assert [shipment.items.get().quantity for shipment in done.shipments] == [1, 1]


def test_five_hundred_orders_take_few_queries(make_order, django_assert_max_num_queries):
    orders = [make_order(f"A{number}") for number in range(500)]

    with django_assert_max_num_queries(40):
        done = mark_shipped([Parcel(order.pk, "TNT", "1") for order in orders])

    assert len(done.shipments) == OutboxMessage.objects.count() == 500
