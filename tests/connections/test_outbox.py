"""A change and its message are one; at most one message waits for the same thing."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, transaction
from django.db import connection as database
from django.db import connections as databases

from connections import outbox
from connections.claiming import claim_next, take_back_abandoned
from connections.models import Lane, MessageState, OutboxMessage
from connections.outbox import Note

PRICE = Note("UPDATE_OFFER_PRICE", "offer:1", Lane.PRICE)
STOCK = Note("UPDATE_OFFER_STOCK", "offer:1", Lane.STOCK)


def state_counts() -> dict[str, int]:
    states = list(OutboxMessage.objects.values_list("state", flat=True))
    return {state: states.count(state) for state in set(states)}


@pytest.mark.django_db
def test_ten_changes_wait_as_one_message(connection):
    for _change in range(10):
        outbox.enqueue(connection, PRICE)

    assert OutboxMessage.objects.count() == 1


@pytest.mark.django_db
def test_a_later_change_can_move_to_a_faster_lane(connection):
    outbox.enqueue(connection, STOCK)
    outbox.enqueue(connection, Note(STOCK.operation, STOCK.subject, Lane.STOCK_TO_ZERO))

    assert OutboxMessage.objects.get().lane == Lane.STOCK_TO_ZERO


@pytest.mark.django_db
def test_a_change_rolled_back_leaves_no_message(connection):
    with transaction.atomic():
        outbox.enqueue(connection, PRICE)
        transaction.set_rollback(True)

    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_a_change_while_the_message_is_being_sent_waits_on_its_own(connection):
    outbox.enqueue(connection, PRICE)
    claim_next(connection, 10)

    outbox.enqueue(connection, PRICE)

    assert state_counts() == {MessageState.SENDING: 1, MessageState.PENDING: 1}


@pytest.mark.django_db
def test_a_new_change_overtakes_an_earlier_refusal(connection):
    outbox.enqueue(connection, PRICE)
    OutboxMessage.objects.update(state=MessageState.FAILED, waiting_key=None)

    outbox.enqueue(connection, PRICE)

    assert state_counts() == {MessageState.SUPERSEDED: 1, MessageState.PENDING: 1}


@pytest.mark.django_db
def test_what_need_not_be_said_any_more_is_taken_back(connection):
    outbox.enqueue_many(connection, [PRICE, STOCK])

    outbox.withdraw(connection, [PRICE.operation], PRICE.subject)

    assert OutboxMessage.objects.waiting().get().operation == STOCK.operation


@pytest.mark.django_db
def test_only_a_waiting_message_may_hold_its_key(connection):
    outbox.enqueue(connection, PRICE)

    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxMessage.objects.update(state=MessageState.SENDING)


@pytest.mark.django_db
def test_messages_leave_in_the_order_of_their_lanes(connection):
    outbox.enqueue(connection, Note("UPDATE_OFFER", "offer:1", Lane.DETAILS))
    outbox.enqueue(connection, Note("UPDATE_OFFER_STOCK", "offer:2", Lane.STOCK))
    outbox.enqueue(connection, Note("CREATE_SHIPMENT", "shipment:1", Lane.SHIPMENTS))
    outbox.enqueue(connection, Note("UPDATE_OFFER_STOCK", "offer:3", Lane.STOCK_TO_ZERO))

    claimed = [parcel.leader.subject for parcel in claim_next(connection, 4)]

    assert claimed == ["offer:3", "shipment:1", "offer:2", "offer:1"]


@pytest.mark.django_db
def test_no_lane_starves_while_faster_ones_are_full(connection):
    outbox.enqueue(connection, Note("UPDATE_OFFER", "offer:old", Lane.DETAILS))
    outbox.enqueue_many(
        connection, [Note("UPDATE_OFFER_STOCK", f"offer:{number}", Lane.STOCK) for number in range(50)]
    )

    claimed = [parcel.leader.subject for parcel in claim_next(connection, 20)]

    assert len(claimed) == 20
    assert "offer:old" in claimed


@pytest.mark.django_db
def test_one_subject_is_in_the_hands_of_one_request(connection):
    outbox.enqueue(connection, Note("DELETE_OFFER", "offer:1", Lane.DETAILS))
    claim_next(connection, 10)
    outbox.enqueue(connection, PRICE)

    assert claim_next(connection, 10) == []


@pytest.mark.django_db
def test_two_connections_do_not_take_each_others_messages(make_connection):
    first, second = make_connection("First"), make_connection("Second", client_id="second-shop")
    outbox.enqueue(first, PRICE)
    outbox.enqueue(second, PRICE)

    assert [parcel.leader.connection_id for parcel in claim_next(first, 10)] == [first.pk]


@pytest.mark.django_db
def test_what_a_dead_sender_held_is_free_after_its_lease(connection, settings):
    settings.BOL_LEASE = -settings.BOL_LEASE
    outbox.enqueue(connection, PRICE)
    claim_next(connection, 10)

    assert take_back_abandoned(connection) == 1
    assert OutboxMessage.objects.get().state in {MessageState.PENDING, MessageState.UNCONFIRMED}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    database.vendor == "sqlite", reason="SQLite has one writer: a claim cannot fall into a change"
)
def test_a_claim_in_the_middle_of_a_change_loses_nothing(connection):
    """The relay comes while a change has joined the waiting row and is not committed yet."""
    outbox.enqueue(connection, PRICE)
    claimed = []

    def claim() -> None:
        try:
            claimed.extend(claim_next(connection, 10))
        finally:
            databases.close_all()

    with transaction.atomic():
        outbox.enqueue(connection, PRICE)
        relay = threading.Thread(target=claim)
        relay.start()
        relay.join(timeout=5)

    assert claimed == []
    assert OutboxMessage.objects.waiting().count() == 1


@pytest.mark.django_db
def test_a_change_overtakes_the_refusal_of_the_same_and_no_other(connection):
    outbox.enqueue(connection, STOCK)
    OutboxMessage.objects.update(state=MessageState.FAILED, waiting_key=None)

    other_stock = Note(STOCK.operation, "offer:2", Lane.STOCK)
    outbox.enqueue_many(connection, [PRICE, other_stock])

    assert OutboxMessage.objects.failed().get().subject == STOCK.subject


@pytest.mark.django_db
def test_a_change_does_not_wait_out_the_pause_of_the_message_it_joins(connection):
    outbox.enqueue(connection, STOCK)
    OutboxMessage.objects.update(not_before="2099-01-01T00:00:00Z")

    outbox.enqueue(connection, Note(STOCK.operation, STOCK.subject, Lane.STOCK_TO_ZERO))

    assert len(claim_next(connection, 10)) == 1
