"""What a recovery has come to: fetched, sent, confirmed, already there, and what needs a person."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django.utils import timezone

from connections import flows
from connections.models import Lane, MessageState, OutboxMessage, Recovery, RequestLogEntry

# What changes something at bol. A process status is asked for by POST, but never for a single message.
WRITING = ("POST", "PUT", "PATCH", "DELETE")
OUTCOMES = ("sent", "confirmed", "already_there", "under_way", "needs_a_person")


def make_report(recovery: Recovery) -> dict[str, Any]:
    """Return the numbers so far.

    `fetched` counts by flow what it brought; `told` has for each lane in which something happened the messages that
    were sent, that bol confirmed after that, that it had already, that are under way, and that need a person.
    """
    until = recovery.ended_at or timezone.now()
    return {"fetched": _fetched(recovery, until), "told": _told(recovery, until)}


def _fetched(recovery: Recovery, until: datetime) -> dict[str, int]:
    return {
        kind.name: kind.brought(recovery.connection, recovery.began_at, until)
        for kind in flows.kinds()
        if kind.brought
    }


def _told(recovery: Recovery, until: datetime) -> dict[str, dict[str, int]]:
    lines: dict[str, Counter[str]] = {}
    sent = _sent(recovery, until)
    for key, lane, state in _concerned(recovery, until, sent):
        lines.setdefault(str(lane), Counter()).update(_outcomes(state, is_sent=key in sent))
    return {lane: {name: line[name] for name in OUTCOMES} for lane, line in sorted(lines.items())}


def _sent(recovery: Recovery, until: datetime) -> set[int]:
    """Return the keys of the messages for which bol was asked to change something."""
    asked = RequestLogEntry.objects.filter(
        connection=recovery.connection_id, at__range=(recovery.began_at, until), method__in=WRITING
    )
    return set(asked.exclude(message=None).order_by().values_list("message_id", flat=True).distinct())


def _concerned(recovery: Recovery, until: datetime, sent: set[int]) -> list[tuple[int, int, str]]:
    """Return key, lane and state of what was settled meanwhile, and of what was there before and is open still."""
    ours = OutboxMessage.objects.filter(connection=recovery.connection_id).exclude(
        state__in=(MessageState.SUPERSEDED, MessageState.SETTLED)
    )
    settled = ours.filter(settled_at__range=(recovery.began_at, until))
    still_open = ours.open().filter(created_at__lte=recovery.phase_began_at)
    return list((settled | still_open).order_by().values_list("pk", "lane", "state"))


def _outcomes(state: str, *, is_sent: bool) -> list[str]:
    outcomes = ["sent"] if is_sent else []
    if state == MessageState.SUCCEEDED:
        return [*outcomes, "confirmed"] if is_sent else ["already_there"]
    if state == MessageState.FAILED:
        return [*outcomes, "needs_a_person"]
    return [*outcomes, "under_way"]


def lines_of(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the lines of a report as a page shows them: a title, and the numbers in the order of OUTCOMES."""
    return [
        {"title": Lane(int(lane)).label, "numbers": [numbers[name] for name in OUTCOMES]}
        for lane, numbers in report["told"].items()
    ]


def fetched_of(report: dict[str, Any]) -> list[tuple[Any, int]]:
    """Return what was fetched: the word for each kind, and how many."""
    labels = dict(flows.labels())
    return [(labels.get(name, name), number) for name, number in report["fetched"].items()]
