"""The ledger of effects: what really happened at bol, in which order, whatever was answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connections.bol.sandbox.entities import Json


class Ledger:
    """An append-only list of effects, numbered from 1."""

    def __init__(self) -> None:
        self.entries: list[Json] = []

    def write(self, at: datetime, retailer: str, effect: str, subject: str, **facts: Any) -> None:
        """Append one effect."""
        entry = {"n": len(self.entries) + 1, "at": at.isoformat(), "retailer": retailer}
        self.entries.append(entry | {"effect": effect, "subject": subject} | facts)

    def read(self, retailer: str | None = None, after: int = 0) -> list[Json]:
        """The effects numbered above `after`, oldest first, of one retailer or of all."""
        return [entry for entry in self.entries[after:] if retailer in (None, entry["retailer"])]
