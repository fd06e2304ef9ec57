"""People find an order by whatever they have of it in their hands."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from connections import bol
from connections.models import Connection
from orders.models import Order, OrderWord
from orders.queries import search_orders
from orders.storing import store
from orders.words import words_of
from tests.orders.conftest import mark
from tests.orders.test_speed_of_lists import assert_indexed

pytestmark = pytest.mark.django_db

ADDRESS = {
    "firstName": "Noor",
    "surname": "van den Berg-Çelik",
    "streetName": "Kerkstraat",
    "houseNumber": "1",
    "zipCode": "1012AB",
    "city": "Amsterdam",
    "countryCode": "NL",
}


def bought(connection: Connection, order_id: str, ean: str, **details: str) -> Order:
    """Store an order of one article."""
    item = bol.OrderItem(
        order_item_id=f"{order_id}-1",
        quantity=1,
        product=bol.orders.OrderProduct(ean=ean),
        offer=bol.orders.OrderOffer(reference=f"SKU-{order_id}"),
    )
    raw = {"shipmentDetails": ADDRESS | details, "billingDetails": {"company": f"Bakkerij {order_id}"}}
    store(connection, bol.Order(order_id=order_id, order_items=[item], raw=raw), timezone.now())
    return Order.objects.get(order_id=order_id)


@pytest.fixture
def order(connection: Connection) -> Order:
    """The order that is looked for, beside another one."""
    bought(connection, "B77", "8710000000017", firstName="Daan", surname="Bakker", zipCode="9711XY")
    order = bought(connection, "A1K99", "0041497153718")
    mark(order, code="3SABCDE")
    return order


@pytest.mark.parametrize(
    "term",
    [
        "A1K99",
        "a1k99",
        "Noor",
        "Berg",
        "noor van den berg",
        "Cel",
        "ÇELIK",
        "Bakkerij A1K99",
        "1012AB",
        "1012 ab",
        "0041497153718",
        "41497153718",
        "SKU-A1K99",
        "sku-a1k99",
        "3SABCDE",
        "3sabcde",
        " 3S ABCDE ",
    ],
)
def test_an_order_is_found_by(order, term):
    assert search_orders(Order.objects.all(), term).get() == order


def test_an_order_is_found_by_the_reference_of_its_parcel(order):
    assert search_orders(Order.objects.all(), order.shipments.get().reference).get() == order


@pytest.mark.parametrize(
    "term", ["Nobody", "Noor Jansen", "oor", "4149715371", "1012", "%", "<b>", "'", "🙂"]
)
def test_what_does_not_fit_finds_nothing(order, term):
    assert not search_orders(Order.objects.all(), term).exists()


def test_a_list_that_is_filtered_is_searched_as_it_is(order):
    assert not search_orders(Order.objects.filter(shipping_country="BE"), "A1K99").exists()


def test_a_name_that_changed_is_found_by_the_new_one_only(connection, order):
    bought(connection, "A1K99", "0041497153718", surname="Jansen", zipCode="1013AB")

    assert search_orders(Order.objects.all(), "Jansen").get() == order
    assert not search_orders(Order.objects.all(), "Berg").exists()


def test_a_second_answer_writes_no_words(connection, order, django_assert_max_num_queries):
    before = set(OrderWord.objects.values_list("pk", flat=True))

    bought(connection, "A1K99", "0041497153718")

    assert set(OrderWord.objects.values_list("pk", flat=True)) == before


def test_words_are_plain():
    assert words_of("Çelik-de Vries & Zn. 2") == ["CELIK", "DE", "VRIES", "ZN", "2"]


@pytest.mark.parametrize("term", ["A1K99", "Bakker", "van den Berg", "1012AB", "0041497153718", "3SABCDE"])
def test_a_search_among_many_reads_only_what_it_finds(connection, term):
    now = timezone.now()
    many = Order.objects.bulk_create(
        Order(connection=connection, order_id=f"C{number}", placed_at=now - timedelta(minutes=number))
        for number in range(2000)
    )
    OrderWord.objects.bulk_create(
        OrderWord(order=order, word=f"NAME{number}") for number, order in enumerate(many)
    )
    with database.cursor() as cursor:
        cursor.execute("ANALYZE")

    assert_indexed(search_orders(Order.objects.all(), term).order_by("-placed_at", "-id"))
