"""Lets everything happen whose time has come, in order of time."""

from __future__ import annotations

from collections.abc import Callable

from connections.bol.sandbox.selling import orders, processes
from connections.bol.sandbox.state import State

EVENTS: dict[str, Callable[[State, str], None]] = {
    "process": processes.settle,
    "forget": processes.forget,
    "expiry": orders.expire,
}


def catch_up(state: State) -> None:
    """Bring the world up to the present; call it with the lock held, before looking at anything."""
    while due := state.agenda.take_due(state.now):
        moment, _, event, subject = due
        with state.at(moment):
            EVENTS[event](state, subject)
