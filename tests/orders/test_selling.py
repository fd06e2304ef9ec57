"""Where we lead the stock, a sale lowers it once and a cancellation gives it back once; bol hears of the stock only."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import connection as database
from django.utils import timezone

from connections import confirming, flows
from connections.clients import client_for
from connections.models import Connection, Flow, MessageState, OffersApi, OutboxMessage
from offers import services
from offers.models import Offer, Product, Project
from orders import storing
from orders.cancelling import cancel_items
from orders.fetching import TooManyFailures
from orders.models import Order, OrderItem
from orders.storing import store
from tests.conftest import CLIENT_ID
from tests.orders.conftest import mark

pytestmark = pytest.mark.django_db(transaction=True)

EAN = "8710400000013"
PRICE = Decimal("12.50")
HOUR = timedelta(hours=1)


@pytest.fixture(params=[OffersApi.V11, OffersApi.V10])
def shop_of_ours(request, shop, monkeypatch) -> Connection:
    """A connection in either dialect, known here since long."""
    monkeypatch.setattr(confirming, "PAUSE_SECONDS", 0)
    shop.offers_api, shop.created_at = request.param, timezone.now() - 24 * HOUR
    shop.save(update_fields=["offers_api", "created_at"])
    return shop


@pytest.fixture
def project(shop_of_ours) -> Project:
    """A project in which we lead the stock."""
    return Project.objects.create(name="Pantry", connection=shop_of_ours, stock_managed_by_retailer=True)


@pytest.fixture
def offer(project, relay, fetch) -> Offer:
    """Olive oil, ten free on the shelf, published."""
    return published(project, relay, fetch, stock=10)


def published(project: Project, relay, fetch, *, stock: int) -> Offer:
    product = Product.objects.create(reference="OIL", ean=EAN, title="Olive Oil")
    offer = services.create_offer(project, product, None, price=PRICE, stock=stock)
    fetch(project.connection)
    relay(project.connection)
    return again(offer)


def again(offer: Offer) -> Offer:
    return Offer.objects.get(pk=offer.pk)


@pytest.fixture
def sell(sandbox):
    """A customer buys olive oil, so many in each line; the order id."""

    def place(*quantities: int, force: bool = False, ago: timedelta = timedelta(0)) -> str:
        items = [{"ean": EAN, "quantity": quantity} for quantity in quantities or (1,)]
        sandbox.state.clock.offset = -ago
        try:
            return str(sandbox.place_orders(retailer=CLIENT_ID, items=items, force=force or bool(ago))[0])
        finally:
            sandbox.state.clock.offset = timedelta(0)

    return place


@pytest.fixture
def changes(sandbox):
    """What we changed about offers at bol, request by request."""

    def of() -> list[dict[str, Any]]:
        updated = [entry for entry in sandbox.ledger() if entry["effect"] == "OFFER_UPDATED"]
        return [entry["changed"] for entry in updated]

    return of


def cancel_at_bol(shop: Connection, order: Order) -> None:
    """Somebody cancels whatever is open of an order in bol's own screens."""
    with client_for(shop) as client:
        for item in order.items.all():
            client.orders.cancel(item.order_item_id, "OTHER")


def for_sale(sandbox) -> int:
    """What bol still sells of it."""
    return int(sandbox.sandbox.offers(CLIENT_ID)[-1]["stock"]["correctedStock"])


def test_a_sale_lowers_the_stock_once_and_bol_hears_of_the_stock_only(
    shop_of_ours, offer, sell, fetch, relay, changes, sandbox
):
    sell(3)
    for _again in range(3):
        fetch(shop_of_ours)
        relay(shop_of_ours)

    assert again(offer).stock == 7
    assert changes() == [{"stock": {"amount": 7, "managedByRetailer": True}}]
    assert for_sale(sandbox) == 7
    assert not LogEntry.objects.exists()
    assert OutboxMessage.objects.latest("pk").source == f"order {Order.objects.get().order_id}"


def test_several_sales_are_each_taken_once(shop_of_ours, offer, sell, fetch, relay, sandbox):
    for _ in range(4):
        sell(1, 1)
    fetch(shop_of_ours)
    relay(shop_of_ours)

    assert again(offer).stock == 2
    assert for_sale(sandbox) == 2


def test_where_bol_leads_nothing_is_taken_and_nothing_said(
    shop_of_ours, project, offer, sell, fetch, relay, changes
):
    Project.objects.update(stock_managed_by_retailer=False)
    services.announce_all(Offer.objects.all())
    relay(shop_of_ours)
    before = changes()

    sell(3)
    fetch(shop_of_ours)
    relay(shop_of_ours)

    assert again(offer).stock == 10
    assert changes() == before


def test_a_cancellation_gives_back_once(shop_of_ours, offer, sell, fetch, relay, sandbox):
    sell(3)
    fetch(shop_of_ours)
    cancel_at_bol(shop_of_ours, Order.objects.get())
    for _again in range(2):
        fetch(shop_of_ours)
        relay(shop_of_ours)

    assert again(offer).stock == 10
    assert for_sale(sandbox) == 10


def test_what_left_before_the_rest_was_cancelled_stays_sold(shop_of_ours, offer, sell, fetch, relay, sandbox):
    sell(3)
    fetch(shop_of_ours)
    order = Order.objects.get()
    mark(order, quantities={order.items.get().pk: 1})
    relay(shop_of_ours)
    cancel_at_bol(shop_of_ours, order)

    fetch(shop_of_ours)
    relay(shop_of_ours)

    assert again(offer).stock == 9
    assert for_sale(sandbox) == 9


def test_a_parcel_that_left_and_was_cancelled_all_the_same_is_not_on_the_shelf(
    shop_of_ours, offer, sell, fetch, relay
):
    sell(2)
    fetch(shop_of_ours)
    order = Order.objects.get()
    mark(order)
    cancel_at_bol(shop_of_ours, order)
    relay(shop_of_ours)
    fetch(shop_of_ours)

    assert order.items.get().quantity_cancelled == 2
    assert again(offer).stock == 8


@pytest.mark.parametrize(
    ("reason", "left"), [("OUT_OF_STOCK", 8), ("BAD_CONDITION", 8), ("ORDERED_TWICE", 10)]
)
def test_what_we_cancel_for_want_of_it_is_not_sold_again(
    shop_of_ours, offer, sell, fetch, relay, staff, reason, left
):
    sell(2)
    fetch(shop_of_ours)
    cancel_items([OrderItem.objects.get().pk], reason, by=staff)
    relay(shop_of_ours)

    fetch(shop_of_ours)

    assert OrderItem.objects.get().quantity_cancelled == 2
    assert again(offer).stock == left


def test_an_order_that_comes_in_cancelled_takes_nothing(shop_of_ours, offer, sell, fetch):
    sell(3)
    with client_for(shop_of_ours) as client:
        (listed,) = client.orders.list()
        client.orders.cancel(listed.order_items[0].order_item_id, "OTHER")

    fetch(shop_of_ours)

    assert OrderItem.objects.get().quantity_cancelled == 3
    assert again(offer).stock == 10


def test_more_than_there_was_ends_at_nothing_and_comes_back_as_much_as_was_taken(
    shop_of_ours, offer, sell, fetch, relay, changes
):
    sell(12, force=True)
    fetch(shop_of_ours)
    relay(shop_of_ours)
    assert again(offer).stock == 0
    assert changes()[-1] == {"stock": {"amount": 0, "managedByRetailer": True}}

    cancel_at_bol(shop_of_ours, Order.objects.get())
    fetch(shop_of_ours)

    assert again(offer).stock == 10


def test_whatever_the_order_of_the_answers_the_end_is_the_same(shop_of_ours, offer, sell, fetch):
    order_id = sell(3)
    with client_for(shop_of_ours) as client:
        first, first_at = client.orders.get(order_id), timezone.now()
        client.orders.cancel(first.order_items[0].order_item_id, "OTHER")
        last, last_at = client.orders.get(order_id), timezone.now()

    for answer, read_at in [(last, last_at), (first, first_at), (last, last_at), (first, first_at)]:
        store(shop_of_ours, answer, read_at)

    assert again(offer).stock == 10


def test_what_bol_ships_is_not_off_our_shelf(shop_of_ours, project, offer, sandbox, fetch):
    offer_id = sandbox.add_offer(
        CLIENT_ID, {"ean": "8710400000020", "price": 10, "stock": 5, "fulfilment": {"method": "FBB"}}
    )
    product = Product.objects.create(reference="FBB", ean="8710400000020")
    theirs = Offer.objects.create(
        project=project,
        product=product,
        price=Decimal(10),
        stock=5,
        offer_id=offer_id,
        fulfilment_method="FBB",
    )
    sandbox.place_orders(retailer=CLIENT_ID, items=[{"offerId": offer_id}], force=True)

    fetch(shop_of_ours)

    assert OrderItem.objects.get().offer == theirs
    assert again(theirs).stock == 5


# What somebody sets has in it what was known ------------------------------------------------------------


def test_a_number_that_was_set_after_a_sale_has_it_off_already(shop_of_ours, offer, sell, fetch):
    sell(3)
    fetch(shop_of_ours)

    services.change_offer(offer, None, stock=20)
    fetch(shop_of_ours)

    assert again(offer).stock == 20


def test_an_order_that_nobody_here_could_know_of_is_off_a_number_set_before_it_came_in(
    shop_of_ours, offer, sell, fetch
):
    sell(3, ago=2 * HOUR)
    Flow.objects.update(cursor=timezone.now() - 3 * HOUR)
    services.change_offer(offer, None, stock=20)

    fetch(shop_of_ours)

    assert again(offer).stock == 17


def test_an_order_from_before_the_connection_is_in_the_number_that_was_set_then(
    shop_of_ours, offer, sell, fetch
):
    Connection.objects.update(created_at=timezone.now() - HOUR)
    sell(3, ago=2 * HOUR)
    Flow.objects.all().delete()

    fetch(Connection.objects.get())

    assert again(offer).stock == 10
    cancel_at_bol(shop_of_ours, Order.objects.get())
    fetch(Connection.objects.get())
    assert again(offer).stock == 10


def test_a_cancellation_of_an_order_that_is_off_the_number_gives_back(shop_of_ours, offer, sell, fetch):
    sell(3)
    fetch(shop_of_ours)
    services.change_offer(offer, None, stock=20)

    cancel_at_bol(shop_of_ours, Order.objects.get())
    fetch(shop_of_ours)

    assert again(offer).stock == 23


def test_other_changes_of_an_offer_say_nothing_of_its_stock(shop_of_ours, offer, sell, fetch):
    before = again(offer).stock_set_at
    services.change_offer(offer, None, price=Decimal("13.00"))

    assert again(offer).stock_set_at == before


# Offers that are found later ----------------------------------------------------------------------------


def test_an_item_whose_offer_is_found_later_is_taken_then(shop_of_ours, offer, sell, fetch, relay):
    Offer.objects.update(offer_id="", reference_code="HIDDEN")
    Product.objects.update(ean="8710400000099", reference="HIDDEN")
    sell(3)
    fetch(shop_of_ours)
    assert OrderItem.objects.get().offer is None
    Product.objects.update(ean=EAN)

    for _again in range(2):
        flows.run_until_complete(shop_of_ours, "missed-orders")

    assert OrderItem.objects.get().offer == offer
    assert again(offer).stock == 7


def test_an_item_that_was_known_when_its_offer_was_made_is_off_its_number(
    shop_of_ours, project, sell, fetch, sandbox
):
    sandbox.add_offer(CLIENT_ID, {"ean": EAN, "price": 10, "stock": 5})
    sell(3)
    fetch(shop_of_ours)
    product = Product.objects.create(reference="OIL", ean=EAN)
    offer = services.create_offer(project, product, None, price=PRICE, stock=10)

    flows.run_until_complete(shop_of_ours, "missed-orders")

    assert OrderItem.objects.get().offer == offer
    assert again(offer).stock == 10


# Crashes and crowds -------------------------------------------------------------------------------------


def test_a_crash_between_order_and_stock_takes_nothing_or_both(shop_of_ours, offer, sell, fetch, monkeypatch):
    sell(3)

    def crash(*_arguments):
        raise RuntimeError("out of power")

    with monkeypatch.context() as broken:
        broken.setattr(storing, "update_standing", crash)
        assert fetch(shop_of_ours)["failed"] == 1
    assert (again(offer).stock, Order.objects.count()) == (10, 0)

    fetch(shop_of_ours)

    assert (again(offer).stock, Order.objects.count()) == (7, 1)


def test_two_who_store_the_same_order_take_it_once(shop_of_ours, offer, sell, fetch):
    order_id = sell(3)
    with client_for(shop_of_ours) as client:
        answer, read_at = client.orders.get(order_id), timezone.now()

    in_threads([lambda: store(shop_of_ours, answer, read_at)] * 4)

    assert again(offer).stock == 7


def in_threads(tasks: list[Any]) -> None:
    """Do all of it at once."""

    def run(task: Any) -> None:
        try:
            task()
        finally:
            database.close()

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_an_import_while_orders_come_in_loses_no_sale(
    shop_of_ours, offer, sell, fetch, relay, sandbox, tmp_path, load_stock
):
    order_ids = [sell(1, force=True) for _ in range(8)]
    with client_for(shop_of_ours) as client:
        answers = [client.orders.get(order_id) for order_id in order_ids]

    def come_in() -> None:
        for answer in answers:
            store(shop_of_ours, answer, timezone.now())

    in_threads([come_in, lambda: load_stock(30), lambda: load_stock(40)])

    offer = again(offer)
    later = OrderItem.objects.filter(first_seen_at__gt=offer.stock_set_at).count()
    assert offer.stock in (30 - later, 40 - later)
    assert OrderItem.objects.filter(counted_quantity=1).count() == 8
    fetch(shop_of_ours)
    relay(shop_of_ours)
    assert again(offer).stock == offer.stock == for_sale(sandbox)


@pytest.fixture
def load_stock(tmp_path, project):
    """Load a spreadsheet that says how many there are."""

    def load(stock: int) -> None:
        path = tmp_path / f"stock-{stock}.csv"
        path.write_text(f"project,reference,stock\nPantry,OIL,{stock}\n")
        call_command("import_assortment", str(path), "--pass-guard-rails")

    return load


# No number leaves while sales are unknown ---------------------------------------------------------------


def forget_to_fetch() -> None:
    """Let the last look for orders be long ago."""
    Flow.objects.filter(kind="orders").update(caught_up_at=timezone.now() - HOUR / 2)


def test_a_stock_waits_for_the_orders(shop_of_ours, offer, sell, fetch, relay, changes, sandbox):
    sell(3)
    forget_to_fetch()
    services.change_offer(offer, None, stock=20)

    relay(shop_of_ours, rounds=2)

    assert changes() == []
    waiting = OutboxMessage.objects.get(state=MessageState.PENDING)
    assert "until the orders of this connection are fetched" in waiting.reason

    fetch(shop_of_ours)
    relay(shop_of_ours)

    assert changes() == [{"stock": {"amount": 17, "managedByRetailer": True}}]
    assert for_sale(sandbox) == 17


def test_no_stock_at_all_may_always_go(shop_of_ours, offer, relay, changes):
    forget_to_fetch()
    services.change_offer(offer, None, stock=0)

    relay(shop_of_ours)

    assert changes() == [{"stock": {"amount": 0, "managedByRetailer": True}}]


def test_a_price_does_not_wait_with_the_stock(shop_of_ours, offer, relay, changes, fetch):
    forget_to_fetch()
    services.change_offer(offer, None, stock=20, price=Decimal("13.00"))
    relay(shop_of_ours, rounds=3)
    assert changes() == [{"pricing": {"bundlePrices": [{"quantity": 1, "unitPrice": 13}]}}]

    fetch(shop_of_ours)
    relay(shop_of_ours)

    assert changes()[1:] == [{"stock": {"amount": 20, "managedByRetailer": True}}]


def test_where_bol_leads_the_stock_waits_for_nothing(shop_of_ours, offer, relay, changes):
    Project.objects.update(stock_managed_by_retailer=False)
    forget_to_fetch()
    services.change_offer(offer, None, stock=20)

    relay(shop_of_ours)

    assert changes()[-1] == {"stock": {"amount": 20, "managedByRetailer": False}}


def test_a_look_that_was_not_finished_is_not_enough(shop_of_ours, offer, sell, relay, changes, sandbox):
    for _ in range(6):
        sell(1)
    forget_to_fetch()
    sandbox.add_fault(
        {"kind": "status", "method": "GET", "path": "/retailer/orders/*", "status": 503, "times": 9}
    )
    with pytest.raises(TooManyFailures):
        flows.run(shop_of_ours, "orders")
    services.change_offer(offer, None, stock=20)

    relay(shop_of_ours, rounds=2)

    assert changes() == []


def test_a_new_offer_waits_for_nothing(shop_of_ours, project, relay, sandbox):
    product = Product.objects.create(reference="OIL", ean=EAN)
    services.create_offer(project, product, None, price=PRICE, stock=10)

    relay(shop_of_ours)

    assert for_sale(sandbox) == 10


def test_a_day_of_selling_ends_where_the_shelf_does(shop_of_ours, offer, sell, fetch, relay, sandbox):
    for number in range(8):
        sell(1)
        if number % 3 == 0:
            fetch(shop_of_ours)
            relay(shop_of_ours)
        if number == 4:
            cancel_at_bol(shop_of_ours, Order.objects.order_by("pk")[0])
    fetch(shop_of_ours)
    relay(shop_of_ours)

    assert again(offer).stock == 3
    assert for_sale(sandbox) == 3
