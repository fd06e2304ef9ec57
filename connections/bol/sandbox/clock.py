"""The sandbox's own time: real time that can be moved forward, or a fixed moment for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class Clock:
    """Tells the time at bol; only ever goes forward."""

    def __init__(self, start: datetime | None = None) -> None:
        self.start = start
        self.offset = timedelta(0)

    def now(self) -> datetime:
        """The aware UTC time at bol."""
        return (self.start or datetime.now(UTC)) + self.offset

    def advance(self, by: timedelta) -> None:
        """Move time forward; raises ValueError for a step back."""
        if by < timedelta(0):
            raise ValueError("The clock of the sandbox only goes forward.")
        self.offset += by


def in_seconds(moment: datetime) -> str:
    """The moment as bol writes it in version 10, such as ``2018-11-14T09:34:41+01:00``."""
    return moment.astimezone(AMSTERDAM).isoformat(timespec="seconds")


def in_milliseconds(moment: datetime) -> str:
    """The moment as bol writes it on returns, such as ``2016-11-14T11:06:48.423+01:00``."""
    return moment.astimezone(AMSTERDAM).isoformat(timespec="milliseconds")


def in_microseconds(moment: datetime) -> str:
    """The moment as bol writes it in version 11, such as ``2026-05-13T09:35:44.198346+02:00``."""
    return moment.astimezone(AMSTERDAM).isoformat(timespec="microseconds")


def day_of(moment: datetime) -> date:
    """The calendar day at bol, in the Netherlands."""
    return moment.astimezone(AMSTERDAM).date()


def start_of(day: date) -> datetime:
    """The aware UTC moment at which a day begins in the Netherlands."""
    return datetime.combine(day, time(), tzinfo=AMSTERDAM).astimezone(UTC)
