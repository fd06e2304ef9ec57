"""Labels are bought, printed together and shipped from pages; what costs money needs a permission."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from pypdf import PdfReader

from orders.labels.services import buy_labels
from orders.models import LabelChoice, ShippingLabel

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/orders/shippinglabel/"
BUY = "/admin/orders/shippinglabel/buy/"
ORDERS = "/admin/orders/order/"


@pytest.fixture
def page(client, staff):
    client.force_login(staff)
    return client


def text_of(answer) -> str:
    return answer.content.decode()


def test_for_one_order_bols_offers_are_shown_and_one_is_bought(shop, via_bol, relay, page, bought_labels):
    order = via_bol(2)
    shown = text_of(page.get(BUY, {"order": order.pk}))
    assert "PostNL &amp; bol - Pakket" in shown
    assert "recommended" in shown
    assert shown.index("4.41") < shown.index("2.61")
    offers = re.findall(r'name="offer" value="([^"]+)"', shown)

    answer = page.post(BUY, {"order": order.pk, "offer": offers[-1]}, follow=True)
    relay(shop)

    assert "The label is being bought" in text_of(answer)
    assert len(bought_labels()) == 1
    assert ShippingLabel.objects.get().choice == LabelChoice.CHOSEN


def test_an_offer_that_was_not_shown_is_not_bought(shop, via_bol, relay, page, bought_labels):
    order = via_bol()

    answer = page.post(BUY, {"order": order.pk, "offer": "made-up"})
    relay(shop)

    assert "Here is what bol offers now" in text_of(answer)
    assert bought_labels() == []


def test_when_bol_does_not_answer_a_rule_can_choose_later(shop, via_bol, page, sandbox):
    order = via_bol()
    sandbox.add_fault(
        {"kind": "status", "method": "POST", "path": "/retailer/shipping-labels/delivery-options", "times": 9}
    )

    shown = text_of(page.get(BUY, {"order": order.pk}))

    assert "a rule can choose later" in shown
    assert "Which label" in shown


def test_many_are_bought_by_a_rule_and_those_that_cannot_be_are_named(
    shop, via_bol, bought, relay, page, bought_labels
):
    orders = [via_bol(), via_bol(), bought()]
    keys = [order.pk for order in orders]
    shown = text_of(page.post(ORDERS, {"action": "buy_labels", "_selected_action": keys}))
    assert "For 2 orders, one label each." in shown
    assert "is not sent via bol" in shown

    data = {"order": keys, "choice": "cheapest_parcel", "highest_price": "4.30"}
    answer = text_of(page.post(BUY, data, follow=True))
    relay(shop)

    assert "2 labels are being bought." in answer
    assert f"{orders[2]}:" in answer
    assert len(bought_labels()) == 2
    assert {label.price for label in ShippingLabel.objects.all()} == {Decimal("4.25")}


def test_many_labels_are_one_pdf_to_print(shop, via_bol, relay, page):
    buy_labels([via_bol().pk, via_bol().pk, via_bol().pk], LabelChoice.RECOMMENDED)
    relay(shop)
    keys = list(ShippingLabel.objects.values_list("pk", flat=True))

    answer = page.post(LIST, {"action": "print_labels", "_selected_action": keys})

    assert answer["Content-Type"] == "application/pdf"
    pages = PdfReader(BytesIO(answer.content)).pages
    assert len(pages) == 3
    codes = ShippingLabel.objects.order_by("pk").values_list("track_and_trace", flat=True)
    assert [code in page.extract_text() for code, page in zip(codes, pages, strict=True)] == [True] * 3
    assert not ShippingLabel.objects.filter(printed_at=None).exists()


def test_parcels_are_marked_shipped_with_their_labels(shop, via_bol, relay, page, shipped):
    buy_labels([via_bol().pk, via_bol().pk], LabelChoice.RECOMMENDED)
    relay(shop)
    keys = list(ShippingLabel.objects.values_list("pk", flat=True))

    answer = page.post(LIST, {"action": "ship", "_selected_action": keys}, follow=True)
    relay(shop)

    assert "2 parcels are marked shipped." in text_of(answer)
    assert len(shipped()) == 2


def test_a_person_says_how_an_unknown_purchase_ended(shop, via_bol, relay, sandbox, page):
    sandbox.add_fault(
        {"kind": "reset", "when": "before", "method": "POST", "path": "/retailer/shipping-labels"}
    )
    buy_labels([via_bol().pk], LabelChoice.RECOMMENDED)
    relay(shop)
    label = ShippingLabel.objects.get()
    assert "look at bol" in text_of(page.get(f"{LIST}?to_do=settle"))

    say = reverse("admin:orders_shippinglabel_say_not_bought", args=[label.pk])
    page.post(say, {"_form_submitted": "on"})

    label.refresh_from_db()
    assert label.state == "refused"
    assert "staff looked at bol" in label.reason


def test_buying_needs_its_permission(shop, via_bol, client, relay, bought_labels):
    clerk = User.objects.create_user("clerk", is_staff=True)
    codes = ["view_order", "change_order", "view_shippinglabel"]
    clerk.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client.force_login(clerk)
    order = via_bol()

    answer = client.post(BUY, {"order": order.pk, "choice": "recommended"})
    relay(shop)

    assert answer.status_code == 403
    assert bought_labels() == []
    assert client.get(LIST).status_code == 200
