"""Where an offer stands: one pure function over the facts about it."""

from __future__ import annotations

from dataclasses import dataclass

from offers.choices import OfferStatus


@dataclass(frozen=True)
class Facts:
    """What decides on the status of an offer."""

    is_published: bool  # bol gave it an id
    is_gone: bool  # bol had it, and does not have it any more
    is_in_conflict: bool  # another offer of ours claims the same EAN, and nobody decided
    is_refused: bool  # bol said no, and a person is needed
    is_unanswered: bool  # bol did not say what became of a command that is not repeated blindly
    is_under_way: bool  # a request about it is at bol
    is_known_on_hold: bool  # bol confirmed that it is on hold


def status_of(facts: Facts) -> OfferStatus:
    """Return the one status that tells a person most."""
    if facts.is_gone:
        return OfferStatus.GONE
    if facts.is_in_conflict:
        return OfferStatus.EAN_CONFLICT
    if facts.is_refused:
        return OfferStatus.REFUSED
    if facts.is_unanswered:
        return OfferStatus.OUTCOME_UNKNOWN
    if not facts.is_published:
        return OfferStatus.PUBLISHING if facts.is_under_way else OfferStatus.NEW
    return OfferStatus.ON_HOLD if facts.is_known_on_hold else OfferStatus.ON_SALE
