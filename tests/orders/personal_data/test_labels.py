"""The PDF of a label shows an address: it goes with the customer, and is not fetched again."""

from __future__ import annotations

import pytest

from orders.labels.services import buy_labels, ship_with_labels
from orders.models import LabelChoice, LabelDocument, LabelState, Order, ShippingLabel
from orders.operations.labels import fetch_soon
from tests.orders.labels.conftest import via_bol
from tests.orders.personal_data.conftest import LONG_AGO, age, anonymise
from tests.searching import places_of

__all__ = ["via_bol"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def labelled(via_bol, shop, relay, fetch) -> ShippingLabel:
    """The label of an order that left with it, long ago."""
    buy_labels([via_bol(1).pk], LabelChoice.RECOMMENDED)
    relay(shop)
    ship_with_labels(list(ShippingLabel.objects.all()))
    relay(shop)
    fetch(shop)
    age(LONG_AGO)
    assert Order.objects.get().status == Order.Status.SHIPPED
    assert LabelDocument.objects.exists()
    return ShippingLabel.objects.get()


def test_a_label_keeps_its_price_and_loses_its_paper(labelled):
    anonymise()

    assert not LabelDocument.objects.exists()
    assert places_of([labelled.track_and_trace]) == {}
    after = ShippingLabel.objects.get()
    assert (after.price, after.state, after.shipping_label_id) == (
        labelled.price,
        labelled.state,
        labelled.shipping_label_id,
    )


def test_a_paper_that_is_asked_for_again_does_not_come(labelled, shop, relay):
    anonymise()
    ShippingLabel.objects.update(state=LabelState.BOUGHT)

    fetch_soon(ShippingLabel.objects.get())
    relay(shop)

    assert not LabelDocument.objects.exists()
    assert places_of([labelled.track_and_trace]) == {}
