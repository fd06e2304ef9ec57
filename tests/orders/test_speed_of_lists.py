"""Lists of many orders are found by an index: no work list, search or filter looks at all of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connections.models import Connection
from orders.models import Order, OrderItem, OrderQuerySet
from orders.worklists import WORK_LISTS

pytestmark = pytest.mark.django_db

LIST = "/admin/orders/order/"
MANY = 2000
TABLES = ("orders_order", "orders_orderitem", "orders_shipment", "orders_orderword")


@pytest.fixture
def orders() -> list[Order]:
    """A shop with a history: two thousand handled orders, and a few that need something."""
    shop = Connection.objects.create(name="Test shop", client_id="test-shop", is_live=True)
    now = timezone.now()
    done = Order.objects.bulk_create(
        Order(
            connection=shop,
            order_id=f"A{number}",
            placed_at=now - timedelta(minutes=number),
            status=Order.Status.SHIPPED,
            shipping_postcode=f"{1000 + number}AB",
            shipping_country="NL",
        )
        for number in range(MANY)
    )
    OrderItem.objects.bulk_create(
        OrderItem(order=order, order_item_id="1", ean=f"{number:013}", reference=f"SKU-{number}", quantity=1)
        for number, order in enumerate(done)
    )
    add_urgent(shop, 5)
    with database.cursor() as cursor:
        cursor.execute("ANALYZE")
    return done


def add_urgent(shop: Connection, count: int) -> None:
    """Add orders that are in every work list."""
    now, today = timezone.now(), timezone.localdate()
    start = Order.objects.count()
    Order.objects.bulk_create(
        Order(
            connection=shop,
            order_id=f"B{number}",
            placed_at=now,
            status=Order.Status.OPEN,
            ship_by=today - timedelta(days=number % 2),
            expires_on=today,
            is_cancellation_requested=True,
            unconfirmed_since=now - timedelta(days=1),
            only_here_since=now - timedelta(days=1),
            only_at_bol_since=now - timedelta(days=1),
            is_business=True,
            is_vvb=True,
            is_pickup_point=True,
        )
        for number in range(start, start + count)
    )


# An index of the few rows for which its condition holds may be read from end to end.
LONG_INDEX = "order_with_personal_data"  # the last months
SHORT_INDEXES = [index.name for index in Order._meta.indexes if index.condition and index.name != LONG_INDEX]


def assert_indexed(orders: OrderQuerySet) -> None:
    """Fail where the database would read a whole table, by the plan of the very query that is run."""
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")  # a small table is read whole otherwise
    plan = orders.explain()
    long_ways = [line for line in plan.splitlines() if _reads_everything(line)]
    assert not long_ways, plan


def _reads_everything(step: str) -> bool:
    whole = "Seq Scan on {}" if database.vendor == "postgresql" else "SCAN {}"
    is_whole = any(whole.format(table) in step for table in TABLES) or "order_newest" in step
    return is_whole and not any(name in step for name in SHORT_INDEXES)


@pytest.mark.parametrize("name", WORK_LISTS)
def test_a_work_list_reads_only_what_is_in_it(orders, name):
    listed = WORK_LISTS[name]

    assert listed.orders().count() in (2, 3, 5)
    assert_indexed(listed.orders().order_by(*listed.ordering))
    assert_indexed(listed.orders().order_by()[:100])


@pytest.mark.parametrize(
    "marked",
    [{"is_business": True}, {"is_vvb": True}, {"is_pickup_point": True}, {"shipping_country": "BE"}],
    ids=lambda marked: next(iter(marked)),
)
def test_what_few_orders_have_is_found_by_an_index(orders, marked):
    assert_indexed(Order.objects.filter(**marked).order_by("-placed_at"))


@pytest.mark.parametrize(
    "query", ["", *(f"?list={name}" for name in WORK_LISTS), "?is_vvb__exact=1", "?q=A77"]
)
def test_a_page_asks_no_more_for_many_orders_than_for_few(client, staff, orders, query):
    client.force_login(staff)
    client.get(LIST + query)
    with CaptureQueriesContext(database) as few:
        client.get(LIST + query)
    add_urgent(Connection.objects.get(), 60)

    with CaptureQueriesContext(database) as many:
        page = client.get(LIST + query).content.decode()

    assert len(many) <= len(few)
    assert "To ship today" in page
