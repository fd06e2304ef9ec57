"""A pick list says what to take from the shelves, how many in all, and for which orders."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from offers.models import Offer, Product, Project
from orders.documents.contents import to_pick
from orders.documents.pick_lists import gather
from orders.services import Parcel, mark_shipped
from tests.orders.documents.conftest import pick_list

pytestmark = pytest.mark.django_db


def told(text: str) -> str:
    return " ".join(text.split())


def test_an_article_is_told_once_with_its_total_and_its_orders(make_order):
    first, second = make_order("A1", 2), make_order("A2", 1)

    said = told(pick_list(first, second))

    assert "SKU-0 8710000000000 Stoneware mug 0 A1 × 2 · A2 × 2 4" in said  # noqa: RUF001
    assert "SKU-1 8710000000001 Stoneware mug 1 A1 × 2 2" in said  # noqa: RUF001
    assert "Orders: 2 · Products: 2 · Pieces: 6" in said


def test_articles_come_by_reference_as_people_count(make_order):
    references = ["B-10", "", "b-9", "A-100", "A-20"]
    orders = [make_order(f"A{n}", item={"reference": name}) for n, name in enumerate(references)]

    articles = gather(to_pick([order.pk for order in orders]).contents)

    assert [article.reference for article in articles] == ["A-20", "A-100", "b-9", "B-10", ""]


def test_an_article_without_bols_reference_has_that_of_the_product(make_order, merchant):
    project = Project.objects.create(name="Pantry", connection=merchant)
    product = Product.objects.create(reference="SHELF-7", ean="8710000000000", title="Mug")
    offer = Offer.objects.create(project=project, product=product, price=Decimal(1), stock=1)

    assert "SHELF-7" in pick_list(make_order("A1", item={"reference": "", "offer": offer}))


def test_two_conditions_of_one_ean_are_two_articles(make_order):
    new = make_order("A1", item={"reference": "MUG"})
    used = make_order("A2", item={"reference": "MUG-2ND"})

    assert len(gather(to_pick([new.pk, used.pk]).contents)) == 2


def test_only_what_has_still_to_leave_is_picked(make_order):
    order = make_order("A1", 2, item={"quantity": 3})
    item = order.items.earliest("id")
    mark_shipped([Parcel(order.pk, "TNT", "3S1", {item.pk: 2})])
    done = make_order("A2")
    mark_shipped([Parcel(done.pk, "TNT", "3S2")])

    choice = to_pick([order.pk, done.pk])

    assert [packed.quantity for packed in choice.contents[0].packed] == [1, 3]
    assert [(left.order, left.reason) for left in choice.left_out] == [
        (done, "Nothing of this order is open any more.")
    ]


def test_what_to_watch_out_for_is_said_beside_the_order(make_order):
    order = make_order(
        "A1", item={"cancellation_requested": True, "distribution_party": "BOL"}, is_pickup_point=True
    )

    said = told(pick_list(order))

    assert "A1 × 2 (customer asked to cancel)" in said  # noqa: RUF001
    assert "customer asked to cancel, label from bol, Pick-up point" in said


def test_no_customer_is_named_on_it(make_order):
    said = pick_list(make_order("A1", details={"company": "Studio Zeewind"}))

    for personal in ("Noor", "Bakker", "Kerkstraat", "1012AB", "Zeewind"):
        assert personal not in said


def test_three_hundred_orders_of_one_article_fit_on_paper(make_order):
    orders = [make_order(f"A{number}") for number in range(300)]

    said = pick_list(*orders)

    for number in range(300):
        assert len(re.findall(rf"\bA{number}\b", said)) == 2  # once with the article, once with its bars
    assert "600" in said


def test_the_number_of_queries_does_not_grow_with_the_orders(make_order, django_assert_max_num_queries):
    keys = [make_order(f"A{number}", 3).pk for number in range(20)]

    with django_assert_max_num_queries(4):
        to_pick(keys)
