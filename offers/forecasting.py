"""What a deed would come to for a selection, before anything is done."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from offers.bulk_guard import Guard
from offers.deeds import Deed, Outcome
from offers.guard_rails import GuardWarning, Key
from offers.models import OfferQuerySet
from offers.models.bulk import OutcomeKind

SHOWN = 10
AT_ONCE = 2000


@dataclass
class Forecast:
    """Numbers, and the first offers that change, that are refused, and that hit each guard rail."""

    counts: Counter[OutcomeKind] = field(default_factory=Counter)
    examples: list[Outcome] = field(default_factory=list)
    refused: list[Outcome] = field(default_factory=list)
    guarded: defaultdict[Key, list[Outcome]] = field(default_factory=lambda: defaultdict(list))
    guard: Guard = field(default_factory=Guard)
    lowest: Decimal | None = None
    highest: Decimal | None = None

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def changed(self) -> int:
        return self.counts[OutcomeKind.CHANGED]

    @property
    def unchanged(self) -> int:
        return self.counts[OutcomeKind.UNCHANGED]

    @property
    def refused_count(self) -> int:
        return self.counts[OutcomeKind.REFUSED]

    @property
    def warnings(self) -> list[tuple[GuardWarning, list[Outcome]]]:
        """What looks like a mistake, each with the first offers."""
        return [(said, self.guarded[said.kind, said.project]) for said in self.guard.warnings()]

    def add(self, outcome: Outcome) -> None:
        """Count one offer, and keep it where it is among the first of its kind."""
        self.counts[outcome.kind] += 1
        if outcome.kind == OutcomeKind.CHANGED:
            _keep(self.examples, outcome)
            for key in self.guard.count(outcome):
                _keep(self.guarded[key], outcome)
        if outcome.kind == OutcomeKind.REFUSED:
            _keep(self.refused, outcome)
        else:
            self._widen(outcome.price)

    def _widen(self, price: Decimal) -> None:
        self.lowest = price if self.lowest is None else min(self.lowest, price)
        self.highest = price if self.highest is None else max(self.highest, price)


def foresee(deed: Deed, offers: OfferQuerySet, parameters: Mapping[str, Any]) -> Forecast:
    """Work out what a deed would come to; it changes nothing."""
    forecast = Forecast()
    for offer in offers.iterator(chunk_size=AT_ONCE):
        forecast.add(deed.foresee(offer, parameters))
    return forecast


def guarded(
    deed: Deed, offers: OfferQuerySet, parameters: Mapping[str, Any], guard: Guard
) -> Iterator[tuple[GuardWarning, Outcome]]:
    """Yield each offer that a guard warns about, with the warning."""
    said_of = {key: said for said in guard.warnings() for key in guard.hits[said.kind, said.project]}
    for offer in offers.iterator(chunk_size=AT_ONCE):
        if said := said_of.get(str(offer.pk)):
            yield said, deed.foresee(offer, parameters)


def _keep(outcomes: list[Outcome], outcome: Outcome) -> None:
    if len(outcomes) < SHOWN:
        outcomes.append(outcome)
