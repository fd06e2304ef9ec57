"""The commands about orders say what they found, and end with a code that scripts understand."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from connections.models import Connection
from orders.days import day_of
from orders.models import Order
from orders.standing import update_standing
from tests.orders.conftest import mark

pytestmark = pytest.mark.django_db(transaction=True)

DAYS_AGO = timedelta(days=2)


@pytest.fixture
def long_ago(sandbox, buy):
    """A customer bought days ago, and nobody here ever heard of it."""
    sandbox.state.clock.offset = -DAYS_AGO
    order_id = buy(force=True)
    sandbox.state.clock.offset = timedelta(0)
    return order_id


def since(days: timedelta = DAYS_AGO) -> str:
    return day_of(timezone.now() - days).isoformat()


def test_fetch_orders_brings_everything_since_a_day(shop, fetch, long_ago, bought, capsys):
    fetch(shop)
    Order.objects.all().delete()

    call_command("fetch_orders", "--since", since())

    assert Order.objects.get().order_id == long_ago
    told = capsys.readouterr().out
    assert f"{since()}: 1 changed at bol, 1 of them new and 0 different here" in told
    assert "read: 1 new" in told


def test_fetch_orders_reads_nothing_twice(shop, bought, sandbox, capsys):
    bought()

    call_command("fetch_orders", "--since", since(), "--connection", shop.name)

    assert "1 changed at bol, 0 of them new and 0 different here" in capsys.readouterr().out
    reads = [request for request in sandbox.requests() if request["path"].startswith("/retailer/orders/")]
    assert len(reads) == 1


@pytest.mark.parametrize(
    ("day", "words"),
    [("yesterday", "is no date"), ("2020-01-01", "bol shows what"), ("2999-01-01", "bol shows what")],
)
def test_fetch_orders_says_what_is_wrong_with_a_date(shop, day, words):
    with pytest.raises(CommandError, match=words):
        call_command("fetch_orders", "--since", day)


def test_fetch_orders_leaves_a_paused_connection_alone(shop, staff, sandbox, capsys):
    shop.pause("Holiday", staff)

    call_command("fetch_orders", "--since", since(), "--connection", shop.name)

    assert "nothing is read, the connection is paused" in capsys.readouterr().out
    assert not sandbox.requests()


def test_fetch_orders_fails_where_bol_cannot_be_read(shop, sandbox, capsys):
    sandbox.add_fault(
        {"kind": "status", "method": "GET", "path": "/retailer/orders", "status": 503, "times": 99}
    )

    with pytest.raises(CommandError, match="Not every connection"):
        call_command("fetch_orders", "--since", since(timedelta(0)))


@pytest.fixture
def disagreements(shop, bought, relay, fetch, sandbox) -> tuple[Order, Order]:
    """One order that is shipped here only, and one that is shipped at bol only."""
    here, there = bought(), bought()
    sandbox.add_fault(
        {"kind": "process", "event_type": "CREATE_SHIPMENT", "outcome": "SUCCESS", "effect": False}
    )
    mark(here)
    relay(shop)
    fetch(shop)
    two_hours_ago = timezone.now() - timedelta(hours=2)
    Connection.objects.update(created_at=two_hours_ago)
    there.items.update(quantity_shipped=1)
    update_standing([there.pk])
    Order.objects.filter(pk=here.pk).update(only_here_since=two_hours_ago)
    return here, there


def test_open_orders_tells_both_directions_and_ends_with_one(disagreements, capsys):
    here, there = disagreements

    with pytest.raises(SystemExit) as ended:
        call_command("open_orders")

    assert ended.value.code == 1
    told = capsys.readouterr().out
    assert "Shipped here, open at bol: 1" in told
    assert f"Test shop, {here.order_id}" in told
    assert "1 ordered, 0 cancelled, 1 shipped here, 0 at bol" in told
    assert f"Test shop, {there.order_id}" in told
    assert "1 ordered, 0 cancelled, 0 shipped here, 1 at bol" in told


def test_open_orders_names_no_customer(disagreements, capsys):
    with pytest.raises(SystemExit):
        call_command("open_orders", "--json")

    text = capsys.readouterr().out
    told = json.loads(text)
    assert [order["order"] for order in told["only-here"]] == [disagreements[0].order_id]
    assert [order["order"] for order in told["only-at-bol"]] == [disagreements[1].order_id]
    for order in Order.objects.all():
        assert order.shipping_details["surname"] not in text


def test_open_orders_of_another_connection_are_not_told(disagreements, make_connection, capsys):
    make_connection("Other shop", client_id="other")

    call_command("open_orders", "--connection", "Other shop")

    assert "Shipped here, open at bol: none" in capsys.readouterr().out


def test_where_both_agree_open_orders_ends_well(shop, bought, relay, fetch, capsys):
    mark(bought())
    relay(shop)
    fetch(shop)

    call_command("open_orders")

    assert "none" in capsys.readouterr().out
