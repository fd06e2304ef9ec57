"""Records what a list of parcels came to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from orders.correcting import CannotCorrect, correct_transport
from orders.parcel_lists.proposing import NewCode, Problem, Proposed
from orders.parcel_lists.reading import Line
from orders.services import Refusal


def save_new_codes(new_codes: Iterable[NewCode], *, by: Any) -> tuple[int, list[Problem]]:
    """Give parcels that left already their new codes; return for how many, and why not for the others."""
    saved, problems = 0, []
    for new in new_codes:
        try:
            correct_transport(new.shipment, new.carrier.code, new.track_and_trace, by=by)
            saved += 1
        except CannotCorrect as wrong:
            problems.append(Problem(new.line, wrong.field or "order", wrong.reason))
    return saved, problems


def note_refusals(proposed: Proposed, refusals: Sequence[Refusal], lines: Sequence[Line]) -> None:
    """Turn parcels that were refused in the end into problems of their lines."""
    by_parcel = {id(proposal.parcel): proposal for proposal in proposed.parcels}
    by_number = {line.number: line for line in lines}
    for refusal in refusals:
        numbers = by_parcel[id(refusal.parcel)].lines
        proposed.refuse([by_number[number] for number in numbers], refusal.field or "order", refusal.reason)
