"""The story of a thing: who changed what, what was said to bol about it, and what bol answered, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from connections import operations
from connections.adminbase import show_age
from connections.models import OutboxMessage, RequestLogEntry

SHOWN = 30


@dataclass(frozen=True)
class Event:
    """One thing that happened; `answers` are the requests that were made for it and how bol answered."""

    at: datetime
    who: str
    text: str
    link: str = ""
    state: str = ""
    colour: str = "default"
    words: str = ""
    answers: list[str] = field(default_factory=list)

    @property
    def age(self) -> str:
        return show_age(self.at)


def show_timeline(of: Model, said: QuerySet[OutboxMessage] | None = None, *, more: str = "") -> str:
    """Return the story of `of` as HTML: its history, and the messages about it; `more` leads to all of them."""
    events = [*_by_people(of), *(_to_bol(said) if said is not None else [])]
    newest = sorted(events, key=lambda event: event.at, reverse=True)[:SHOWN]
    return render_to_string("connections/timeline.html", {"events": newest, "more": more})


def _by_people(of: Model) -> Iterable[Event]:
    kind = ContentType.objects.get_for_model(of)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(of.pk)).select_related("user")
    for entry in entries.order_by("-action_time")[:SHOWN]:
        yield Event(entry.action_time, str(entry.user), entry.get_change_message() or _("Changed."))


def _to_bol(said: QuerySet[OutboxMessage]) -> Iterable[Event]:
    names = dict(operations.names())
    for message in said.select_related("created_by").prefetch_related("requests").order_by("-id")[:SHOWN]:
        yield Event(
            message.created_at,
            _author(message),
            str(names.get(message.operation, message.operation)),
            reverse("admin:connections_outboxmessage_change", args=[message.pk]),
            str(message.get_state_display()),
            OutboxMessage.STATE_COLOURS[OutboxMessage.State(message.state)],
            f"{message.reason} {message.settlement or message.advice}".strip(),
            [_answer(request) for request in message.requests.all()],
        )


def _author(message: OutboxMessage) -> str:
    person: Any = message.created_by
    return " · ".join(str(part) for part in (person, message.source) if part) or _("by itself")


def _answer(request: RequestLogEntry) -> str:
    return f"{request.method} {request.path} → {request.status or request.error}"
