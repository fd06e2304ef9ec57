"""Our clock and bol's need not agree: everything arrives, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connections.models import MessageState, OutboxMessage
from orders.models import Order, Shipment
from tests.orders.conftest import mark

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=[-10, 10])
def sandbox(request, sandbox):
    """A bol.com whose clock is so many minutes ahead of ours."""
    sandbox.state.clock.offset = timedelta(minutes=request.param)
    return sandbox


def test_ten_minutes_between_our_clock_and_bols_lose_nothing(shop, buy, fetch, relay, sandbox, shipped):
    orders = []
    for _day in range(3):
        orders += [buy(), buy(2)]
        fetch(shop)
        mark(*Order.objects.to_ship())
        relay(shop)
        fetch(shop)

    assert sorted(Order.objects.values_list("order_id", flat=True)) == sorted(orders)
    assert sorted(quantity for _item, quantity in shipped()) == [1, 1, 1, 2, 2, 2]
    assert set(Shipment.objects.values_list("state", flat=True)) == {"confirmed"}
    assert set(Order.objects.values_list("status", flat=True)) == {Order.Status.SHIPPED}
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {MessageState.SUCCEEDED}
    assert sandbox.stats()["rate_limited"] == 0
