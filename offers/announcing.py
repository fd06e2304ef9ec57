"""What bol has to be told about an offer: its status, and one waiting message per component that differs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from connections import outbox
from connections.models import Connection, Lane, MessageState, OutboxMessage
from connections.outbox import Note
from offers import delta
from offers.dialects import dialect_of
from offers.models import Offer
from offers.state import COMPONENTS, DETAILS, PRICE, STOCK

CREATE, DELETE = "CREATE_OFFER", "DELETE_OFFER"
UPDATES = {DETAILS: "UPDATE_OFFER", PRICE: "UPDATE_OFFER_PRICE", STOCK: "UPDATE_OFFER_STOCK"}
COMPONENT_OF = {operation: component for component, operation in UPDATES.items()}
CHANGES = (CREATE, *UPDATES.values())

STANDING = ("status", "refused", "refusal")

CHUNK = 500


def announce(offers: Iterable[Offer], by: Any = None) -> None:
    """Write the status of each offer, enqueue a message for what differs and withdraw those that need not be said.

    Call it in the transaction of the change, with offers as they are in the database (locked, or just saved).
    """
    known = list(offers)
    for start in range(0, len(known), CHUNK):
        _announce_chunk(known[start : start + CHUNK], by)


def announce_deletion(offers: Iterable[Offer], by: Any) -> None:
    """Enqueue the deletion of published offers at bol; nothing else is said about them any more."""
    known = list(offers)
    announce_nothing(known)
    for connection, members in _by_connection(known).items():
        notes = [Note(DELETE, offer.subject, Lane.DETAILS) for offer in members]
        outbox.enqueue_many(connection, notes, by=by)


def announce_nothing(offers: Iterable[Offer]) -> None:
    """Take back every change that still waits to be said about these offers."""
    for connection, members in _by_connection(offers).items():
        _withdraw_the_rest(connection, {offer.subject: Plan() for offer in members})


@dataclass(frozen=True)
class Plan:
    """The operations to have waiting for an offer, and those to leave alone because they are on their way."""

    say: frozenset[str] = frozenset()
    leave: frozenset[str] = frozenset()


@transaction.atomic
def _announce_chunk(offers: Sequence[Offer], by: Any) -> None:
    open_messages = _open_messages(offers)
    plans = {offer.subject: _plan(offer, open_messages) for offer in offers}
    _save_standing(offers)
    _overtake_refusals(offers)
    for connection, members in _by_connection(offers).items():
        _withdraw_the_rest(connection, {offer.subject: plans[offer.subject] for offer in members})
        notes = [_note(offer, name) for offer in members for name in sorted(plans[offer.subject].say)]
        outbox.enqueue_many(connection, notes, by=by)


def _open_messages(offers: Iterable[Offer]) -> frozenset[int]:
    """Return the messages that still carry something about these offers: what an ended one carried has to be said anew."""
    carriers = {way["message"] for offer in offers for way in offer.sending.values()}
    if not carriers:
        return frozenset()
    return frozenset(OutboxMessage.objects.open().filter(pk__in=carriers).values_list("pk", flat=True))


def _plan(offer: Offer, open_messages: frozenset[int]) -> Plan:
    """Decide what to say about one offer; a refusal of which a part was corrected is forgotten here."""
    if not offer.project.is_active or offer.gone_at or offer.is_withheld:
        return Plan()
    wanted = offer.wanted
    if any(wanted[name] != refused for name, refused in offer.refused.items()):
        offer.forget_refusal()
    under_way = frozenset(
        name
        for name, way in offer.sending.items()
        if way["message"] in open_messages and way["sent"] == wanted[name]
    )
    if not offer.offer_id:
        return _plan_creation(offer, under_way)
    together = dialect_of(offer.project.connection).travels_together
    needed = delta.to_send(wanted, offer.known, in_one_request=together) - set(offer.refused)
    return Plan(say=_updates(needed - under_way), leave=_updates(needed & under_way))


def _plan_creation(offer: Offer, under_way: frozenset[str]) -> Plan:
    if offer.refused:
        return Plan()
    if under_way == frozenset(COMPONENTS):
        return Plan(leave=frozenset({CREATE}))
    return Plan(say=frozenset({CREATE}))


def _updates(components: frozenset[str]) -> frozenset[str]:
    return frozenset(UPDATES[name] for name in components)


def _note(offer: Offer, operation: str) -> Note:
    return Note(operation, offer.subject, _lane(offer, operation))


def _lane(offer: Offer, operation: str) -> Lane:
    if operation == UPDATES[STOCK]:
        return Lane.STOCK if offer.stock else Lane.STOCK_TO_ZERO
    return Lane.PRICE if operation == UPDATES[PRICE] else Lane.DETAILS


def _save_standing(offers: Sequence[Offer]) -> None:
    """Save the status, and refusals that were forgotten, of the offers where they changed."""
    stored = {
        pk: tuple(standing)
        for pk, *standing in Offer.objects.filter(pk__in=[offer.pk for offer in offers]).values_list(
            "pk", *STANDING
        )
    }
    changed = []
    for offer in offers:
        offer.refresh_status()
        if stored.get(offer.pk) != tuple(getattr(offer, field) for field in STANDING):
            changed.append(offer)
    Offer.objects.bulk_update(changed, STANDING, batch_size=200)


def _overtake_refusals(offers: Sequence[Offer]) -> None:
    """Let what bol refused earlier need nobody any more where the refusal does not stand: corrected, or taken back."""
    settled = [offer.subject for offer in offers if not (offer.refused or offer.gone_at)]
    refused = OutboxMessage.objects.failed().filter(subject__in=settled, operation__in=CHANGES)
    refused.update(state=MessageState.SUPERSEDED)


def _withdraw_the_rest(connection: Connection, plans: Mapping[str, Plan]) -> None:
    waiting = OutboxMessage.objects.waiting().filter(
        connection=connection, subject__in=plans, operation__in=CHANGES
    )
    for subject, operation in waiting.values_list("subject", "operation"):
        if operation not in plans[subject].say | plans[subject].leave:
            outbox.withdraw(connection, [operation], subject)


def _by_connection(offers: Iterable[Offer]) -> dict[Connection, list[Offer]]:
    members: defaultdict[Connection, list[Offer]] = defaultdict(list)
    for offer in offers:
        members[offer.project.connection].append(offer)
    return members
