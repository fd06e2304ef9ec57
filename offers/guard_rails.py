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


@dataclass(frozen=True)
class Limits:
    """How much may move unasked; a project below `smallest_project` offers has no share to speak of."""

    price_percent: Decimal = Decimal(30)
    share_percent: Decimal = Decimal(20)
    smallest_project: int = 20


class Change(NamedTuple):
    """One offer on its way from `before` to `after` (the fields that differ); `name` is how people find it.

    `project_size` is the number of offers its project has now.
    """

    name: str
    project: str
    project_size: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True)
class GuardWarning:
    """What looks like a mistake: how many offers of which project, the first of them named."""

    kind: str
    project: str
    count: int
    of: int
    names: tuple[str, ...]


@dataclass
class Tally:
    """Counts part by part, so that a large file is judged as a whole without being held as a whole."""

    limits: Limits = field(default_factory=Limits)
    hits: Counter[tuple[str, str]] = field(default_factory=Counter)
    sizes: dict[str, int] = field(default_factory=dict)
    names: defaultdict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, change: Change) -> set[str]:
        """Count one change; return the kinds of warning it adds to."""
        kinds = {kind for kind, is_hit in RULES.items() if is_hit(change, self.limits)}
        self.sizes[change.project] = max(change.project_size, self.sizes.get(change.project, 0))
        for kind in kinds:
            self.hits[kind, change.project] += 1
            if len(self.names[kind, change.project]) < NAMED:
                self.names[kind, change.project].append(change.name)
        return kinds

    def warnings(self) -> list[GuardWarning]:
        """Return what looks like a mistake so far, by project."""
        return [
            GuardWarning(kind, project, count, self.sizes[project], tuple(self.names[kind, project]))
            for (kind, project), count in sorted(self.hits.items())
            if kind == PRICE or self._is_large(count, self.sizes[project])
        ]

    def as_json(self) -> list[dict[str, Any]]:
        """Return the count, to be stored and taken up again by `restored`."""
        return [
            {"kind": kind, "project": project, "count": count, "of": self.sizes[project], "names": names}
            for (kind, project), count in self.hits.items()
            for names in [self.names[kind, project]]
        ]

    @classmethod
    def restored(cls, stored: Iterable[Mapping[str, Any]], limits: Limits) -> Tally:
        """Return a count that goes on where a stored one ended."""
        tally = cls(limits)
        for said in stored:
            key = (said["kind"], said["project"])
            tally.hits[key], tally.names[key] = said["count"], list(said["names"])
            tally.sizes[said["project"]] = said["of"]
        return tally

    def _is_large(self, count: int, size: int) -> bool:
        return size >= self.limits.smallest_project and count * 100 > self.limits.share_percent * size


def check(changes: Iterable[Change], limits: Limits | None = None) -> list[GuardWarning]:
    """Return what looks like a mistake in these changes."""
    tally = Tally(limits or Limits())
    for change in changes:
        tally.add(change)
    return tally.warnings()


def moves_price(change: Change, limits: Limits) -> bool:
    """Tell whether the price moves by more than the limit, up or down."""
    old, new = change.before.get("price"), change.after.get("price")
    if not old or not new:
        return False
    return bool(abs(new - old) * 100 > limits.price_percent * old)


def sells_out(change: Change, limits: Limits) -> bool:
    """Tell whether the stock goes to 0."""
    return change.after.get("stock") == 0 and bool(change.before.get("stock"))


def holds(change: Change, limits: Limits) -> bool:
    """Tell whether the offer leaves the shop."""
    return bool(change.after.get("on_hold")) and not change.before.get("on_hold", True)


RULES = {PRICE: moves_price, SOLD_OUT: sells_out, ON_HOLD: holds}
