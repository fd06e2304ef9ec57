"""What bol said stays: an older or emptier answer changes nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from connections import bol
from offers.models import Offer, Product, Project
from orders.models import Order
from orders.storing import Stored, merge_details, store

AT = datetime(2026, 7, 15, 12, 0, tzinfo=UTC)
ADDRESS = {
    "firstName": "Noor",
    "surname": "Bakker",
    "streetName": "Kerkstraat",
    "houseNumber": "1",
    "houseNumberExtension": "A",
    "zipCode": "1012AB",
    "city": "Amsterdam",
    "countryCode": "NL",
    "email": "relay@verkopen.bol.com",
}

pytestmark = pytest.mark.django_db


def item(**more) -> bol.OrderItem:
    facts: dict[str, Any] = {
        "order_item_id": "1",
        "quantity": 3,
        "unit_price": Decimal("12.50"),
        "product": bol.orders.OrderProduct(ean="8710000000010", title="Olive Oil"),
        "latest_changed_date_time": AT,
    }
    return bol.OrderItem(**facts | more)


def answer(*items: bol.OrderItem) -> bol.Order:
    items = items or (item(),)
    raw: dict[str, Any] = {"shipmentDetails": ADDRESS, "orderItems": [{} for _ in items]}
    return bol.Order(order_id="A1", order_placed_date_time=AT, order_items=list(items), raw=raw)


def test_a_first_answer_is_new_and_a_repeated_one_is_nothing(connection):
    assert store(connection, answer(), AT) is Stored.NEW
    assert store(connection, answer(), AT + timedelta(minutes=1)) is Stored.UNCHANGED


def test_an_emptier_answer_erases_nothing(connection):
    store(connection, answer(), AT)
    before = Order.objects.values("shipping_name", "shipping_details", "raw", "placed_at").get()
    blank = bol.Order(order_id="A1", order_items=[item(product=None, unit_price=None)], raw={})

    store(connection, blank, AT + timedelta(minutes=1))

    order = Order.objects.get()
    assert Order.objects.values("shipping_name", "shipping_details", "raw", "placed_at").get() == before
    assert (order.items.get().title, str(order.items.get().unit_price)) == ("Olive Oil", "12.50")


def test_an_answer_without_an_item_keeps_it(connection):
    store(connection, answer(item(), item(order_item_id="2")), AT)

    store(connection, answer(), AT + timedelta(minutes=1))

    assert Order.objects.get().items.count() == 2
    assert len(Order.objects.get().raw["orderItems"]) == 2


def test_an_answer_that_leaves_out_what_left_takes_nothing_back(connection):
    store(connection, answer(item(quantity_shipped=1, quantity_cancelled=1, cancellation_request=True)), AT)

    store(connection, answer(item(latest_changed_date_time=None)), AT + timedelta(minutes=1))

    stored = Order.objects.get().items.get()
    assert (stored.quantity_shipped, stored.quantity_cancelled) == (1, 1)
    assert stored.cancellation_requested


def test_a_wish_that_was_taken_back_is_gone(connection):
    store(connection, answer(item(cancellation_request=True)), AT)

    store(
        connection,
        answer(item(latest_changed_date_time=AT + timedelta(minutes=1))),
        AT + timedelta(minutes=1),
    )

    assert not Order.objects.get().items.get().cancellation_requested


@pytest.mark.parametrize("spelling", ["pickupPoint", "pickUpPoint"])
def test_both_spellings_of_a_pick_up_point_are_understood(connection, spelling):
    said = {"orderId": "A2K8290LP8", spelling: True, "shipmentDetails": ADDRESS}

    store(connection, msgspec.json.decode(json.dumps(said), type=bol.Order), AT)

    assert Order.objects.get(order_id="A2K8290LP8").is_pickup_point


def test_an_order_of_which_bol_says_next_to_nothing_is_kept(connection):
    assert store(connection, bol.Order(order_id="A9"), AT) is Stored.NEW
    assert Order.objects.get().status == Order.Status.OPEN


@pytest.mark.parametrize("name", ["company", "vatNumber", "kvkNumber", "orderReference"])
def test_a_business_is_told_by_any_of_its_marks(connection, name):
    told = bol.Order(order_id="A1", raw={"billingDetails": {name: "x"}})

    store(connection, told, AT)

    assert Order.objects.get().is_business


def test_an_ean_without_its_zeros_is_completed(connection):
    product = bol.orders.OrderProduct(ean="41497153718")

    store(connection, answer(item(product=product)), AT)

    assert Order.objects.get().items.get().ean == "0041497153718"


def test_an_answer_to_an_earlier_request_is_older(connection):
    store(connection, answer(item(quantity_shipped=3)), AT)

    assert store(connection, answer(), AT - timedelta(seconds=1)) is Stored.OLDER
    assert Order.objects.get().status == Order.Status.SHIPPED


def test_an_item_that_bol_itself_calls_older_changes_nothing(connection):
    store(connection, answer(item(quantity_shipped=3)), AT)
    stale = item(latest_changed_date_time=AT - timedelta(minutes=5))

    store(connection, answer(stale), AT + timedelta(minutes=1))

    assert Order.objects.get().items.get().quantity_shipped == 3


def test_a_corrected_address_replaces_the_whole_of_the_old_one(connection):
    moved = ADDRESS | {"streetName": "Molenweg"}
    del moved["houseNumberExtension"]

    assert merge_details(ADDRESS, moved) == moved


def test_a_blanked_address_keeps_what_was_known():
    assert merge_details(ADDRESS, {"surname": "Bakker", "city": "", "zipCode": None}) == ADDRESS


def test_an_addition_to_the_same_address_is_taken():
    assert merge_details(ADDRESS, ADDRESS | {"company": "Zeewind"})["company"] == "Zeewind"


def test_a_title_longer_than_bol_promises_fits(connection):
    product = bol.orders.OrderProduct(ean="8710000000010", title="x" * 900)

    store(connection, answer(item(product=product)), AT)

    assert len(Order.objects.get().items.get().title) == 500


@pytest.fixture
def offer(connection) -> Offer:
    project = Project.objects.create(name="Assortment", connection=connection)
    product = Product.objects.create(reference="OIL-1", ean="8710000000010", title="Olive Oil")
    return Offer.objects.create(
        project=project, product=product, price=Decimal("12.50"), reference_code="OIL-1", offer_id="offer-1"
    )


@pytest.mark.parametrize(
    ("bought", "ean"),
    [
        (bol.orders.OrderOffer(offer_id="offer-1"), "another"),
        (bol.orders.OrderOffer(offer_id="gone", reference="OIL-1"), "another"),
        (None, "8710000000010"),
    ],
)
def test_the_offer_is_found_by_id_or_reference_or_ean(connection, offer, bought, ean):
    store(connection, answer(item(offer=bought, product=bol.orders.OrderProduct(ean=ean))), AT)

    assert Order.objects.get().items.get().offer == offer


def test_an_offer_without_a_reference_of_its_own_goes_by_that_of_its_product(connection, offer):
    Offer.objects.update(reference_code="")
    named = bol.orders.OrderOffer(offer_id="gone", reference="OIL-1")

    store(connection, answer(item(offer=named, product=bol.orders.OrderProduct(ean="another"))), AT)

    assert Order.objects.get().items.get().offer == offer


def test_what_two_offers_fit_is_left_open(connection, offer):
    Offer.objects.create(project=offer.project, product=offer.product, condition="GOOD", price=Decimal(9))

    store(connection, answer(), AT)

    assert Order.objects.get().items.get().offer is None


def test_an_offer_that_was_found_stays(connection, offer):
    store(connection, answer(item(offer=bol.orders.OrderOffer(offer_id="offer-1"))), AT)
    other = Product.objects.create(reference="OIL-2", ean="8710000000027", title="Other oil")
    Offer.objects.create(project=offer.project, product=other, price=Decimal(9), offer_id="offer-2")

    later = item(offer=bol.orders.OrderOffer(offer_id="offer-2"), quantity_shipped=1)
    store(connection, answer(later), AT + timedelta(minutes=1))

    stored = Order.objects.get().items.get()
    assert (stored.offer, stored.quantity_shipped) == (offer, 1)


def test_an_offer_of_another_connection_is_not_ours(make_connection, offer):
    other = make_connection("Other shop", client_id="other")

    store(other, answer(), AT)

    assert Order.objects.get().items.get().offer is None
