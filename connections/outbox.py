"""How a message enters the outbox: in the transaction of the change that it announces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from connections import doorbell, sources
from connections.models import Connection, Lane, MessageState, OutboxMessage

BATCH = 500


@dataclass(frozen=True)
class Note:
    """What should be said: an operation about a subject such as "offer:12"."""

    operation: str
    subject: str
    lane: Lane


def enqueue(connection: Connection, note: Note, *, by: Any = None) -> None:
    """Add one message, or join the one that waits already; call it inside the change's transaction."""
    enqueue_many(connection, [note], by=by)


def enqueue_many(connection: Connection, notes: Iterable[Note], *, by: Any = None) -> None:
    """Add messages; each joins the one that waits for the same operation and subject, if there is one.

    The waiting row is locked by the joining itself, so that a relay which claims it at the same moment either sends
    this change too or leaves a new row behind. Earlier refusals about the same are overtaken.
    """
    # In one order everywhere, so that two who join the same rows never wait for each other.
    messages = [_message(connection, note, by) for note in sorted(set(notes), key=_order)]
    if not messages:
        return
    with transaction.atomic():
        OutboxMessage.objects.bulk_create(
            messages,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["waiting_key"],
            update_fields=["lane", "not_before", "changed_at"],
        )
        _name_latest_source(messages)
        _overtake_refusals(connection, messages)
    transaction.on_commit(partial(doorbell.ring, connection.pk, "outbox"))


def withdraw(connection: Connection, operations: Iterable[str], subject: str) -> None:
    """Take back what still waits about a subject, because it need not be said any more."""
    OutboxMessage.objects.waiting().filter(
        connection=connection, subject=subject, operation__in=list(operations)
    ).update(state=MessageState.SUPERSEDED, waiting_key=None, settled_at=timezone.now())


def _order(note: Note) -> tuple[str, str]:
    return note.subject, note.operation


def _message(connection: Connection, note: Note, by: Any) -> OutboxMessage:
    now = timezone.now()
    return OutboxMessage(
        connection=connection,
        operation=note.operation,
        subject=note.subject,
        lane=note.lane,
        waiting_key=OutboxMessage.key_of(connection.pk, note.operation, note.subject),
        not_before=now,
        created_at=now,
        changed_at=now,
        created_by=by,
        source=sources.current(),
    )


def _name_latest_source(messages: list[OutboxMessage]) -> None:
    """Let messages that were joined say who gave the value that will be sent; nobody in particular changes nothing."""
    said = {"created_by": messages[0].created_by, "source": messages[0].source}
    if not any(said.values()):
        return
    for start in range(0, len(messages), BATCH):
        keys = [message.waiting_key for message in messages[start : start + BATCH]]
        OutboxMessage.objects.filter(waiting_key__in=keys).exclude(**said).update(**said)


def _overtake_refusals(connection: Connection, messages: list[OutboxMessage]) -> None:
    for start in range(0, len(messages), BATCH):
        part = messages[start : start + BATCH]
        same = Q()
        for operation in {message.operation for message in part}:
            subjects = [message.subject for message in part if message.operation == operation]
            same |= Q(operation=operation, subject__in=subjects)
        OutboxMessage.objects.failed().filter(same, connection=connection).update(
            state=MessageState.SUPERSEDED
        )
