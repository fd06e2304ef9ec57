"""What bol posts to us: stored at once, looked up soon after by whoever registered for it.

A notification says that something changed, not what: its handler reads the thing at bol. So one that comes twice, late
or in the wrong order changes nothing, and one that never comes is made good by the flow that polls.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from connections import doorbell, flows, hangups
from connections.bol.notifications import Notification as Message
from connections.flows import Report
from connections.models import Connection, Flow, Notification

logger = logging.getLogger(__name__)

FLOW = "notifications"
CHUNK = 500
# A run ends before the queue's own limit and rings for the next one.
RUN_SECONDS = 45.0
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=6)
MOST_FAILURES = 10

# Outside of any transaction, safe to run twice. Gets one notification for each thing that something happened to, the
# newest, and returns those that could not be looked up yet.
Handle = Callable[[Connection, Sequence[Notification]], Iterable[Notification]]
# Has the flow that polls the same read everything since a moment; False where it has to be asked again later.
CatchUp = Callable[[Connection, datetime], bool]


@dataclass(frozen=True)
class Handler:
    """Who looks up what bol tells about a resource."""

    handle: Handle
    catch_up: CatchUp


_registered: dict[str, Handler] = {}


def register(resource: str, handle: Handle, catch_up: CatchUp) -> None:
    """Have notifications about a resource looked up; call it in an app's notifications.py."""
    _registered[resource] = Handler(handle, catch_up)


def is_handled(resource: str) -> bool:
    """Whether somebody looks up what bol tells about a resource; else it is recorded and no more."""
    return resource in _registered


def take_in(connection_id: int, message: Message) -> bool:
    """Store what bol posted and have it looked up soon; False where it was stored before."""
    row = Notification.of(connection_id, message)
    if Notification.objects.filter(connection_id=connection_id, event_key=row.event_key).exists():
        return False
    # Two posts of one event at the same moment: the second one conflicts and is no more than a second ring.
    Notification.objects.bulk_create([row], ignore_conflicts=True)
    transaction.on_commit(partial(doorbell.ring, connection_id, FLOW))
    return True


def catch_up(connection: Connection, resources: Collection[str], since: datetime) -> bool:
    """Have everything polled that notifications may have missed since a moment; False where not all could be asked."""
    handlers = [_registered[resource] for resource in resources if resource in _registered]
    asked = [handler.catch_up(connection, since) for handler in handlers]
    return all(asked)


def work(connection: Connection, flow: Flow) -> Report:
    """Look up everything that waits."""
    report, ends_at = Report(), time.monotonic() + RUN_SECONDS
    due = Notification.objects.filter(connection=connection).due()
    while rows := list(due[:CHUNK]):
        for resource, group in _by_resource(rows).items():
            _work_on(connection, resource, group, report)
        if not flows.keep_lease(flow) or time.monotonic() > ends_at:
            report.is_complete = False
            break
    return report


def _by_resource(rows: Iterable[Notification]) -> dict[str, list[Notification]]:
    groups: defaultdict[str, list[Notification]] = defaultdict(list)
    for row in rows:
        groups[row.resource].append(row)
    return groups


def _work_on(connection: Connection, resource: str, group: list[Notification], report: Report) -> None:
    handler = _registered.get(resource)
    if handler is None:
        _settle(group, Notification.State.RECORDED)
        report.count("recorded", len(group))
        return
    newest: dict[tuple[str, str], Notification] = {}
    for row in group:
        newest.setdefault(row.event, row)  # the newest come first
    overtaken = _overtaken(connection, resource, newest)
    left = _hand_over(handler, connection, [row for event, row in newest.items() if event not in overtaken])
    undone = {row.event for row in left}
    _settle([row for row in group if row.event not in undone], Notification.State.DONE)
    _postpone([row for row in group if row.event in undone])
    report.count("looked up", len(newest) - len(overtaken) - len(undone))
    report.count("overtaken", len(group) - len(newest) + len(overtaken))
    report.count("postponed", len(undone))


def _overtaken(
    connection: Connection, resource: str, newest: dict[tuple[str, str], Notification]
) -> set[tuple[str, str]]:
    """Return the events of which something as new or newer was looked up before: that look saw them too."""
    done = Notification.objects.filter(
        connection=connection,
        resource=resource,
        resource_id__in={row.resource_id for row in newest.values()},
        state=Notification.State.DONE,
    )
    latest = done.order_by().values_list("event_type", "resource_id").annotate(latest=Max("happened_at"))
    seen = {(event_type, resource_id): at for event_type, resource_id, at in latest}
    return {event for event, row in newest.items() if event in seen and seen[event] >= row.happened_at}


def _hand_over(handler: Handler, connection: Connection, rows: list[Notification]) -> list[Notification]:
    """Have notifications looked up; return those that could not be, without letting one stop the others."""
    if not rows:
        return []
    try:
        return list(handler.handle(connection, rows))
    except flows.GENERAL_TROUBLE:
        raise
    except Exception as error:
        if hangups.passes(error):
            raise
        # One that cannot be looked up must not stop the others.
        if len(rows) == 1:
            # The error's own text may quote what was read.
            logger.warning("Notification %s could not be looked up: %s", rows[0].pk, type(error).__name__)
            return rows
    half = len(rows) // 2
    return _hand_over(handler, connection, rows[:half]) + _hand_over(handler, connection, rows[half:])


def _settle(rows: Collection[Notification], state: str) -> None:
    waiting = Notification.objects.filter(pk__in=[row.pk for row in rows], state=Notification.State.WAITING)
    waiting.update(state=state, handled_at=timezone.now())


def _postpone(rows: Collection[Notification]) -> None:
    for row in rows:
        row.failures += 1
        row.not_before = timezone.now() + min(FIRST_RETRY * 2 ** (row.failures - 1), LONGEST_RETRY)
        if row.failures >= MOST_FAILURES:
            row.state = Notification.State.FAILED
    Notification.objects.bulk_update(rows, ["failures", "not_before", "state"], batch_size=100)
