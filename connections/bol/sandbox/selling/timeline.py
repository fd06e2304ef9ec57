"""Lets everything happen whose time has come, in order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from connections.bol.sandbox.notifying import deliveries, events
from connections.bol.sandbox.selling import journeys, orders, processes, returns, shipments
from connections.bol.sandbox.state import State

EVENTS: dict[str, Callable[[State, str], None]] = {
    "process": processes.settle,
    "forget": processes.forget,
    "expiry": orders.expire,
    "bol-ships": shipments.ship_by_bol,
    "transport": journeys.go_on,
    "return": returns.come_back,
    "bol-handles": returns.handle_by_bol,
    "return-expiry": returns.expire,
    "notification": deliveries.become_due,
    "forget-notification": deliveries.forget,
    "sale": events.decide_sale,
}


@contextmanager
def present(state: State) -> Iterator[None]:
    """The world as it is now, with nobody else in it."""
    with state.lock:
        catch_up(state)
        yield


def catch_up(state: State) -> None:
    """Bring the world up to the present; call it with the lock held, before looking at anything."""
    while due := state.agenda.take_due(state.now):
        moment, _, event, subject = due
        with state.at(moment):
            EVENTS[event](state, subject)
