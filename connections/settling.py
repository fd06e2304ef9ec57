"""How a message moves on after an attempt. A result whose claim was lost in the meantime changes nothing."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from connections import bol
from connections.models import MessageState, OutboxMessage

logger = logging.getLogger(__name__)

FIRST_LOOK = timedelta(seconds=2)
LONGEST_LOOK = timedelta(minutes=15)
# bol forgets a process status after a day; what is not known by then, a person has to find out.
GIVE_UP_AFTER = timedelta(hours=24)


def move_to_waiting(
    message: OutboxMessage,
    *,
    wait: timedelta = timedelta(0),
    failed: bool = False,
    attempted: bool = True,
    reason: str = "",
) -> bool:
    """Let the message be sent again after `wait`; one that waits already for the same overtakes it."""
    try:
        with transaction.atomic():
            return _move(
                message,
                MessageState.PENDING,
                waiting_key=_key(message),
                not_before=timezone.now() + wait,
                failures=F("failures") + int(failed),
                attempts=F("attempts") - int(not attempted),
                reason=reason,
                advice="",
                process_status_id="",
                check_at=None,
            )
    except IntegrityError:
        return _move(message, MessageState.SUPERSEDED, settled_at=timezone.now())


def move_to_accepted(message: OutboxMessage, status: bol.ProcessStatus) -> bool:
    """bol took it on and will say later how it ended."""
    now = timezone.now()
    return _move(
        message,
        MessageState.ACCEPTED,
        process_status_id=status.process_status_id or "",
        accepted_at=now,
        check_at=now + FIRST_LOOK,
        reason="",
        advice="",
    )


def move_to_succeeded(message: OutboxMessage) -> bool:
    """bol did it."""
    return _move(
        message, MessageState.SUCCEEDED, settled_at=timezone.now(), reason="", advice="", check_at=None
    )


def move_to_failed(message: OutboxMessage, reason: str, advice: str) -> bool:
    """A person is needed, unless a newer message about the same waits already: then this one is overtaken."""
    newer = OutboxMessage.objects.waiting().filter(waiting_key=_key(message))
    return _move(
        message,
        MessageState.SUPERSEDED if newer.exists() else MessageState.FAILED,
        settled_at=timezone.now(),
        reason=reason,
        advice=advice,
        check_at=None,
        was_refused=False,
    )


def move_to_unconfirmed(
    message: OutboxMessage, *, check_in: timedelta | None, refusal: str = "", reason: str = "", **changes: Any
) -> bool:
    """Nobody knows whether it happened; look it up at bol after `check_in` (at once for None)."""
    return _move(
        message,
        MessageState.UNCONFIRMED,
        check_at=timezone.now() + (check_in or timedelta(0)),
        was_refused=bool(refusal),
        reason=refusal or reason,
        **changes,
    )


def look_again_later(message: OutboxMessage, wait: timedelta | None = None) -> bool:
    """Keep the outcome open and look it up once more: after `wait`, or less often as time goes by."""
    since = timezone.now() - _started(message)
    return _move(message, MessageState.UNCONFIRMED, check_at=timezone.now() + (wait or _clamp(since / 2)))


def is_overdue(message: OutboxMessage) -> bool:
    """Whether the outcome has been open for so long that bol will not tell any more."""
    return timezone.now() - _started(message) > GIVE_UP_AFTER


def may_repeat(message: OutboxMessage) -> bool:
    """Whether so much time has passed that bol will not carry out the earlier attempt any more."""
    return timezone.now() >= (message.last_sent_at or message.created_at) + settings.BOL_SETTLE_TIME


def next_look(message: OutboxMessage) -> datetime:
    """When to ask again for the process status of an accepted message: less often as time goes by."""
    since = timezone.now() - (message.accepted_at or message.created_at)
    return timezone.now() + _clamp(since / 2)


def _key(message: OutboxMessage) -> str:
    return OutboxMessage.key_of(message.connection_id, message.operation, message.subject)


def _started(message: OutboxMessage) -> datetime:
    # The last thing that was done about it: a person who has an old message sent again begins anew.
    return max(moment for moment in (message.accepted_at, message.last_sent_at, message.changed_at) if moment)


def _clamp(wait: timedelta) -> timedelta:
    return min(max(wait, FIRST_LOOK), LONGEST_LOOK)


def _move(message: OutboxMessage, state: MessageState, **changes: Any) -> bool:
    waiting_key = changes.pop("waiting_key", None)
    held = OutboxMessage.objects.filter(pk=message.pk, state=message.state, claim=message.claim)
    moved = held.update(state=state, waiting_key=waiting_key, claim=None, lease_until=None, **changes)
    if not moved:
        logger.warning("A late result for message %s was fenced off.", message.pk)
    return bool(moved)
