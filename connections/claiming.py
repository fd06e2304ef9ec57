"""How a relay takes messages for itself: one conditional UPDATE, a lease, and a token that fences off late results."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from connections import operations
from connections.models import Connection, Lane, MessageState, OutboxMessage
from connections.models.outbox import OutboxQuerySet
from connections.settling import move_to_unconfirmed, move_to_waiting

# Of every claim this share goes to what has waited longest, whatever its lane: no lane starves.
SHARE_FOR_THE_OLDEST = 10
WINDOW = 100


@dataclass
class Parcel:
    """Messages that travel together: a leader and its companions about the same subject."""

    messages: list[OutboxMessage]
    claim: uuid.UUID | None
    is_verification: bool = False

    @property
    def leader(self) -> OutboxMessage:
        return self.messages[0]


def claim_next(
    connection: Connection, limit: int, but_not: Collection[str] = (), lanes: Collection[Lane] = tuple(Lane)
) -> list[Parcel]:
    """Claim up to `limit` parcels of these lanes that may be sent now, in lane order; no operation in `but_not`."""
    due = OutboxMessage.objects.filter(connection=connection).exclude(operation__in=but_not).due()
    if len(lanes) < len(Lane):
        due = due.filter(lane__in=lanes)
    chosen = _choose(due, limit)
    if not chosen:
        return []
    claim = uuid.uuid4()
    companions = _companions_of(connection, chosen)
    if not _mark_sending([*chosen, *companions], claim):
        return []
    held = OutboxMessage.objects.filter(claim=claim).order_by("lane", "id")
    return [Parcel(messages, claim) for messages in _by_subject(held)]


def claim_to_verify(connection: Connection, limit: int, but_not: Collection[str] = ()) -> list[Parcel]:
    """Claim messages whose outcome is unknown and has to be looked up now; they keep their state."""
    claim = uuid.uuid4()
    candidates = (
        OutboxMessage.objects.filter(connection=connection).exclude(operation__in=but_not).to_verify()
    )
    keys = list(candidates.order_by("check_at").values_list("pk", flat=True)[:limit])
    if not keys:
        return []
    OutboxMessage.objects.to_verify().filter(pk__in=keys).update(
        claim=claim, lease_until=timezone.now() + settings.BOL_LEASE
    )
    held = OutboxMessage.objects.filter(claim=claim).order_by("check_at")
    return [Parcel([message], claim, is_verification=True) for message in held]


def take_back_abandoned(connection: Connection) -> int:
    """Free messages whose sender died: nobody knows what became of them."""
    abandoned = list(OutboxMessage.objects.filter(connection=connection).abandoned())
    for message in abandoned:
        if operations.is_once_only(message.operation):
            move_to_unconfirmed(message, check_in=None)
        else:
            move_to_waiting(message)
    return len(abandoned)


def _choose(due: OutboxQuerySet, limit: int) -> list[OutboxMessage]:
    for_the_oldest = max(limit // SHARE_FOR_THE_OLDEST, 1) if limit > 1 else 0
    chosen = _first_free(due.order_by("lane", "id"), limit - for_the_oldest)
    if len(chosen) == limit - for_the_oldest and for_the_oldest:
        chosen += _first_free(due.order_by("id"), for_the_oldest, but_not={message.pk for message in chosen})
    return _one_per_subject(chosen)


def _first_free(due: OutboxQuerySet, limit: int, but_not: Collection[int] = ()) -> list[OutboxMessage]:
    """Return the first messages before which nothing stands, looking at a window at a time.

    Two plain queries a window: one query for both is planned badly by PostgreSQL while its statistics are young.
    """
    free: list[OutboxMessage] = []
    start, window = 0, list(due[:WINDOW])
    while window:
        free += [message for message in _free_of(window) if message.pk not in but_not]
        if len(free) >= limit or len(window) < WINDOW:
            break
        start += WINDOW
        window = list(due[start : start + WINDOW])
    return free[:limit]


def _free_of(messages: Sequence[OutboxMessage]) -> list[OutboxMessage]:
    """Return those before which nothing stands.

    There is one request at a time per subject, and no newer value before bol said how the older one ended.
    """
    if not messages:
        return []
    under_way = OutboxMessage.objects.filter(
        connection=messages[0].connection_id,
        subject__in={message.subject for message in messages},
        state__in=OutboxMessage.UNDER_WAY,
    )
    standing = set(under_way.values_list("subject", "operation"))
    being_sent = set(under_way.filter(state=MessageState.SENDING).values_list("subject", flat=True))
    return [
        message
        for message in messages
        if message.subject not in being_sent and (message.subject, message.operation) not in standing
    ]


def _one_per_subject(messages: Iterable[OutboxMessage]) -> list[OutboxMessage]:
    first: dict[str, OutboxMessage] = {}
    for message in messages:
        first.setdefault(message.subject, message)
    return list(first.values())


def _companions_of(connection: Connection, leaders: list[OutboxMessage]) -> list[OutboxMessage]:
    wanted = Q()
    for operation in {leader.operation for leader in leaders}:
        names = _companion_names(connection, operation)
        subjects = [leader.subject for leader in leaders if leader.operation == operation]
        if names:
            wanted |= Q(operation__in=names - {operation}, subject__in=subjects)
    if not wanted:
        return []
    return _free_of(list(OutboxMessage.objects.filter(wanted, connection=connection).due()))


def _companion_names(connection: Connection, operation: str) -> frozenset[str]:
    try:
        return operations.get(operation).companions(connection)
    except LookupError:
        return frozenset()


@transaction.atomic
def _mark_sending(messages: list[OutboxMessage], claim: uuid.UUID) -> int:
    # A row that somebody is joining at this moment is left for the next claim, not waited for.
    candidates = OutboxMessage.objects.waiting().filter(pk__in=[message.pk for message in messages])
    free = list(candidates.select_for_update(skip_locked=True).values_list("pk", flat=True))
    now = timezone.now()
    return (
        OutboxMessage.objects.waiting()
        .filter(pk__in=free)
        .update(
            state=MessageState.SENDING,
            waiting_key=None,
            claim=claim,
            lease_until=now + settings.BOL_LEASE,
            attempts=F("attempts") + 1,
            first_sent_at=Coalesce("first_sent_at", now),
            last_sent_at=now,
        )
    )


def _by_subject(messages: Iterable[OutboxMessage]) -> list[list[OutboxMessage]]:
    parcels: dict[str, list[OutboxMessage]] = {}
    for message in messages:
        parcels.setdefault(message.subject, []).append(message)
    return list(parcels.values())
