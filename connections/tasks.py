"""What django-q2 calls: one line each, safe to run twice."""

from __future__ import annotations

from connections import flows, housekeeping, recovering
from connections.models import Connection, Heartbeat
from connections.schedules import WORKER


def ring_due_flows() -> int:
    """Wake every flow whose time has come; that this runs at all shows that a worker is alive."""
    Heartbeat.beat(WORKER)
    recovering.advance_all()
    return flows.ring_due()


def run_flow(connection_id: int, kind: str) -> dict[str, int]:
    """Run one flow of one connection."""
    return flows.attempt(Connection.objects.get(pk=connection_id), kind).counts


def prune() -> dict[str, int]:
    """Remove what has been kept long enough."""
    return housekeeping.prune()
