"""Days as bol and its customers count them: those of the Netherlands."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAY = timedelta(days=1)


def day_of(moment: datetime) -> date:
    """Return the day in the Netherlands at that moment."""
    return moment.astimezone(AMSTERDAM).date()


def start_of(day: date) -> datetime:
    """Return the moment at which a day begins in the Netherlands."""
    return datetime.combine(day, time(), tzinfo=AMSTERDAM).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return the moment at which a day ends in the Netherlands, which is the next one's beginning."""
    return start_of(day + DAY)
