"""Notifications on the pages: how they are doing, and the switches on the page of the connection."""

from __future__ import annotations

import html

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils import timezone

from connections.models import (
    Connection,
    MessageState,
    Notification,
    NotificationRefusal,
    OutboxMessage,
    Subscription,
)

pytestmark = pytest.mark.django_db

State = Subscription.State


@pytest.fixture
def page(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def shop(settings) -> Connection:
    settings.PUBLIC_URL = "https://shop.example"
    return Connection.objects.create(name="Shop", client_id="id", client_secret="secret")


def change_page(shop: Connection) -> str:
    return reverse("admin:connections_connection_change", args=[shop.pk])


def switch(shop: Connection, name: str) -> str:
    return reverse(f"admin:connections_connection_{name}", args=[shop.pk])


def read(page, address: str) -> str:
    return html.unescape(page.get(address).content.decode())


def press(page, shop: Connection, name: str, **fields):
    return page.post(switch(shop, name), {"_form_submitted": "on"} | fields)


def subscribed(shop: Connection, **fields) -> Subscription:
    fields = {"is_ours": True, "state": State.ON, "bol_id": "1234", "resources": ["ORDER"]} | fields
    url = f"https://shop.example/bol/notifications/{shop.notification_key}/"
    return Subscription.objects.create(connection=shop, **{"url": url} | fields)


def messages() -> list[tuple[str, str]]:
    return list(OutboxMessage.objects.order_by("pk").values_list("operation", "state"))


def test_without_a_subscription_the_page_says_what_one_is_for(page, shop):
    text = read(page, change_page(shop))

    assert "bol posts nothing: everything is found by asking" in text
    assert switch(shop, "subscribe") in text
    assert switch(shop, "test_subscription") not in text


def test_a_person_subscribes_and_is_remembered(page, shop, staff):
    answer = press(page, shop, "subscribe", resources=["ORDER", "PROCESS_STATUS"])

    assert answer["HX-Redirect"] == change_page(shop)
    made = Subscription.objects.get()
    assert (made.resources, made.state, made.created_by) == (["ORDER", "PROCESS_STATUS"], State.ASKED, staff)
    assert messages() == [("CREATE_SUBSCRIPTION", MessageState.PENDING)]


def test_looking_at_the_switches_changes_nothing(page, shop):
    subscribed(shop)

    for name in ("change_subscription", "test_subscription", "unsubscribe"):
        assert page.get(switch(shop, name)).status_code == 200

    assert messages() == []


@pytest.mark.parametrize("url", ["", "http://shop.example"])
def test_without_an_https_address_the_page_says_what_to_set(page, shop, settings, url):
    settings.PUBLIC_URL = url

    answer = press(page, shop, "subscribe", resources=["ORDER"])

    text = html.unescape(answer.content.decode())
    assert "bol posts notifications to an https address only. Set PUBLIC_URL" in text
    assert (url or "not set") in text
    assert not Subscription.objects.exists()


def test_something_has_to_be_chosen_and_bols_words_count(page, shop):
    assert "This field is required" in press(page, shop, "subscribe").content.decode()
    assert "Select a valid choice" in press(page, shop, "subscribe", resources=["WEATHER"]).content.decode()
    assert not Subscription.objects.exists()


def test_a_change_keeps_what_is_not_touched(page, shop):
    subscribed(shop, resources=["ORDER", "OFFER_FOR_SALE"], is_enabled=False)

    form = page.get(switch(shop, "change_subscription")).context["form"]

    assert form["resources"].initial == ["ORDER", "OFFER_FOR_SALE"]
    assert form["is_enabled"].initial is False


def test_switching_off_test_and_removal_go_to_the_outbox(page, shop):
    made = subscribed(shop)

    press(page, shop, "change_subscription", resources=["ORDER"])
    made.refresh_from_db()
    assert (made.is_enabled, made.state) == (False, State.ASKED)
    press(page, shop, "test_subscription")
    assert ("SEND_SUBSCRIPTION_TST_MSG", "pending") in messages()
    press(page, shop, "unsubscribe")

    waiting = [operation for operation, state in messages() if state == MessageState.PENDING]
    assert waiting == ["DELETE_SUBSCRIPTION"]


def test_who_may_only_look_can_arrange_nothing(client, shop):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_connection"))
    client.force_login(viewer)

    assert client.get(change_page(shop)).status_code == 200
    assert (
        client.post(switch(shop, "subscribe"), {"_form_submitted": "on", "resources": ["ORDER"]}).status_code
        == 403
    )
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.DISABLED, "It is switched on again by itself"),
        (State.MISSING, "Somebody removed it at bol"),
        (State.REFUSED, "The outbox has bol's words"),
        (State.ASKED, "says nothing to bol until it is live"),
    ],
)
def test_what_is_wrong_is_said_with_the_next_step(page, shop, state, words):
    subscribed(shop, state=state)

    assert words in read(page, change_page(shop))


def test_what_bol_has_otherwise_and_a_new_address_are_shown(page, shop):
    known = {"url": "https://old.example/", "resources": ["SHIPMENT"], "enabled": True}
    subscribed(shop, url="https://old.example/", known=known)

    text = read(page, change_page(shop))

    assert "bol has it otherwise: SHIPMENT to https://old.example/" in text
    assert "This back office has another address by now" in text


def test_refusals_are_counted_on_the_page(page, shop):
    for _each in range(1234):
        NotificationRefusal.count_one(shop.pk, NotificationRefusal.Reason.WRONG_SIGNATURE)

    text = read(page, change_page(shop))

    assert "The signature does not fit the content" in text
    assert "1,234" in text


def test_what_others_subscribed_to_is_shown_and_can_be_removed(page, shop):
    theirs = subscribed(shop, is_ours=False, state=State.ELSEWHERE, url="https://tool.example/hook")
    assert "https://tool.example/hook" in read(page, change_page(shop))

    page.post(
        reverse("admin:connections_subscription_remove_at_bol", args=[theirs.pk]), {"_form_submitted": "on"}
    )

    assert messages() == [("DELETE_SUBSCRIPTION", MessageState.PENDING)]


def test_a_notification_is_found_by_what_it_is_about(page, shop):
    for number in range(2):
        Notification.objects.create(
            connection=shop,
            event_key=str(number),
            resource="ORDER",
            event_type="ORDER_CREATED",
            resource_id=f"A{number}",
            happened_at=timezone.now(),
        )

    text = read(page, reverse("admin:connections_notification_changelist") + "?q=A1")

    assert "A1" in text
    assert ">A0<" not in text


def test_the_front_page_names_what_does_not_come(page, shop):
    subscribed(shop, state=State.MISSING)

    assert "Notifications that do not come" in read(page, reverse("admin:index"))
