"""Parking what bol removed: it stays gone and is no longer wanted published, until somebody takes that back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from offers import history
from offers.announcing import announce
from offers.conflicts import find_conflicts_of
from offers.models import FoundBy, Offer

PARKED_FIELDS = ("stays_gone", "parked_reason", "is_in_conflict", "status")


def park(offer: Offer, reason: str, by: Any) -> None:
    """Let a locked offer that is gone stay so; it does not claim its EAN any more."""
    offer.stay_gone(reason)
    _save(offer, _("Parked, it stays gone: %(reason)s") % {"reason": reason}, by)


def unpark(offer: Offer, by: Any) -> None:
    """Want a locked offer again: it is gone, as before, and claims its EAN. Nothing is sent by this."""
    offer.stay_gone("")
    _save(offer, _("The decision that it stays gone was taken back."), by)


def _save(offer: Offer, told: str, by: Any) -> None:
    offer.save(update_fields=PARKED_FIELDS)
    history.record([(offer, told)], by)
    announce([offer], by)
    find_conflicts_of([offer], FoundBy.CHANGE)
