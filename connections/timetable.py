"""Rows of django-q2's schedule that it cannot read: one alone would stop all of them, for it reads them in one go."""

from __future__ import annotations

import ast
import logging

from django.utils import timezone
from django_q.models import Schedule

from connections.schedules import PREFIX

logger = logging.getLogger(__name__)


def set_aside_unreadable() -> int:
    """Set aside the rows that are due and cannot be read; return how many.

    A row of our own goes on without what somebody wrote into it; that of somebody else rests, and the log names it.
    """
    due = Schedule.objects.exclude(repeats=0).filter(next_run__lt=timezone.now())
    unreadable = [row for row in due if not is_readable(row)]
    for row in unreadable:
        logger.error("The row “%s” of the timetable cannot be read and is set aside.", row.name or row.pk)
        _set_aside(row)
    return len(unreadable)


def is_readable(row: Schedule) -> bool:
    """Tell whether django-q2 can make a task of a row, and knows when to run it next."""
    try:
        ast.literal_eval(row.args or "()")
        _read_keywords(row.kwargs or "{}")
        if row.schedule_type != Schedule.ONCE:
            row.calculate_next_run(row.next_run)
    except Exception:  # noqa: BLE001 - whatever it is, it would stop all the others
        return False
    return True


def _read_keywords(text: str) -> None:
    """Read keyword arguments as django-q2 does, as a dict or as in a call; raise where it would stumble."""
    try:
        dict(ast.literal_eval(text).get("q_options", {}))
    except (SyntaxError, ValueError):
        ast.parse(f"f({text})")


def _set_aside(row: Schedule) -> None:
    same = Schedule.objects.filter(pk=row.pk)
    if (row.name or "").startswith(PREFIX):
        same.update(args=None, kwargs=None, schedule_type=Schedule.MINUTES, cron=None)
    else:
        same.update(repeats=0)
