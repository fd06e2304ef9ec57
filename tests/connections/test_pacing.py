"""Requests stay as far apart as their slots, also after a stall."""

from __future__ import annotations

from itertools import pairwise

import pytest

from connections import pacing
from connections.pacing import Gate


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until somebody sleeps or a test moves it."""
    now = [1000.0]
    monkeypatch.setattr(pacing.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(pacing.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    return now


def leave(gate: Gate, clock: list[float], slots: list[float]) -> list[float]:
    departures = []
    for slot in slots:
        gate.wait(slot)
        departures.append(clock[0])
    return departures


def test_requests_leave_at_their_slots(clock):
    slots = [1000.0 + number * 0.02 for number in range(5)]

    assert leave(Gate(), clock, slots) == pytest.approx(slots)


def test_a_stall_is_not_followed_by_a_burst(clock):
    slots = [1000.0 + number * 0.02 for number in range(50)]
    clock[0] += 0.5

    departures = leave(Gate(), clock, slots)

    gaps = [later - earlier for earlier, later in pairwise(departures)]
    assert min(gaps) == pytest.approx(0.02 * pacing.CATCH_UP)


def test_small_delays_do_not_slow_the_pace(clock):
    gate, slots = Gate(), [1000.0 + number * 0.02 for number in range(200)]
    for slot in slots:
        gate.wait(slot)
        clock[0] += 0.005

    assert clock[0] == pytest.approx(slots[-1] + 0.005, abs=0.02)
