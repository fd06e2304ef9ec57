"""The kinds of traffic, registered by the apps that own them, and how one of them is run.

A flow runs under a lease, so that two workers never run the same one, and leaves behind when it last succeeded: health
is freshness.
"""

from __future__ import annotations

import logging
import random
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import close_old_connections, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from connections import bol, doorbell, hangups, throttling
from connections.models import Connection, Flow

logger = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(minutes=15)
JITTER = 0.1
# So many looks may fail before what they would have shown counts as unknown.
LOOKS_MISSED = 3

# These concern a whole flow and not the one thing that met them: the run ends, and the flow says so.
GENERAL_TROUBLE = (
    bol.LoginError,
    bol.NotSent,
    bol.TokenExpired,
    bol.Unauthorized,
    bol.Forbidden,
    bol.Unsupported,
    bol.RateLimited,
    throttling.TooBusy,
)


class LostLease(Exception):
    """Another worker took this flow over while it was running."""


@dataclass
class Report:
    """What a run did: counts by name, and whether more is waiting to be done at once."""

    counts: dict[str, int] = field(default_factory=dict)
    is_complete: bool = True
    skipped: str = ""
    # How long what is left has to wait, as for a report that bol is making.
    again_in: timedelta = timedelta(0)

    def count(self, name: str, number: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + number

    def merge(self, other: Report) -> None:
        """Add a following run of the same flow to this one."""
        for name, number in other.counts.items():
            self.count(name, number)
        self.is_complete, self.skipped, self.again_in = other.is_complete, other.skipped, other.again_in


@dataclass(frozen=True)
class FlowKind:
    """One kind of traffic: what to run, how often, and how old its last success may become."""

    name: str
    label: Any
    run: Callable[[Connection, Flow], Report]
    interval: timedelta
    freshness: timedelta
    needs_sending: bool = False  # does nothing for a connection that is read only
    tells_of_sales: bool = False  # what it fetches decides on how much is left to sell
    is_urgent: bool = False  # when it stands still, somebody has to look at once
    # How many things it brought between two moments, for the report of a recovery.
    brought: Callable[[Connection, datetime, datetime], int] | None = None


_registered: dict[str, FlowKind] = {}


def register(kind: FlowKind) -> None:
    """Make a flow known; call it in an app's flows.py."""
    _registered[kind.name] = kind


def get(name: str) -> FlowKind:
    """Return the kind of that name.

    Raises:
        LookupError: no app registered it; the text names those that exist.
    """
    if name not in _registered:
        raise LookupError(f"There is no flow “{name}”. There are: {', '.join(sorted(_registered))}.")
    return _registered[name]


def kinds() -> list[FlowKind]:
    return [_registered[name] for name in sorted(_registered)]


def open_for(connection: Connection) -> None:
    """Make sure that the connection has a row for every kind of flow."""
    Flow.objects.bulk_create(
        [Flow(connection=connection, kind=name) for name in _registered], ignore_conflicts=True
    )


def ring_due() -> int:
    """Wake every flow whose time has come; return how many bells rang."""
    for connection in Connection.objects.active():
        open_for(connection)
    return sum(doorbell.ring(flow.connection_id, flow.kind) for flow in Flow.objects.due())


def run(connection: Connection, name: str) -> Report:
    """Run one flow of one connection now, unless it may not or somebody else runs it."""
    kind = get(name)
    flow, _created = Flow.objects.get_or_create(connection=connection, kind=name)
    reason = _reason_to_skip(connection, kind)
    if reason:
        Flow.objects.filter(pk=flow.pk).update(rung_at=None, next_run_at=timezone.now() + kind.interval)
        return Report(skipped=reason)
    if not _take_lease(flow):
        return Report(skipped=_("another worker runs it"))
    try:
        report = _run_leased(kind, connection, flow)
    finally:
        _give_back_lease(flow)
    _answer_again(flow, is_complete=report.is_complete or bool(report.again_in))
    return report


def attempt(connection: Connection, name: str) -> Report:
    """Run one flow; trouble with bol is noted on the flow and is no failure of the worker's."""
    try:
        return run(connection, name)
    except bol.BolError as error:
        logger.warning("%s of %s: %s", name, connection, error)
        return Report(skipped=str(error))


def run_until_complete(connection: Connection, name: str) -> Report:
    """Run one flow again and again until nothing is left to do at once."""
    total = run(connection, name)
    while not total.is_complete and not total.skipped:
        time.sleep(total.again_in.total_seconds())
        total.merge(run(connection, name))
    return total


def keep_lease(flow: Flow) -> bool:
    """Extend the lease of a running flow; False means that it was lost and the run must stop."""
    return bool(
        Flow.objects.filter(pk=flow.pk, lease_token=flow.lease_token).update(
            lease_until=timezone.now() + settings.BOL_LEASE
        )
    )


@transaction.atomic
def rewind(connection: Connection, name: str, to: datetime) -> bool:
    """Have a flow read once more what happened since a moment; False while it runs, for it would not notice."""
    now = timezone.now()
    flow = Flow.objects.filter(connection=connection, kind=name)
    if flow.filter(lease_until__gt=now).exists():
        return False
    flow.filter(cursor__gt=to).update(cursor=to)
    transaction.on_commit(partial(doorbell.ring, connection.pk, name))
    return True


def _reason_to_skip(connection: Connection, kind: FlowKind) -> str:
    if not connection.is_active:
        return _("the connection is %(status)s") % {"status": connection.get_status_display().lower()}
    if kind.needs_sending and not connection.is_live:
        return _("the connection is read only")
    return ""


def _take_lease(flow: Flow) -> bool:
    now = timezone.now()
    flow.lease_token = uuid.uuid4()
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    taken = Flow.objects.filter(free, pk=flow.pk).update(
        lease_token=flow.lease_token, lease_until=now + settings.BOL_LEASE, last_started_at=now, rung_at=None
    )
    return bool(taken)


def _give_back_lease(flow: Flow) -> None:
    Flow.objects.filter(pk=flow.pk, lease_token=flow.lease_token).update(lease_until=None, lease_token=None)


def _run_leased(kind: FlowKind, connection: Connection, flow: Flow) -> Report:
    began_at = timezone.now()
    try:
        report = kind.run(connection, flow)
    except bol.InvalidCredentials as error:
        connection.suspend(refused_credentials(error))
        flow.fail(str(error), kind.interval)
        raise
    except bol.Forbidden as error:
        connection.suspend(refused_account(error))
        flow.fail(str(error), kind.interval)
        raise
    except Exception as error:
        if hangups.passes(error):
            close_old_connections()  # one that broke: with another this can be noted
        flow.fail(f"{type(error).__name__}: {error}", _wait_after(flow, kind))
        raise
    if report.is_complete:
        flow.succeed(_with_jitter(kind.interval), caught_up_at=began_at)
    else:
        flow.succeed(report.again_in)
    return report


def _answer_again(flow: Flow, *, is_complete: bool) -> None:
    """Ring once more where work is left, or where somebody rang while we were at it; the lease is free by now."""
    rang_meanwhile = Flow.objects.filter(pk=flow.pk).exclude(rung_at=None).update(rung_at=None)
    if rang_meanwhile or not is_complete:
        doorbell.ring(flow.connection_id, flow.kind)


def _wait_after(flow: Flow, kind: FlowKind) -> timedelta:
    first = min(kind.interval, LONGEST_WAIT)
    doubled: timedelta = first * 2 ** min(flow.failures, 5)
    return _with_jitter(min(doubled, max(LONGEST_WAIT, kind.interval)))


def _with_jitter(interval: timedelta) -> timedelta:
    # A hundred connections must not all start at the same second.
    return interval * (1 + JITTER * random.random())  # noqa: S311 - not a secret


def refused_credentials(error: Exception) -> str:
    """Say in words what a refused client ID or secret means."""
    return _(
        "bol refused the client ID or secret: “%(error)s”. Enter the right secret on the page of this connection; "
        "everything that waits is sent as soon as bol accepts it."
    ) % {"error": error}


def refused_account(error: Exception) -> str:
    """Say in words what a forbidden account means."""
    return _(
        "bol refuses this account: “%(error)s”. Ask bol's partner service whether the account is active and has "
        "access to the API, then resume the connection."
    ) % {"error": error}


def knows_sales(connection: Connection) -> bool:
    """Tell whether everything that was sold is here, but for what was sold since the last few looks."""
    now = timezone.now()
    kinds = [kind for kind in _registered.values() if kind.tells_of_sales]
    ran = Flow.objects.filter(connection=connection, kind__in=[kind.name for kind in kinds])
    caught_up = dict(ran.values_list("kind", "caught_up_at"))
    return all(_is_within(caught_up.get(kind.name), LOOKS_MISSED * kind.interval, now) for kind in kinds)


def _is_within(moment: datetime | None, span: timedelta, now: datetime) -> bool:
    return moment is not None and now - moment <= span


def labels() -> Iterable[tuple[str, Any]]:
    """Return name and label of every kind, for filters."""
    return [(kind.name, kind.label) for kind in kinds()]


def health(flow: Flow) -> tuple[str, Any]:
    """Return how fresh a flow is: a key (fresh, stale, new, idle) and its word."""
    kind = _registered.get(flow.kind)
    if kind is None or not flow.connection.is_active or (kind.needs_sending and not flow.connection.is_live):
        return "idle", _("off")
    age = flow.age()
    if age is None:
        return "new", _("not run yet")
    return ("fresh", _("fresh")) if age <= kind.freshness else ("stale", _("stale"))
