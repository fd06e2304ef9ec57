"""The pages about orders, through the browser's eyes."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.orders.conftest import make_order, mark

LIST = "/admin/orders/order/"


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
