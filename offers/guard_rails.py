"""Guard rails: changes of many offers at once that look like a mistake, said before they are made.

Pure: it judges what it is given. A price that moves by more than a share of itself is warned about row by row; offers
sold out or put on hold are warned about where they are more than a share of their project.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

PRICE, SOLD_OUT, ON_HOLD = "price", "sold_out", "on_hold"
NAMED = 100

# The kind of a warning, and the name of the project.
Key = tuple[str, str]


@dataclass(frozen=True)
class Limits:
    """How much may move unasked, in percent; a project below `smallest_project` offers has no share to speak of."""

    price_percent: Decimal
    share_percent: Decimal
    smallest_project: int

    def as_json(self) -> dict[str, Any]:
        """Return them to be stored, and taken up again by `restored`."""
        return {
            "price_percent": str(self.price_percent),
            "share_percent": str(self.share_percent),
            "smallest_project": self.smallest_project,
        }

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> Limits:
        """Return what was stored."""
        price, share = Decimal(stored["price_percent"]), Decimal(stored["share_percent"])
        return cls(price, share, stored["smallest_project"])


@dataclass(frozen=True)
class Rails:
    """The guard rails of one project: its name, the number of offers it has, and the limits that count for it."""

    project: str
    size: int
    limits: Limits

    def is_large(self, count: int) -> bool:
        """Tell whether so many offers are more than may leave the shop unasked."""
        has_a_share = self.size >= self.limits.smallest_project
        return has_a_share and count * 100 > self.limits.share_percent * self.size


class Change(NamedTuple):
    """One offer on its way from `before` to `after` (the fields that differ); `name` is how people find it."""

    name: str
    rails: Rails
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True)
class GuardWarning:
    """What looks like a mistake: how many offers of which project, beyond which limit, the first of them named."""

    kind: str
    project: str
    count: int
    of: int
    limit: Decimal
    names: tuple[str, ...]


@dataclass
class Tally:
    """Counts part by part, so that a large file is judged as a whole without being held as a whole.

    The limits are those that counted when a change was added, also after it was stored.
    """

    hits: Counter[Key] = field(default_factory=Counter)
    rails: dict[str, Rails] = field(default_factory=dict)
    names: defaultdict[Key, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, change: Change) -> set[str]:
        """Count one change; return the kinds of warning it adds to."""
        kinds = kinds_of(change)
        for kind in kinds:
            self.count(kind, change)
        return kinds

    def count(self, kind: str, change: Change) -> None:
        """Count one change as one of this kind."""
        key = (kind, change.rails.project)
        self.rails[change.rails.project] = change.rails
        self.hits[key] += 1
        if len(self.names[key]) < NAMED:
            self.names[key].append(change.name)

    def would_warn(self, kind: str, rails: Rails) -> bool:
        """Tell whether one more of this kind is a warning."""
        return kind == PRICE or rails.is_large(self.hits[kind, rails.project] + 1)

    def warnings(self) -> list[GuardWarning]:
        """Return what looks like a mistake so far, by project."""
        return [
            self._warning(kind, self.rails[project], count)
            for (kind, project), count in sorted(self.hits.items())
            if kind == PRICE or self.rails[project].is_large(count)
        ]

    def as_json(self) -> list[dict[str, Any]]:
        """Return the count, to be stored and taken up again by `restored`."""
        return [
            {"kind": kind, "count": count, "names": self.names[kind, project], **_stored(self.rails[project])}
            for (kind, project), count in self.hits.items()
        ]

    @classmethod
    def restored(cls, stored: Iterable[Mapping[str, Any]]) -> Tally:
        """Return a count that goes on where a stored one ended."""
        tally = cls()
        for said in stored:
            rails = Rails(said["project"], said["of"], Limits.restored(said["limits"]))
            key = (said["kind"], rails.project)
            tally.hits[key], tally.names[key] = said["count"], list(said["names"])
            tally.rails[rails.project] = rails
        return tally

    def _warning(self, kind: str, rails: Rails, count: int) -> GuardWarning:
        limit = rails.limits.price_percent if kind == PRICE else rails.limits.share_percent
        names = tuple(self.names[kind, rails.project])
        return GuardWarning(kind, rails.project, count, rails.size, limit, names)


def kinds_of(change: Change) -> set[str]:
    """Return the guard rails that a change hits."""
    return {kind for kind, is_hit in RULES.items() if is_hit(change)}


def moves_price(change: Change) -> bool:
    """Tell whether the price moves by more than the limit, up or down."""
    old, new = change.before.get("price"), change.after.get("price")
    if not old or not new:
        return False
    return bool(abs(new - old) * 100 > change.rails.limits.price_percent * old)


def sells_out(change: Change) -> bool:
    """Tell whether the stock goes to 0."""
    return change.after.get("stock") == 0 and bool(change.before.get("stock"))


def holds(change: Change) -> bool:
    """Tell whether the offer leaves the shop."""
    return bool(change.after.get("on_hold")) and not change.before.get("on_hold", True)


RULES = {PRICE: moves_price, SOLD_OUT: sells_out, ON_HOLD: holds}


def _stored(rails: Rails) -> dict[str, Any]:
    return {"project": rails.project, "of": rails.size, "limits": rails.limits.as_json()}
