"""Items are cancelled from the list or an order: chosen with a reason, looked at once more, then told to bol."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from connections.clients import client_for
from connections.models import OutboxMessage
from orders.models import Cancellation, Order, Shipment
from orders.standing import update_standing
from tests.orders.conftest import mark
from tests.orders.marking.conftest import LIST, MARK, confirm, hidden, typed

CANCEL = "/admin/orders/order/cancel/"


def choose(orders, action: str) -> dict[str, object]:
    return {"action": action, "_selected_action": [order.pk for order in orders]}


def wanted(
    order: Order, *titles: str, reason: str = "OUT_OF_STOCK", step: str = "check"
) -> dict[str, object]:
    items = order.items.filter(title__in=titles)
    return {
        "order": order.pk,
        "item": [item.pk for item in items],
        "reason_code": reason,
        "step": step,
    }


def page_of(browser, order: Order) -> str:
    return browser.get(f"/admin/orders/order/{order.pk}/change/").content.decode()


@pytest.fixture
def asking(orders) -> Order:
    """An order of which the customer wants to cancel one article."""
    orders[0].items.filter(title="Vinegar").update(cancellation_requested=True)
    update_standing([orders[0].pk])
    return orders[0]


def test_the_action_shows_what_can_be_cancelled(browser, orders):
    mark(orders[1], quantities={orders[1].items.get(title="Vinegar").pk: 1})

    page = browser.post(LIST, choose(orders[:2], "cancel_items")).content.decode()

    assert page.count('type="checkbox" name="item"') == 3
    assert "1 of “Vinegar” is in a parcel that left" in page
    assert not Cancellation.objects.exists()


def test_an_item_is_cancelled_after_a_second_look(browser, orders, staff):
    page = browser.post(CANCEL, wanted(orders[0], "Vinegar")).content.decode()
    for text in ("1 item is cancelled at bol. Pieces: 2.", "Reason: Out of stock.", "Cancel 1 item"):
        assert text in page
    assert not Cancellation.objects.exists()

    answer = browser.post(CANCEL, hidden(page) | {"step": "confirm"}, follow=True)

    cancellation = Cancellation.objects.get()
    assert (cancellation.item.title, cancellation.reason_code, cancellation.created_by) == (
        "Vinegar",
        "OUT_OF_STOCK",
        staff,
    )
    assert OutboxMessage.objects.get().operation == "CANCEL_ORDER"
    page = answer.content.decode()
    assert "1 item is cancelled." in page
    assert "Waiting to be sent" in page


@pytest.mark.parametrize(
    ("change", "words"),
    [({"item": []}, "Choose at least one item."), ({"reason_code": ""}, "This field is required.")],
)
def test_without_an_item_or_a_reason_nothing_is_lost(browser, orders, change, words):
    page = browser.post(CANCEL, wanted(orders[0], "Vinegar") | change).content.decode()

    assert words in page
    assert '<option value="OUT_OF_STOCK" selected>' in page or "checked" in page
    assert not Cancellation.objects.exists()


def test_going_back_loses_nothing(browser, orders):
    page = browser.post(CANCEL, wanted(orders[0], "Vinegar")).content.decode()

    page = browser.post(CANCEL, hidden(page) | {"step": "edit"}).content.decode()

    assert page.count("checked") == 1
    assert '<option value="OUT_OF_STOCK" selected>' in page


def test_a_second_click_cancels_nothing_more(browser, orders):
    page = browser.post(CANCEL, wanted(orders[0], "Vinegar")).content.decode()

    for _ in range(2):
        answer = browser.post(CANCEL, hidden(page) | {"step": "confirm"}, follow=True)

    assert Cancellation.objects.count() == 1
    assert "being cancelled already" in answer.content.decode()


def test_what_was_shipped_meanwhile_is_not_cancelled(browser, orders):
    page = browser.post(CANCEL, wanted(orders[0], "Olive Oil", "Vinegar")).content.decode()
    mark(orders[0], quantities={orders[0].items.get(title="Vinegar").pk: 2})

    page = browser.post(CANCEL, hidden(page) | {"step": "confirm"}).content.decode()

    assert "this is not what you saw any more" in page
    assert "“Vinegar” is in a parcel that left" in page
    assert not Cancellation.objects.exists()
    browser.post(CANCEL, hidden(page) | {"step": "confirm"})
    assert Cancellation.objects.get().item.title == "Olive Oil"


def test_who_may_only_look_cancels_nothing(client, orders):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_order"))
    client.force_login(viewer)

    for step in ("check", "confirm"):
        assert client.post(CANCEL, wanted(orders[0], "Vinegar", step=step)).status_code == 403
    assert "open-cancel" not in page_of(client, orders[0])


# What customers ask -------------------------------------------------------------------------------------


def test_an_order_shows_what_its_customer_asks(browser, asking, orders):
    page = page_of(browser, asking)

    assert "asked to cancel" in page
    assert "open-accept-request" in page
    assert "open-ship-anyway" in page
    assert "open-accept-request" not in page_of(browser, orders[1])


def test_the_list_of_those_who_ask_has_their_deadline(browser, asking):
    asking.items.update(latest_delivery_date=timezone.localdate() + timedelta(days=3))
    update_standing([asking.pk])

    page = browser.get(f"{LIST}?list=asking-to-cancel").content.decode()

    assert asking.order_id in page
    assert "left" in page


def test_accepting_cancels_what_was_asked_and_nothing_else(browser, asking, orders):
    page = browser.post(f"{LIST}?list=asking-to-cancel", choose(orders, "accept_requests")).content.decode()
    assert "1 item is cancelled at bol." in page
    assert "Reason: The customer asked for it." in page

    answer = browser.post(CANCEL, hidden(page) | {"step": "confirm"}, follow=True)

    cancellation = Cancellation.objects.get()
    assert (cancellation.item.title, cancellation.reason_code) == ("Vinegar", "REQUESTED_BY_CUSTOMER")
    assert not Order.objects.asking_to_cancel().exists()
    assert answer.redirect_chain[-1][0] == f"/admin/orders/order/{asking.pk}/change/"


def test_the_button_on_the_order_leads_there_too(browser, asking):
    page = browser.get(f"{LIST}{asking.pk}/open-accept-request", follow=True).content.decode()

    assert "Cancel 1 item" in page


def test_shipping_anyway_answers_the_customer_too(browser, asking):
    page = browser.get(f"{LIST}{asking.pk}/open-ship-anyway", follow=True).content.decode()
    assert "Ship it anyway" in page
    assert "checked" in page[page.index("despite_request") :][:300]

    confirm(browser, typed([asking], ["3SABCD12345"]) | {f"order-{asking.pk}-despite_request": "on"})

    assert Shipment.objects.exists()
    assert not Order.objects.asking_to_cancel().exists()
    assert browser.get(MARK).status_code == 302


def test_where_nobody_asked_that_is_said(browser, orders):
    page = browser.post(LIST, choose(orders[:1], "accept_requests"), follow=True).content.decode()

    assert "No customer asked to cancel anything of this." in page


@pytest.mark.django_db(transaction=True)
def test_what_was_shipped_elsewhere_meanwhile_is_seen_before_it_is_cancelled(browser, shop, bought):
    order = bought()
    Order.objects.update(read_at=timezone.now() - timedelta(minutes=2))
    with client_for(shop) as client:
        client.orders.cancel(order.items.get().order_item_id, "OTHER")

    page = browser.get(f"{CANCEL}?order={order.pk}", follow=True).content.decode()

    assert "Nothing of" in page
    assert "was shipped or cancelled already" in page
    assert not Cancellation.objects.exists()
