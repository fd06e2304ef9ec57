"""What offers look up when bol posts: whether they are for sale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from connections import doorbell, flows, inbox
from connections.models import Connection, Notification
from offers import checking
from offers.models import Offer
from offers.observing import FLOW

PART = 50


def look_up(connection: Connection, told: Sequence[Notification]) -> list[Notification]:
    """Ask bol about the offers that we have, and have the reasons read of what is no longer sold."""
    left = [
        notification
        for start in range(0, len(told), PART)
        for notification in _look_up_part(connection, told[start : start + PART])
    ]
    doorbell.ring(connection.pk, FLOW)
    return left


def _look_up_part(connection: Connection, told: Sequence[Notification]) -> list[Notification]:
    ours = Offer.objects.filter(
        project__connection=connection,
        offer_id__in=[notification.resource_id for notification in told],
    )
    keys = list(ours.values_list("pk", flat=True))
    answers = checking.ask(keys)
    with transaction.atomic():
        checking.take_note(Offer.objects.filter(pk__in=keys).locked(), answers)
    unanswered = {offer_id for offer_id, answer in answers.items() if answer.error}
    return [notification for notification in told if notification.resource_id in unanswered]


def catch_up(connection: Connection, since: datetime) -> bool:
    """Have the offers listed that changed since a moment."""
    return flows.rewind(connection, FLOW, since)


inbox.register("OFFER_FOR_SALE", look_up, catch_up)
inbox.register("OFFER_NOT_FOR_SALE", look_up, catch_up)
