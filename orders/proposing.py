"""What marking shipped would record, worked out beforehand so that a person can look at it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from django.utils.translation import gettext as _

from orders.models import Order, OrderItem
from orders.packing import Contents, Parcel, check_label, contents_of, in_words, take
from orders.track_and_trace import companies_of
from orders.transporters import name_of, propose, transporters, what_contradicts

# Who carries an item for which bol wants its own label (Retailer API v10, OrderFulfilment).
BOL = "BOL"


class ToldBy(Enum):
    """How the carrier of a parcel became known."""

    PERSON = "person"
    CODE = "code"
    HABIT = "habit"

    @property
    def words(self) -> str:
        words = {ToldBy.PERSON: "", ToldBy.CODE: _("by its code"), ToldBy.HABIT: _("as last time")}
        return words[self]


@dataclass(frozen=True)
class Carrier:
    """The carrier of a parcel by bol's code, and how it became known."""

    code: str
    told_by: ToldBy = ToldBy.PERSON

    @property
    def name(self) -> str:
        return name_of(self.code)


@dataclass(frozen=True)
class Proposal:
    """A parcel that can be recorded: `parcel` says in full what is in it, `lines` in which lines of a list it stands."""

    order: Order
    parcel: Parcel
    contents: Contents
    carrier: Carrier
    lines: tuple[int, ...] = ()

    @property
    def contents_in_words(self) -> str:
        return in_words(self.contents)

    @property
    def doubts(self) -> list[str]:
        """Return what is odd about it, in words."""
        odd = [what_contradicts(self.parcel.transporter_code, self.parcel.track_and_trace)]
        if any(item.distribution_party == BOL for item in self.contents):
            odd.append(_("bol carries this order itself: it needs a label bought at bol (shipping via bol)."))
        return [doubt for doubt in odd if doubt]

    @property
    def is_asked_to_cancel(self) -> bool:
        return any(item.cancellation_requested for item in self.contents)


def choose_carrier(chosen: str, track_and_trace: str, usual: str) -> Carrier:
    """Return the carrier that a person chose; else the one that the code tells of, or that is usual."""
    if chosen:
        return Carrier(chosen)
    told_by = ToldBy.CODE if companies_of(track_and_trace) else ToldBy.HABIT
    return Carrier(propose(track_and_trace, usual, transporters()), told_by)


def propose_parcel(
    parcel: Parcel,
    order: Order,
    items: Sequence[OrderItem],
    *,
    carrier: Carrier,
    taken: set[str],
    lines: tuple[int, ...] = (),
) -> Proposal:
    """Work out what a parcel would hold, and count it among the items' own; raises CannotPack."""
    parcel = replace(parcel, transporter_code=carrier.code)
    check_label(parcel, taken)
    contents = contents_of(parcel, order, items)
    take(contents)
    taken.update({parcel.reference} - {""})
    quantities = {item.pk: quantity for item, quantity in contents.items()}
    return Proposal(order, replace(parcel, quantities=quantities), contents, carrier, lines)


def fingerprint(proposals: Iterable[Proposal]) -> str:
    """Return what tells whether the same parcels are proposed as were looked at."""
    shown = [
        [
            proposal.parcel.order,
            proposal.parcel.transporter_code,
            proposal.parcel.track_and_trace,
            sorted((proposal.parcel.quantities or {}).items()),
        ]
        for proposal in proposals
    ]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()
