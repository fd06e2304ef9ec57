"""What a person does with a connection: each leaves a trace of who and why."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connections import doorbell, flows, moving, operations, settling, tokens
from connections.models import Connection, MessageState, OutboxMessage


@transaction.atomic
def enter_credentials(connection: Connection, client_id: str, client_secret: str, *, by: Any) -> None:
    """Replace client ID and secret; a connection that bol had refused gets another chance, and what waits is sent."""
    connection.client_id, connection.client_secret = client_id, client_secret
    connection.retailer_id = ""  # another client ID may be another account
    connection.save(update_fields=["client_id", "client_secret", "retailer_id"])
    tokens.forget(connection)
    if connection.status == Connection.Status.SUSPENDED:
        connection.resume(by)
    _note(connection, by, _("New credentials were entered."))
    _ring_all(connection)


@transaction.atomic
def pause(connection: Connection, reason: str, *, by: Any) -> None:
    """Stop all traffic of a connection; what has to be sent waits."""
    connection.pause(reason, by)
    _note(connection, by, _("Paused: %(reason)s") % {"reason": reason})


@transaction.atomic
def resume(connection: Connection, *, by: Any) -> None:
    """Let the traffic of a paused or suspended connection flow again."""
    tokens.forget(connection)
    connection.resume(by)
    _note(connection, by, _("Resumed."))
    _ring_all(connection)


@transaction.atomic
def start_sending(connection: Connection, *, by: Any) -> None:
    """Switch a read-only connection to live: what waits goes to bol."""
    connection.switch(by, is_live=True)
    _note(connection, by, _("Sending was switched on."))
    _ring_all(connection)


@transaction.atomic
def stop_sending(connection: Connection, *, by: Any) -> None:
    """Make a connection read only: it still fetches, and keeps what it would send."""
    connection.switch(by, is_live=False)
    _note(connection, by, _("Sending was switched off."))


@transaction.atomic
def move_to(connection: Connection, offers_api: str, *, by: Any) -> None:
    """Speak the other dialect of the Offers API from now on; what waits is said in its words."""
    if connection.offers_api == offers_api:
        return
    connection.switch(by, offers_api=offers_api)
    _note(connection, by, _("Moved to %(dialect)s.") % {"dialect": connection.get_offers_api_display()})
    moving.tell_followers(connection)


@transaction.atomic
def send_again(messages: Iterable[OutboxMessage]) -> int:
    """Have refused messages sent again, once-only commands after a look at bol; return how many."""
    refused = [message for message in messages if message.state == MessageState.FAILED]
    for message in refused:
        if operations.is_once_only(message.operation):
            settling.move_to_unconfirmed(message, check_in=None, changed_at=timezone.now())
        else:
            settling.move_to_waiting(message)
    for connection_id in {message.connection_id for message in refused}:
        transaction.on_commit(partial(doorbell.ring, connection_id, "outbox"))
    return len(refused)


@transaction.atomic
def settle_by_hand(messages: Iterable[OutboxMessage], reason: str, *, by: Any) -> int:
    """End refused messages because a person has seen to it; nothing is sent, what bol said stays. Return how many."""
    keys = [message.pk for message in messages]
    return (
        OutboxMessage.objects.failed()
        .filter(pk__in=keys)
        .update(state=MessageState.SETTLED, settled_at=timezone.now(), settled_by=by, settlement=reason)
    )


def _note(connection: Connection, by: Any, text: str) -> None:
    if by is not None:
        LogEntry.objects.log_actions(by.pk, [connection], CHANGE, text, single_object=True)


def _ring_all(connection: Connection) -> None:
    for kind in flows.kinds():
        transaction.on_commit(partial(doorbell.ring, connection.pk, kind.name))
