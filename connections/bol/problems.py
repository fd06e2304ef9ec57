"""What bol says when it refuses: the problem body (Retailer API v10 and v11, schema Problem), read with tolerance."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

MAX_TEXT = 1000


@dataclass(frozen=True)
class Violation:
    """One thing bol objects to; `name` is the field, "" where bol names none."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}" if self.name else self.reason


@dataclass(frozen=True)
class Problem:
    """A refusal in bol's words. Falsy when bol gave none.

    `type` is what to branch on, such as "/problems/offer-exists"; the texts change without notice.
    """

    type: str = ""
    title: str = ""
    detail: str = ""
    violations: tuple[Violation, ...] = ()

    def __bool__(self) -> bool:
        return bool(str(self))

    def __str__(self) -> str:
        if self.violations:
            # The title of a validation problem only refers to the documentation.
            return f"{self.detail or self.title}: " + "; ".join(map(str, self.violations))
        words = [self.title] if self.title.casefold() == self.detail.casefold() else [self.title, self.detail]
        return ": ".join(filter(None, words))


def read_problem(body: bytes) -> Problem:
    """Read a problem from the body of a refusal; whatever is not one (HTML, nothing) is an empty problem."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return Problem()
    if not isinstance(found, dict):
        return Problem()
    return Problem(
        type=_text(found.get("type")),
        title=_text(found.get("title")),
        detail=_text(found.get("detail")),
        violations=_violations(found.get("violations")),
    )


def _violations(found: Any) -> tuple[Violation, ...]:
    if not isinstance(found, list):
        return ()
    entries = [entry for entry in found if isinstance(entry, dict)]
    return tuple(Violation(_text(entry.get("name")), _text(entry.get("reason"))) for entry in entries)


def _text(found: Any) -> str:
    return " ".join(found.split())[:MAX_TEXT] if isinstance(found, str) else ""
