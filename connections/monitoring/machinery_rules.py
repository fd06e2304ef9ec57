"""The machinery itself: workers, timetable, queue, disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_q.models import OrmQ, Schedule

from connections.models import Heartbeat, Notice, Severity
from connections.monitoring.rules import Finding, Rule, register
from connections.schedules import PREFIX, WORKER

WORKER_SILENT_FOR = timedelta(minutes=2)
LEAST_GRACE = timedelta(minutes=5)
QUEUED_FOR = timedelta(minutes=5)
DISK_NOW, DISK_TODAY = 0.10, 0.20
CHANNEL_ATTEMPTS = 3


def find_dead_worker() -> Iterator[Finding]:
    """Find that no worker has done anything for some minutes."""
    age = Heartbeat.expect(WORKER)
    if age > WORKER_SILENT_FOR:
        text = _(
            "No worker has shown itself for %(age)s: nothing is fetched and nothing is sent. Start it again "
            "(manage.py qcluster); nothing is lost, and it goes on where it was."
        )
        yield Finding("worker", text % {"age": timesince(timezone.now() - age)}, Severity.NOW)


def find_missed_schedules() -> Iterator[Finding]:
    """Find lines of the timetable that did not run when they should have."""
    now = timezone.now()
    for schedule in Schedule.objects.filter(name__startswith=PREFIX):
        grace = max(2 * timedelta(minutes=schedule.minutes or 1), LEAST_GRACE)
        if schedule.next_run and schedule.next_run + grace < now:
            text = _("“%(name)s” of the timetable should have run %(age)s ago.")
            facts = {"name": schedule.name.removeprefix(PREFIX), "age": timesince(schedule.next_run)}
            yield Finding(schedule.name, text % facts, _severity(schedule), _schedules())


def _severity(schedule: Schedule) -> Severity:
    return Severity.NOW if (schedule.minutes or 1) <= 1 else Severity.TODAY


def find_old_tasks() -> Iterator[Finding]:
    """Find that the queue is not emptied."""
    # Until a worker takes a task, its lock is the moment at which it was queued; then it lies ahead.
    oldest = OrmQ.objects.filter(lock__lt=timezone.now() - QUEUED_FOR).order_by("lock").first()
    if oldest:
        text = _("The oldest background task has waited for %(age)s: the workers cannot keep up, or hang.")
        yield Finding("queue", text % {"age": timesince(oldest.lock)}, Severity.TODAY, _tasks())


def find_full_disk() -> Iterator[Finding]:
    """Find that the disk with the data is nearly full."""
    usage = shutil.disk_usage(settings.DATA_DIR)
    free = usage.free / usage.total
    if free < DISK_TODAY:
        text = _(
            "Only %(percent)d %% of the disk with the data is free. Full, nothing can be saved any more."
        )
        severity = Severity.NOW if free < DISK_NOW else Severity.TODAY
        yield Finding("disk", text % {"percent": free * 100}, severity)


def find_broken_channels() -> Iterator[Finding]:
    """Find channels by which nobody can be told of anything."""
    stuck = Notice.objects.filter(sent_at=None, attempts__gte=CHANNEL_ATTEMPTS).order_by("pk")
    for notice in {(row.channel, row.recipient): row for row in stuck[:200]}.values():
        text = _("Notices cannot be sent by %(channel)s to %(recipient)s: “%(error)s”.")
        facts = {"channel": notice.channel, "recipient": notice.recipient, "error": notice.last_error}
        yield Finding(f"{notice.channel}:{notice.recipient}"[:200], text % facts, Severity.NOW)


def _schedules() -> str:
    return reverse("admin:django_q_schedule_changelist")


def _tasks() -> str:
    return reverse("admin:django_q_ormq_changelist")


register(
    Rule("WorkerDead", gettext_lazy("No worker"), find_dead_worker, explains=frozenset({"ScheduleMissed"}))
)
register(Rule("ScheduleMissed", gettext_lazy("Timetable missed"), find_missed_schedules))
register(Rule("QueueAge", gettext_lazy("Background tasks wait"), find_old_tasks))
register(Rule("DiskFull", gettext_lazy("Disk nearly full"), find_full_disk))
register(Rule("ChannelBroken", gettext_lazy("Nobody can be told"), find_broken_channels))
