"""What bol refused is shown by cause, tried again or settled by hand; what would be sent is shown before it is."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.urls import reverse

from connections import attention, services, shadowing
from connections.models import Connection, Lane, MessageState, OutboxMessage
from connections.testing import try_connection
from offers import services as offers
from offers.models import Product, Project
from tests.conftest import CLIENT_ID

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "admin:connections_outboxmessage_attention"
IDS = ["6ff736b5-cdd0-4150-8c67-78269ee986f5", "414c343c-1027-44d1-8386-bbc4cd613e30"]


@pytest.fixture
def browser(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def refuse(connection) -> Callable[..., OutboxMessage]:
    """bol refused something, in these words."""

    def make(words: str, operation: str = "UPDATE_OFFER_PRICE") -> OutboxMessage:
        return OutboxMessage.objects.create(
            connection=connection, operation=operation, subject=f"offer:{OutboxMessage.objects.count()}",
            lane=Lane.PRICE, state=MessageState.FAILED, reason=words, advice="Correct what bol names.",
        )  # fmt: skip

    return make


def test_messages_that_differ_in_numbers_and_ids_only_have_one_cause(refuse):
    for offer_id in IDS:
        refuse(f"Offer with id {offer_id} not found.")
    refuse("Price 12.50 is above the limit of 9.99.")
    refuse("Price 13.75 is above the limit of 9.99.")
    refuse("Price 13.75 is above the limit of 9.99.", operation="UPDATE_OFFER")

    counts = sorted((cause.operation, cause.count) for cause in attention.find_causes())

    assert counts == [("UPDATE_OFFER", 1), ("UPDATE_OFFER_PRICE", 2), ("UPDATE_OFFER_PRICE", 2)]


def test_the_causes_take_one_query_however_many_messages(refuse, django_assert_num_queries):
    for _number in range(30):
        refuse("Not today.")

    with django_assert_num_queries(1):
        (cause,) = attention.find_causes()
    assert cause.count == 30


def test_a_cause_is_tried_again_as_a_whole(refuse, browser):
    for offer_id in IDS:
        refuse(f"Offer with id {offer_id} not found.")
    other = refuse("Not today.")
    (key,) = [cause.key for cause in attention.find_causes() if cause.count == 2]

    page = browser.post(reverse(PAGE), {"cause": key, "deed": "send_again"}, follow=True)

    assert "2 messages are sent again." in page.content.decode()
    assert list(OutboxMessage.objects.failed()) == [other]
    assert OutboxMessage.objects.waiting().count() == 2


def test_settling_by_hand_needs_a_reason_and_keeps_it(refuse, browser, staff):
    message = refuse("Not today.")
    (cause,) = attention.find_causes()

    page = browser.post(reverse(PAGE), {"cause": cause.key, "deed": "settle", "reason": ""})
    assert "This field is required." in page.content.decode()
    assert OutboxMessage.objects.failed().exists()

    browser.post(
        reverse(PAGE), {"cause": cause.key, "deed": "settle", "reason": "Changed it in bol's screens"}
    )

    message.refresh_from_db()
    assert (message.state, message.settled_by, message.settlement) == (
        MessageState.SETTLED,
        staff,
        "Changed it in bol's screens",
    )
    assert "bol has refused nothing" in browser.get(reverse(PAGE)).content.decode()


def test_who_may_only_look_settles_nothing(refuse, client, django_user_model):
    refuse("Not today.")
    (cause,) = attention.find_causes()
    client.force_login(django_user_model.objects.create_user("guest", is_staff=True))

    assert client.get(reverse(PAGE)).status_code == 403
    assert client.post(reverse(PAGE), {"cause": cause.key, "deed": "send_again"}).status_code == 403
    assert OutboxMessage.objects.failed().exists()


# What would be sent ----------------------------------------------------------------------------------


@pytest.fixture
def waiting(connection) -> OutboxMessage:
    """A new offer of a read-only connection."""
    services.stop_sending(connection, by=None)
    project = Project.objects.create(name="Pantry", connection=connection)
    product = Product.objects.create(reference="OIL", ean="8710400000013", title="Olive Oil")
    offers.create_offer(project, product, None, price=Decimal("12.50"), stock=5)
    return OutboxMessage.objects.get()


def test_the_exact_request_is_shown_and_nothing_is_sent(waiting, sandbox, browser):
    page = browser.get(reverse("admin:connections_outboxmessage_show_request", args=[waiting.pk]))

    text = page.content.decode()
    assert "POST /retailer/offers" in text
    assert "8710400000013" in text
    assert "12.5" in text
    assert sandbox.offers() == []
    before = waiting.changed_at
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, waiting.changed_at) == (MessageState.PENDING, 0, before)


def test_what_is_shown_is_what_is_sent(waiting, sandbox, relay, connection):
    shown = shadowing.draft(waiting)

    services.start_sending(connection, by=None)
    relay(Connection.objects.get())

    (request,) = [request for request in sandbox.requests() if request["path"] == shown.path]
    assert request["method"] == shown.method == "POST"
    assert len(sandbox.offers(CLIENT_ID)) == 1


# Trying a connection ---------------------------------------------------------------------------------


def test_a_connection_that_works_says_whose_account_it_is(connection, sandbox):
    sandbox.add_offer(CLIENT_ID, {"ean": "8710400000013", "price": 5, "stock": 1})

    findings = try_connection(connection)

    assert [finding.is_fine for finding in findings] == [True] * 4
    assert "bol knows this account as" in findings[0].text


def test_a_wrong_secret_is_said_in_bols_words_and_ends_the_test(connection):
    try_connection(connection)
    services.enter_credentials(connection, CLIENT_ID, "wrong", by=None)

    (finding,) = try_connection(connection)

    assert not finding.is_fine
    assert "Enter the right client ID and secret" in finding.text


def test_a_right_that_is_missing_is_named_and_the_rest_is_tried(connection, sandbox):
    sandbox.add_fault({"kind": "status", "method": "GET", "path": "/retailer/returns", "status": 403})

    findings = try_connection(connection)

    assert [finding.is_fine for finding in findings] == [True, True, False, True]
    assert "partner service" in findings[2].text
