"""When a parcel has to leave, and how long that is from now. Pure, apart from the settings.

bol names the day on which a customer must have the parcel and the day on which bol cancels what is still open, but no
day on which it must leave (Retailer API v10, Orders, OrderFulfilment). That day is worked out here; see
docs/decisions/0012.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import Enum

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.days import AMSTERDAM, DAY, day_of, end_of, start_of

HOUR = timedelta(hours=1)
# Up to so far ahead a person thinks in hours.
COUNTED_IN_HOURS = timedelta(hours=48)
# Carried within the day on which it was ordered (Retailer API v10, Orders, timeFrameType).
SAME_DAY = "SAMEDAY"


class Urgency(Enum):
    """How much a deadline presses."""

    OVER = "over"
    TODAY = "today"
    LATER = "later"


def ship_by(deliver_on: date | None, placed_on: date, time_frame: str = "") -> date:
    """Return the day on which an item must leave.

    That is the last shipping day before the day of delivery, but never one before the order could leave at all. What
    has no day of delivery leaves as soon as it can.
    """
    earliest = _next_shipping_day(placed_on)
    if deliver_on is None:
        return earliest
    if time_frame == SAME_DAY:
        return max(deliver_on, placed_on)
    return max(earliest, _last_shipping_day(deliver_on - DAY))


def end_of_shipping(day: date) -> datetime:
    """Return when the last parcel leaves on a day: at the last collection, where one is set, else at midnight."""
    last: time | None = settings.LAST_COLLECTION
    if last is None:
        return end_of(day)
    return datetime.combine(day, last, tzinfo=AMSTERDAM)


def expiring_up_to(now: datetime, within: timedelta) -> date:
    """Return the last expiry date that may be reached within that time.

    bol does not say at which hour of its expiry date an item is cancelled: the first one is reckoned with.
    """
    return day_of(now + within)


def shipping_time_left(day: date, now: datetime) -> tuple[Urgency, str]:
    """Return how long it is until the last parcel of that day leaves, in words: "5 hours left", "2 days late"."""
    if day_of(now) > day:
        return Urgency.OVER, _days_late((day_of(now) - day).days)
    left = end_of_shipping(day) - now
    if left <= timedelta(0):
        return Urgency.OVER, _("should have left today")
    return (Urgency.TODAY if day_of(now) == day else Urgency.LATER), _left(left)


def expiry_in_words(day: date, now: datetime) -> str:
    """Return when bol cancels what is still open: "bol cancels in 30 hours"."""
    left = start_of(day) - now
    if left > timedelta(0):
        return _("bol cancels in %(time)s") % {"time": _length(left)}
    return _("bol cancels today") if day_of(now) == day else _("bol should have cancelled it")


def _next_shipping_day(day: date) -> date:
    while day.isoweekday() not in settings.SHIPPING_DAYS:
        day += DAY
    return day


def _last_shipping_day(day: date) -> date:
    while day.isoweekday() not in settings.SHIPPING_DAYS:
        day -= DAY
    return day


def _days_late(days: int) -> str:
    return ngettext("%d day late", "%d days late", days) % days


def _left(time_left: timedelta) -> str:
    if time_left < HOUR:
        return _("less than an hour left")
    return _("%(time)s left") % {"time": _length(time_left)}


def _length(length: timedelta) -> str:
    if length >= COUNTED_IN_HOURS:
        return ngettext("%d day", "%d days", length.days) % length.days
    hours = max(1, length // HOUR)
    return ngettext("%d hour", "%d hours", hours) % hours
