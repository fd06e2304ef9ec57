"""How a connection catches up after it was out of touch with bol: orders, then stock, then parcels, then the rest.

Nothing special runs: the same flows fetch and the same relay sends. A recovery only keeps the later lanes closed until
the earlier ones have nothing left to do. The order is correctness and not only priority: bol forgets the orders before
the last stock number it got (Offers API v11, CreateStock, managedByRetailer).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from connections import doorbell, flows
from connections.models import Connection, Flow, Lane, Recovery, RecoveryPhase, RequestLogEntry
from connections.recovery_report import make_report

# bol's lists of changes reach back an hour: whoever was away for longer has a gap to fill.
GAP = timedelta(hours=1)
# Where bol answers, but not about orders, parcels and prices wait no longer than this for them.
PATIENCE = timedelta(minutes=15)
# What bol leaves open for so long is told in the report, not waited for.
LONGEST = timedelta(hours=6)

# No stock at all may always go: it cannot sell anything twice.
OPEN_LANES = {
    RecoveryPhase.ORDERS: frozenset({Lane.STOCK_TO_ZERO}),
    RecoveryPhase.STOCK: frozenset({Lane.STOCK_TO_ZERO, Lane.STOCK}),
    RecoveryPhase.SHIPMENTS: frozenset({Lane.STOCK_TO_ZERO, Lane.STOCK, Lane.SHIPMENTS}),
}
NEXT = {
    RecoveryPhase.ORDERS: RecoveryPhase.STOCK,
    RecoveryPhase.STOCK: RecoveryPhase.SHIPMENTS,
    RecoveryPhase.SHIPMENTS: RecoveryPhase.REST,
}


def notice(connection: Connection) -> Recovery | None:
    """Return the recovery that is under way; a gap that nobody has seen to yet begins one."""
    under_way = Recovery.objects.open().filter(connection=connection).first()
    if under_way:
        return under_way
    last = _last_in_touch(connection)
    if last is None or timezone.now() - last <= GAP:
        return None
    if Recovery.objects.filter(connection=connection, began_at__gte=last).exists():
        return None  # seen to already: orders do not come, and an alert says so
    return _begin(connection, last)


@transaction.atomic
def begin(connection: Connection, since: datetime, *, by: Any = None) -> Recovery:
    """Have a connection catch up on everything since a moment; one that is under way begins again from there."""
    recovery = _begin(connection, since, by=by)
    recovery.since, recovery.is_turned_back = min(since, recovery.since), False
    recovery.save(update_fields=["since", "is_turned_back"])
    _enter(recovery, RecoveryPhase.ORDERS)
    _turn_back(recovery)
    return recovery


@transaction.atomic
def _begin(connection: Connection, since: datetime, *, by: Any = None) -> Recovery:
    Connection.objects.select_for_update().get(pk=connection.pk)
    recovery = Recovery.objects.open().filter(connection=connection).first()
    _wake(connection)
    now = timezone.now()
    return recovery or Recovery.objects.create(
        connection=connection, since=since, began_at=now, phase_began_at=now, begun_by=by
    )


def open_lanes(recovery: Recovery | None) -> frozenset[Lane]:
    """Return the lanes that may be sent now."""
    return OPEN_LANES.get(RecoveryPhase(recovery.phase), frozenset(Lane)) if recovery else frozenset(Lane)


def advance(recovery: Recovery, *, nothing_to_send: bool = False) -> bool:
    """Go on to the next phase where this one is over; tell whether it was.

    `nothing_to_send` is what the relay knows: of the open lanes nothing can be sent at the moment.
    """
    recovery.refresh_from_db()
    if not _is_over(recovery, nothing_to_send=nothing_to_send):
        return False
    phase = RecoveryPhase(recovery.phase)
    if phase in NEXT and recovery.connection.is_live:
        return _enter(recovery, NEXT[phase])
    return _end(recovery)


def advance_all() -> None:
    """Let every recovery that waits for something else than the relay go on; the relay sees to the others."""
    for recovery in Recovery.objects.open().select_related("connection"):
        advance(recovery)


def _is_over(recovery: Recovery, *, nothing_to_send: bool) -> bool:
    match recovery.phase:
        case RecoveryPhase.ORDERS:
            return _knows_orders(recovery) or _is_out_of_patience(recovery)
        case RecoveryPhase.REST:
            return not _is_something_open(recovery) or timezone.now() - recovery.began_at > LONGEST
        case RecoveryPhase.DONE:
            return False
    return nothing_to_send


def _knows_orders(recovery: Recovery) -> bool:
    if not recovery.is_turned_back:
        _turn_back(recovery)
        return False
    caught_up = _caught_up(recovery.connection)
    return all(moment is not None and moment >= recovery.phase_began_at for moment in caught_up)


def _turn_back(recovery: Recovery) -> None:
    """Have orders read from where a person wants them; what runs at the moment would not notice, and is left alone."""
    later = _sales_flows(recovery.connection).filter(cursor__gt=recovery.since)
    turned_back = [flows.rewind(recovery.connection, flow.kind, recovery.since) for flow in later]
    if all(turned_back):
        recovery.is_turned_back, recovery.phase_began_at = True, timezone.now()
        recovery.save(update_fields=["is_turned_back", "phase_began_at"])


def _is_out_of_patience(recovery: Recovery) -> bool:
    """Tell whether bol has been answering for a while without giving orders: something else is wrong then."""
    answered = RequestLogEntry.objects.filter(
        connection=recovery.connection_id, at__gte=recovery.began_at, status__range=(200, 399)
    )
    first = answered.order_by("id").values_list("at", flat=True).first()
    return first is not None and timezone.now() - first > PATIENCE


def _is_something_open(recovery: Recovery) -> bool:
    return recovery.connection.outbox.open().filter(created_at__lte=recovery.phase_began_at).exists()


def _last_in_touch(connection: Connection) -> datetime | None:
    """Return since when orders are missing; None where they were never fetched, for then there is no gap."""
    moments = _caught_up(connection)
    return min((moment for moment in moments if moment), default=None)


def _caught_up(connection: Connection) -> list[datetime | None]:
    return list(_sales_flows(connection).values_list("caught_up_at", flat=True))


def _sales_flows(connection: Connection) -> Any:
    names = [kind.name for kind in flows.kinds() if kind.tells_of_sales]
    return Flow.objects.filter(connection=connection, kind__in=names)


def _enter(recovery: Recovery, phase: RecoveryPhase) -> bool:
    recovery.phase, recovery.phase_began_at = phase, timezone.now()
    recovery.save(update_fields=["phase", "phase_began_at"])
    doorbell.ring(recovery.connection_id, "outbox")
    return True


def _end(recovery: Recovery) -> bool:
    recovery.report = make_report(recovery)
    recovery.phase, recovery.ended_at = RecoveryPhase.DONE, timezone.now()
    recovery.save(update_fields=["phase", "ended_at", "report"])
    return True


def _wake(connection: Connection) -> None:
    for name in _names_in_order(flows.kinds()):
        transaction.on_commit(partial(doorbell.ring, connection.pk, name))


def _names_in_order(kinds: Iterable[flows.FlowKind]) -> list[str]:
    return [kind.name for kind in sorted(kinds, key=lambda kind: not kind.tells_of_sales)]
