"""What the guard rails find in a bulk action: counted when it is foreseen, and held to while it is done.

A person confirms a bulk action as it was foreseen. Offers may change before a background worker reaches them, so a
change that hits a guard rail only by then was confirmed by nobody: it stops.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from offers import guard_rails, guarding
from offers.deeds import Outcome
from offers.guard_rails import ON_HOLD, PRICE, SOLD_OUT, Change, GuardWarning, Key, Tally
from offers.guarding import KnownRails
from offers.history import in_words
from offers.models.bulk import OutcomeKind
from offers.state import price_text


@dataclass
class Guard:
    """The count of a bulk action, and the offers that it counted.

    `hits` are the offers by their id as text, each with the price it had where it is the price that moves: a price
    that changed since is another move than the one that was confirmed.
    """

    tally: Tally = field(default_factory=Tally)
    hits: defaultdict[Key, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    rails: KnownRails = field(default_factory=KnownRails)

    def count(self, outcome: Outcome) -> set[Key]:
        """Count what is foreseen for an offer; return which guard rails it hits."""
        change = self._change_of(outcome)
        keys = {(kind, change.rails.project) for kind in self.tally.add(change)}
        for key in keys:
            self.hits[key][str(outcome.offer.pk)] = _price(key, outcome)
        return keys

    def let_pass(self, outcome: Outcome) -> Outcome:
        """Return what may be done: refused where it hits a guard rail only since the action was confirmed."""
        change = self._change_of(outcome)
        new = sorted(kind for kind in guard_rails.kinds_of(change) if not self._is_confirmed(kind, outcome))
        for kind in new:
            if self.tally.would_warn(kind, change.rails):
                return replace(outcome, kind=OutcomeKind.REFUSED, text=_why(kind, change), wanted={})
            self.tally.count(kind, change)
        return outcome

    def warnings(self) -> list[GuardWarning]:
        """Return what looks like a mistake."""
        return self.tally.warnings()

    def fingerprint(self) -> str:
        """Return a short text that changes with the offers that are warned about; empty where there are none."""
        warned = [(said.kind, said.project, self.hits[said.kind, said.project]) for said in self.warnings()]
        written = json.dumps(warned, sort_keys=True)
        return hashlib.sha256(written.encode()).hexdigest()[:16] if warned else ""

    def hits_as_json(self) -> list[Any]:
        """Return the offers to be stored beside the tally, and taken up again by `restored`."""
        return [[kind, project, offers] for (kind, project), offers in self.hits.items()]

    @classmethod
    def restored(cls, tally: Iterable[Any], hits: Iterable[Any]) -> Guard:
        """Return a guard as it was stored."""
        guard = cls(Tally.restored(tally))
        guard.hits.update({(kind, project): offers for kind, project, offers in hits})
        return guard

    def _change_of(self, outcome: Outcome) -> Change:
        rails = self.rails.of(outcome.offer.project)
        return guarding.change_of(outcome.offer, outcome.wanted, rails)

    def _is_confirmed(self, kind: str, outcome: Outcome) -> bool:
        key = (kind, outcome.offer.project.name)
        return self.hits.get(key, {}).get(str(outcome.offer.pk)) == _price(key, outcome)


def _price(key: Key, outcome: Outcome) -> str:
    return price_text(outcome.offer.price) if key[0] == PRICE else ""


def _why(kind: str, change: Change) -> str:
    limits = change.rails.limits
    texts = {
        PRICE: _("%(moved)s would be a move of more than %(price)s %%."),
        SOLD_OUT: _("With this one, more than %(share)s %% of “%(project)s” would go to stock 0."),
        ON_HOLD: _("With this one, more than %(share)s %% of “%(project)s” would be put on hold."),
    }
    said = texts[kind] % {
        "moved": in_words({kind: (change.before[kind], change.after[kind])}) if kind == PRICE else "",
        "price": guarding.plain(limits.price_percent),
        "share": guarding.plain(limits.share_percent),
        "project": change.rails.project,
    }
    return f"{said} {_('That is not what was confirmed: look at the offer, and do it again.')}"
