"""The time of the processes that die: bol's, which a day may move forward."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from tests.processes import RemoteSandbox


class Clock:
    """Tells what time it is at bol."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def follow(self, bol: RemoteSandbox) -> None:
        """Set the clock by bol's."""
        self._ahead = timedelta(seconds=bol.ask("GET", "/_sandbox/clock")["ahead_s"])

    def advance(self, bol: RemoteSandbox, by: timedelta) -> None:
        """Let time pass, at bol and here."""
        told = bol.ask("POST", "/_sandbox/clock", {"advance_s": by.total_seconds()})
        self._ahead = timedelta(seconds=told["ahead_s"])


CLOCK = Clock()


class BolsTime(datetime):
    """What `datetime` is for those who ask it for the time themselves."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return CLOCK.now().astimezone(tz)
