"""A message names with what its change was made, and keeps naming the latest."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from connections import outbox, sources
from connections.models import Connection, Lane, OutboxMessage
from connections.outbox import Note

pytestmark = pytest.mark.django_db

NOTE = Note("UPDATE_OFFER_PRICE", "offer:1", Lane.PRICE)


@pytest.fixture
def shop() -> Connection:
    return Connection.objects.create(name="Shop", client_id="id")


def said() -> tuple[str, User | None]:
    message = OutboxMessage.objects.get()
    return message.source, message.created_by


def test_the_source_is_named_only_inside(shop: Connection) -> None:
    with sources.working_with("import a.csv"):
        outbox.enqueue(shop, NOTE)
    outbox.enqueue(shop, Note("UPDATE_OFFER_STOCK", "offer:1", Lane.STOCK))

    assert list(OutboxMessage.objects.order_by("pk").values_list("source", flat=True)) == ["import a.csv", ""]


def test_who_joins_a_waiting_message_is_who_is_named(shop: Connection, staff: User) -> None:
    with sources.working_with("import a.csv"):
        outbox.enqueue(shop, NOTE)

    outbox.enqueue(shop, NOTE, by=staff)

    assert said() == ("", staff)


def test_nobody_in_particular_changes_no_name(shop: Connection, staff: User) -> None:
    outbox.enqueue(shop, NOTE, by=staff)

    outbox.enqueue(shop, NOTE)

    assert said() == ("", staff)


def test_a_long_name_is_cut(shop: Connection) -> None:
    with sources.working_with("import " + "x" * 300):
        outbox.enqueue(shop, NOTE)

    assert len(said()[0]) == sources.MAX_LENGTH
