"""What came back is listed, handled and created on pages; nothing typed is lost."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from orders.models import ReturnCreation, ReturnHandling, ReturnItem

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/orders/returnitem/"
HANDLE = "/admin/orders/returnitem/handle/"


@pytest.fixture
def page(client, staff):
    client.force_login(staff)
    return client


def text_of(answer) -> str:
    return answer.content.decode()


def typed(*items: ReturnItem, result: str = "RETURN_RECEIVED", quantity: object = 2) -> dict:
    data: dict = {"item": [item.pk for item in items]}
    for item in items:
        data |= {f"item-{item.pk}-handling_result": result, f"item-{item.pk}-quantity": quantity}
    return data


def test_the_list_shows_what_waits_and_loses_what_is_told(shop, returned, page):
    item = returned()
    assert item.order_id in text_of(page.get(LIST))

    page.post(HANDLE, typed(item))

    assert item.order_id not in text_of(page.get(LIST))
    assert "Waiting to be sent" in text_of(page.get(LIST + "?state=told"))


def test_many_are_handled_at_once_and_bol_is_told(shop, returned, relay, handled, page):
    items = [returned(), returned()]
    action = {"action": "handle", "_selected_action": [item.pk for item in items]}
    assert "What became of these returns?" in text_of(page.post(LIST, action))

    answer = page.post(HANDLE, typed(*items), follow=True)
    relay(shop)

    assert "2 returns are handled" in text_of(answer)
    assert sorted(handled()) == sorted((item.rma_id, "RETURN_RECEIVED", 2) for item in items)


def test_what_is_wrong_is_shown_beside_its_field_and_the_rest_is_done(shop, returned, page):
    good, bad = returned(), returned()
    data = typed(good) | typed(bad, quantity=7) | {"item": [good.pk, bad.pk]}

    answer = text_of(page.post(HANDLE, data))

    assert "A number from 1 to 2" in answer
    assert 'value="7"' in answer
    assert ReturnHandling.objects.get().item == good


def test_a_viewer_does_not_handle(shop, returned, client):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_returnitem"))
    client.force_login(viewer)
    item = returned()

    assert item.order_id in text_of(client.get(LIST))
    assert client.post(HANDLE, typed(item)).status_code == 403
    assert not ReturnHandling.objects.exists()


@pytest.mark.parametrize(
    "column", ["order_id", "rma_id", "ean", "parcel__return_id", "parcel__track_and_trace"]
)
def test_a_return_is_found_by_what_people_have_at_hand(shop, returned, page, column):
    item = returned()
    other = returned()
    ReturnItem.objects.filter(pk=other.pk).update(ean="8710000000031")
    term = ReturnItem.objects.filter(pk=item.pk).values_list(column, flat=True).get()

    found = text_of(page.get(LIST, {"q": term}))

    assert item.order_id in found
    assert other.order_id not in found


def test_a_return_is_created_from_the_page_of_its_order(shop, delivered, relay, page, effects):
    order = delivered(2)
    item = order.items.get()
    address = f"/admin/orders/order/{order.pk}/create-return/"
    assert "Create a return" in text_of(page.get(address))

    wrong = page.post(address, {"item": item.pk, "quantity": 5, "handling_result": "RETURN_RECEIVED"})
    assert "A number from 1 to 2" in text_of(wrong)
    page.post(address, {"item": item.pk, "quantity": 1, "handling_result": "RETURN_RECEIVED"})
    relay(shop)

    assert len(effects("RETURN_CREATED")) == 1
    assert ReturnCreation.objects.get().state == "confirmed"
    shown = text_of(page.get(reverse("admin:orders_order_change", args=[order.pk])))
    assert "Received: the customer is paid back" in shown


def test_an_order_of_which_nothing_was_shipped_has_nothing_to_return(shop, bought, page):
    order = bought(1)

    answer = page.get(f"/admin/orders/order/{order.pk}/create-return/", follow=True)

    assert "Nothing of this order can come back" in text_of(answer)
