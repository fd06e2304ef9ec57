"""The pages about orders, through the browser's eyes."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils import timezone

from connections.models import Connection, OutboxMessage
from orders.models import Order, OrderItem, Shipment
from tests.orders.conftest import mark

LIST = "/admin/orders/order/"
MARK = "/admin/orders/order/mark-shipped/"


@pytest.fixture
def merchant(db) -> Connection:
    return Connection.objects.create(name="Test shop", client_id="test-shop", is_live=True)


@pytest.fixture
def orders(merchant) -> list[Order]:
    """Three orders of two articles each."""
    return [make_order(merchant, f"A{number}") for number in range(3)]


@pytest.fixture
def browser(client, staff):
    client.force_login(staff)
    return client


def make_order(connection: Connection, order_id: str) -> Order:
    details = {"firstName": "Noor", "surname": "<b>Bakker</b>", "zipCode": "1012AB", "city": "Amsterdam"}
    order = Order.objects.create(
        connection=connection,
        order_id=order_id,
        placed_at=timezone.now(),
        shipping_name="Noor <b>Bakker</b>",
        shipping_postcode="1012AB",
        shipping_country="NL",
        shipping_details=details,
        raw={"orderId": order_id},
    )
    for number, title in enumerate(("Olive Oil", "Vinegar")):
        OrderItem.objects.create(
            order=order,
            order_item_id=f"{order_id}-{number}",
            title=title,
            ean=f"871000000000{number}",
            quantity=2,
        )
    return order


def typed(orders: list[Order], codes: list[str], transporter: str = "TNT", **more) -> dict[str, Any]:
    data: dict[str, Any] = {"order": [order.pk for order in orders], "transporter_code": transporter} | more
    return data | {
        f"order-{order.pk}-track_and_trace": code for order, code in zip(orders, codes, strict=True)
    }


def choose(orders: list[Order]) -> dict[str, Any]:
    return {"action": "mark_shipped", "_selected_action": [order.pk for order in orders]}


def test_the_list_shows_what_was_bought(browser, orders):
    page = browser.get(LIST).content.decode()

    assert "2 × Olive Oil, 2 × Vinegar" in page  # noqa: RUF001 - as people write it
    assert "&lt;b&gt;Bakker" in page
    assert "<b>Bakker" not in page


def test_the_list_takes_no_query_per_row(browser, merchant, orders, django_assert_max_num_queries):
    browser.get(LIST)
    for number in range(40):
        mark(make_order(merchant, f"B{number}"))

    with django_assert_max_num_queries(20):
        browser.get(LIST)
    with django_assert_max_num_queries(20):
        browser.get("/admin/orders/shipment/")


@pytest.mark.parametrize("term", ["A1", "a1", "Bakker", "1012 ab", "8710000000001", "3SFOUND"])
def test_an_order_is_found_by(browser, orders, term):
    mark(orders[1], code="3SFOUND")

    assert orders[1].order_id in browser.get(LIST, {"q": term}).content.decode()


def test_what_does_not_match_is_not_found(browser, orders):
    mark(orders[1], code="3SFOUND")
    page = browser.get(LIST, {"q": "3SFOUND"}).content.decode()

    assert reverse("admin:orders_order_change", args=[orders[0].pk]) not in page


@pytest.mark.parametrize(
    "query", ["status=open", "country=BE", "fulfilment_method=FBR", "connection__id__exact=1"]
)
def test_every_filter_works(browser, orders, query):
    assert browser.get(f"{LIST}?{query}").status_code == 200


def test_the_page_of_an_order_tells_its_story(browser, orders):
    mark(orders[0], code="3SSTORY")
    page = browser.get(reverse("admin:orders_order_change", args=[orders[0].pk])).content.decode()

    for text in (
        "Olive Oil",
        "3SSTORY",
        "1012AB Amsterdam",
        "Announce a shipment",
        "&quot;orderId&quot;: &quot;A0&quot;",
    ):
        assert text in page


def test_the_page_of_a_parcel_names_its_order(browser, orders):
    shipment = mark(orders[0]).shipments[0]

    assert "A0" in browser.get(reverse("admin:orders_shipment_change", args=[shipment.pk])).content.decode()


def test_the_action_shows_what_will_happen_before_it_happens(browser, orders):
    page = browser.post(LIST, choose(orders[:2])).content.decode()

    assert "2 parcels with 8 articles will be recorded as shipped." in page
    assert not Shipment.objects.exists()


def test_several_orders_are_marked_each_with_its_own_code(browser, orders):
    answer = browser.post(MARK, typed(orders[:2], ["3S1", "3S2"]))

    assert answer.status_code == 302
    assert sorted(Shipment.objects.values_list("order__order_id", "track_and_trace")) == [
        ("A0", "3S1"),
        ("A1", "3S2"),
    ]
    assert OutboxMessage.objects.count() == 2
    assert Shipment.objects.filter(created_by__username="staff").count() == 2


def test_what_is_refused_stays_with_what_was_typed(browser, orders):
    page = browser.post(MARK, typed(orders[:2], ["3S1", ""])).content.decode()

    assert Shipment.objects.get().order == orders[0]
    assert "PostNL needs a track and trace code." in page
    assert f'value="{orders[1].pk}"' in page
    assert f'value="{orders[0].pk}"' not in page

    browser.post(MARK, typed(orders[1:2], ["3S2"]))

    assert Shipment.objects.get(order=orders[1]).items.count() == 2


def test_without_a_carrier_nothing_is_lost(browser, orders):
    page = browser.post(MARK, typed(orders[:1], ["3SKEPT"], transporter="")).content.decode()

    assert 'value="3SKEPT"' in page
    assert not Shipment.objects.exists()


def test_one_order_can_be_shipped_in_parts(browser, orders):
    order = orders[0]
    oil, vinegar = order.items.all()
    page = browser.get(MARK, {"order": order.pk}).content.decode()
    assert f'name="order-{order.pk}-quantity-{oil.pk}"' in page
    quantities = {f"order-{order.pk}-quantity-{oil.pk}": "1", f"order-{order.pk}-quantity-{vinegar.pk}": ""}

    browser.post(MARK, typed([order], ["3S1"], in_parts="yes", **quantities))

    packed = Shipment.objects.get().items.get()
    assert (packed.item, packed.quantity) == (oil, 1)
    order.refresh_from_db()
    assert order.status == Order.Status.PARTLY_SHIPPED


def test_a_second_click_ships_nothing_more(browser, orders):
    for _ in range(2):
        browser.post(MARK, typed(orders[:1], ["3S1"]))

    assert Shipment.objects.count() == 1


def test_a_customers_wish_to_cancel_is_shown(browser, orders):
    orders[0].items.update(cancellation_requested=True)

    assert "asked to cancel" in browser.get(MARK, {"order": orders[0].pk}).content.decode()


def test_the_button_on_the_order_leads_to_the_page(browser, orders):
    answer = browser.get(f"{LIST}{orders[0].pk}/open-mark-shipped", follow=True)

    assert answer.redirect_chain[-1][0].endswith(f"?order={orders[0].pk}")


def test_who_may_only_look_marks_nothing(client, orders):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_order"))
    client.force_login(viewer)

    assert client.get(LIST).status_code == 200
    assert client.post(MARK, typed(orders[:1], ["3S1"])).status_code == 403
    client.post(LIST, choose(orders[:1]))
    assert not Shipment.objects.exists()
