"""How much of what bol allows was used, measured on bol's own ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from connections.throttling import limits


def share_of_budget(request: str, effects: Sequence[dict[str, Any]]) -> float:
    """Return which part of the budget of "POST /path" was used while these effects, one a request, happened."""
    limit = limits().find(*request.split())
    at_best = len(effects) * limit.window.total_seconds() / limit.capacity
    first, last = (datetime.fromisoformat(effects[index]["at"]) for index in (0, -1))
    return at_best / (last - first).total_seconds()
