"""Where an offer stands: one pure function over the facts about it."""

from __future__ import annotations

from dataclasses import dataclass

from offers.choices import OfferStatus


@dataclass(frozen=True)
class Facts:
    """What decides on the status of an offer."""

    is_published: bool  # bol gave it an id
    is_gone: bool  # bol had it, and does not have it any more
    is_parked: bool  # a person decided that another offer has its EAN, or that it stays gone
    is_in_conflict: bool  # another product or project claims its EAN, and nobody chose which of them has it
    is_refused: bool  # bol said no, and a person is needed
    is_unanswered: bool  # bol did not say what became of a command that is not repeated blindly
    is_under_way: bool  # a request about it is at bol
    is_known_on_hold: bool  # bol confirmed that it is on hold
    is_seen_unsold: bool  # when bol was last asked, it did not sell it


def status_of(facts: Facts) -> OfferStatus:
    """Return the one status that tells a person most."""
    if facts.is_parked:
        return OfferStatus.PARKED
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
    if facts.is_known_on_hold:
        return OfferStatus.ON_HOLD
    return OfferStatus.NOT_FOR_SALE if facts.is_seen_unsold else OfferStatus.ON_SALE
