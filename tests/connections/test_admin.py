"""The pages about connections: switches are POSTs, and a secret goes in and never comes out."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from connections import outbox
from connections.models import Connection, Lane, MessageState, OutboxMessage
from connections.outbox import Note

SECRET = "SECRETCANARY123-and-more"


@pytest.fixture
def page(client, staff):
    """A browser in which somebody who may do everything is signed in."""
    client.force_login(staff)
    return client


@pytest.fixture
def shop(db):
    return Connection.objects.create(name="Shop", client_id="id", client_secret=SECRET)


def change_page(shop: Connection) -> str:
    return reverse("admin:connections_connection_change", args=[shop.pk])


def switch(shop: Connection, name: str) -> str:
    return reverse(f"admin:connections_connection_{name}", args=[shop.pk])


def form_of(shop: Connection, **changes: str) -> dict[str, str]:
    names = ("name", "client_id", "api_url", "login_url", "offers_api")
    management = {"flows-TOTAL_FORMS": "0", "flows-INITIAL_FORMS": "0"}
    return {name: getattr(shop, name) for name in names} | {"new_secret": ""} | management | changes


def test_the_secret_is_on_no_page(page, shop):
    for address in (change_page(shop), reverse("admin:connections_connection_changelist")):
        assert SECRET not in page.get(address).content.decode()


def test_an_empty_secret_keeps_the_stored_one(page, shop):
    answer = page.post(change_page(shop), form_of(shop, name="Renamed"))

    assert answer.status_code == 302
    shop.refresh_from_db()
    assert (shop.name, shop.client_secret) == ("Renamed", SECRET)


def test_a_new_secret_gives_a_refused_connection_another_chance(page, shop):
    shop.suspend("refused")

    page.post(change_page(shop), form_of(shop, new_secret="a-better-one"))

    shop.refresh_from_db()
    assert (shop.client_secret, shop.status) == ("a-better-one", Connection.Status.ACTIVE)


def test_a_new_connection_needs_a_secret_and_starts_read_only(page, db):
    add = reverse("admin:connections_connection_add")
    fresh = Connection(name="New", client_id="id")

    assert "new_secret" in page.post(add, form_of(fresh)).context["adminform"].form.errors
    page.post(add, form_of(fresh, new_secret="s3cret-value"))

    made = Connection.objects.get(name="New")
    assert (made.client_secret, made.is_live) == ("s3cret-value", False)


@pytest.mark.parametrize("name", ["pause", "start_sending"])
def test_looking_at_a_switch_changes_nothing(page, shop, name):
    before = Connection.objects.values().get()

    assert page.get(switch(shop, name)).status_code == 200

    assert Connection.objects.values().get() == before


def test_pausing_needs_a_reason_and_remembers_who(page, shop, staff):
    page.post(switch(shop, "pause"), {"_form_submitted": "on", "reason": ""})
    shop.refresh_from_db()
    assert shop.is_active

    page.post(switch(shop, "pause"), {"_form_submitted": "on", "reason": "stocktaking"})

    shop.refresh_from_db()
    assert (shop.status, shop.status_reason, shop.status_changed_by) == ("paused", "stocktaking", staff)


def test_going_live_and_back(page, shop):
    page.post(switch(shop, "start_sending"), {"_form_submitted": "on"})
    shop.refresh_from_db()
    assert shop.is_live

    page.post(switch(shop, "stop_sending"), {"_form_submitted": "on"})
    shop.refresh_from_db()
    assert not shop.is_live


def test_who_may_only_look_can_switch_nothing(client, shop):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_connection"))
    client.force_login(viewer)

    assert client.get(change_page(shop)).status_code == 200
    assert client.post(switch(shop, "start_sending"), {"_form_submitted": "on"}).status_code == 403
    shop.refresh_from_db()
    assert not shop.is_live


def test_refused_messages_can_be_sent_again(page, shop):
    outbox.enqueue(shop, Note("UPDATE_OFFER_PRICE", "offer:1", Lane.PRICE))
    message = OutboxMessage.objects.get()
    OutboxMessage.objects.update(state=MessageState.FAILED, waiting_key=None, reason="400 price")

    page.post(
        reverse("admin:connections_outboxmessage_changelist"),
        {"action": "send_again", "_selected_action": [message.pk]},
    )

    message.refresh_from_db()
    assert (message.state, message.reason) == (MessageState.PENDING, "")
