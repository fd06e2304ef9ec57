"""What bol refused, by cause: many messages with one cause are one thing to do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from connections.models import OutboxMessage

# Beyond this a list by cause helps nobody; the rest is grouped as the first are settled.
MOST = 5000
# What differs from one message to the next of the same cause: ids, EANs, amounts.
_PARTICULARS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[A-Z]?\d[\w.,-]*", re.IGNORECASE)


@dataclass
class Cause:
    """Refused messages of one operation for one reason; `words` are bol's, of the newest of them."""

    key: str
    operation: str
    words: str
    advice: str
    oldest: datetime
    messages: list[int] = field(default_factory=list)
    connections: set[str] = field(default_factory=set)

    @property
    def count(self) -> int:
        return len(self.messages)


def find_causes() -> list[Cause]:
    """Return the causes for which messages need a person, the most frequent first. One query."""
    failed = OutboxMessage.objects.failed().select_related("connection").order_by("-id")[:MOST]
    causes: dict[str, Cause] = {}
    for message in failed:
        cause = causes.setdefault(key := _key_of(message), _cause(key, message))
        cause.messages.append(message.pk)
        cause.connections.add(message.connection.name)
        cause.oldest = min(cause.oldest, message.created_at)
    return sorted(causes.values(), key=lambda cause: -cause.count)


def messages_of(key: str) -> Iterable[OutboxMessage]:
    """Return the refused messages of a cause, as they are now."""
    keys = next((cause.messages for cause in find_causes() if cause.key == key), [])
    return OutboxMessage.objects.failed().filter(pk__in=keys)


def _cause(key: str, message: OutboxMessage) -> Cause:
    return Cause(key, message.operation, message.reason, message.advice, message.created_at)


def _key_of(message: OutboxMessage) -> str:
    common = _PARTICULARS.sub("…", message.reason)
    return sha256(f"{message.operation}\n{common}\n{message.advice}".encode()).hexdigest()[:16]
