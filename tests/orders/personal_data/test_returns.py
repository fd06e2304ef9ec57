"""A return keeps its customer until it was handled, and the order with it; then both forget."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orders.models import Order, Return, ReturnItem
from orders.returns.services import Decision, handle_returns
from tests.orders.personal_data.conftest import (
    LONG_AGO,
    OF_THE_ORDER,
    OF_THE_RETURN,
    PERSON,
    age,
    anonymise,
    fetch_again,
)
from tests.searching import places_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def handle(shop, relay, fetch_returns):
    """Say that everything in a return came back, and hear of it."""

    def tell(parcel: Return) -> None:
        item = parcel.items.get()
        handle_returns([Decision(item.pk, "RETURN_RECEIVED", item.expected_quantity)])
        relay(shop)
        fetch_returns()

    return tell


def test_a_return_that_waits_for_us_keeps_its_order_too(shipped_to_somebody, sent_back, handle):
    parcel = sent_back(shipped_to_somebody())
    age(LONG_AGO)

    assert "of 0 orders and 0 returns" in anonymise()
    assert set(places_of(OF_THE_RETURN)) == set(OF_THE_RETURN)

    handle(parcel)
    assert "of 0 orders and 0 returns" in anonymise(), "it was handled just now"
    age(LONG_AGO)

    assert "of 1 orders and 1 returns" in anonymise()
    assert places_of([*OF_THE_ORDER, *OF_THE_RETURN]) == {}


def test_what_came_back_lately_keeps_its_order(shipped_to_somebody, sent_back, handle):
    order = shipped_to_somebody()
    age(LONG_AGO)
    handle(sent_back(order))
    Order.objects.update(latest_changed_at=order.placed_at - LONG_AGO)

    assert "of 0 orders and 0 returns" in anonymise()


def test_a_return_after_its_order_was_forgotten_has_its_own_time(
    handled, sent_back, handle, shop, fetch, fetch_returns
):
    order = handled()
    anonymise()

    parcel = sent_back(order)
    assert PERSON["surname"] in places_of(OF_THE_RETURN), "somebody has to handle it"
    fetch_again(order.order_id, shop, fetch)
    order.refresh_from_db()
    assert order.shipping_name == ""
    handle(parcel)
    age(LONG_AGO)

    assert "of 0 orders and 1 returns" in anonymise()
    Return.objects.update(read_in_full_at=None)
    fetch_returns()
    assert places_of([*OF_THE_ORDER, *OF_THE_RETURN]) == {}


def test_a_return_of_an_order_that_never_came_forgets_as_well(shipped_to_somebody, sent_back, handle):
    parcel = sent_back(shipped_to_somebody())
    handle(parcel)
    ReturnItem.objects.update(order_item=None, order_id="of another time")
    age(LONG_AGO)

    assert "of 1 orders and 1 returns" in anonymise()
    assert places_of(OF_THE_RETURN) == {}


def test_reasons_and_results_stay(shipped_to_somebody, sent_back, handle):
    parcel = sent_back(shipped_to_somebody())
    handle(parcel)
    before = ReturnItem.objects.values("main_reason", "results", "ean", "expected_quantity").get()
    age(LONG_AGO + timedelta(days=1))

    anonymise()

    assert ReturnItem.objects.values("main_reason", "results", "ean", "expected_quantity").get() == before
    assert before["main_reason"] == "Anders"
    assert Return.objects.get().transporter_name == "PostNL"
