"""The timetable, made by code: how often the ground floor's own flows run, and when django-q2 wakes them all.

People do not edit schedules: one row that django-q2 cannot read would stop all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_q.models import Schedule

from connections import confirming, flows, inbox, relaying, subscriptions
from connections.flows import FlowKind

PREFIX = "backoffice: "
WORKER = "worker"

flows.register(
    FlowKind(
        name="outbox",
        label=_("Sending"),
        run=relaying.relay,
        interval=timedelta(seconds=20),
        freshness=timedelta(minutes=15),
        needs_sending=True,
    )
)
flows.register(
    FlowKind(
        name=confirming.FLOW,
        label=_("Confirmations"),
        run=confirming.ask,
        interval=timedelta(seconds=20),
        freshness=timedelta(minutes=15),
    )
)
flows.register(
    FlowKind(
        name=inbox.FLOW,
        label=_("Notifications from bol"),
        run=inbox.work,
        interval=timedelta(seconds=30),
        freshness=timedelta(minutes=15),
    )
)
# bol switches a subscription off after ten minutes of trouble: it is noticed within the hour.
flows.register(
    FlowKind(
        name=subscriptions.FLOW,
        label=_("Subscriptions"),
        run=subscriptions.look,
        interval=timedelta(minutes=50),
        freshness=timedelta(hours=3),
    )
)


@dataclass(frozen=True)
class Entry:
    """One line of the timetable."""

    name: str
    func: str
    minutes: int
    first_after: timedelta = timedelta(0)


# Two entries half a minute apart: django-q2 looks at its schedules every thirty seconds and counts in minutes.
TIMETABLE: list[Entry] = [
    Entry("wake flows", "connections.tasks.ring_due_flows", minutes=1),
    Entry("wake flows, half a minute later", "connections.tasks.ring_due_flows", 1, timedelta(seconds=30)),
    Entry("remove what is old", "connections.tasks.prune", minutes=60 * 24, first_after=timedelta(hours=1)),
]


def plan(entry: Entry) -> None:
    """Add a line to the timetable; call it in an app's schedules.py."""
    TIMETABLE.append(entry)


@receiver(post_migrate, sender=apps.get_app_config("connections"))
def install(**_signal: Any) -> None:
    """Make the rows of django-q2's schedule equal to the timetable; runs after every migration."""
    for entry in TIMETABLE:
        _install(entry)
    known = [PREFIX + entry.name for entry in TIMETABLE]
    Schedule.objects.filter(name__startswith=PREFIX).exclude(name__in=known).delete()


def restore() -> int:
    """Make the rows that are missing, as after the queue's tables were emptied; return how many.

    It leaves alone what it does not know: while a deploy goes on, a newer version may have planned more.
    """
    there = set(Schedule.objects.filter(name__startswith=PREFIX).values_list("name", flat=True))
    missing = [entry for entry in TIMETABLE if PREFIX + entry.name not in there]
    for entry in missing:
        _install(entry)
    return len(missing)


def _install(entry: Entry) -> None:
    shape = {"func": entry.func, "schedule_type": Schedule.MINUTES, "minutes": entry.minutes, "repeats": -1}
    name = PREFIX + entry.name
    if not Schedule.objects.filter(name=name).exists():
        Schedule.objects.create(name=name, next_run=timezone.now() + entry.first_after, **shape)
    else:
        Schedule.objects.filter(name=name).exclude(**shape).update(**shape)
