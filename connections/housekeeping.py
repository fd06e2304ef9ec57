"""Removes what has been kept long enough."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django_q.models import Failure

from connections.models import MessageState, Notification, OutboxMessage, RequestLogEntry

CHUNK = 2000
DONE_MESSAGES_KEPT = timedelta(days=90)
FAILED_TASKS_KEPT = timedelta(days=30)


def prune() -> dict[str, int]:
    """Remove old request log entries, settled messages, notifications and failed tasks, in small transactions."""
    now = timezone.now()
    done = (MessageState.SUCCEEDED, MessageState.SUPERSEDED, MessageState.SETTLED)
    return {
        "requests": _delete(
            RequestLogEntry.objects.filter(at__lt=now - timedelta(days=settings.BOL_REQUEST_LOG_DAYS))
        ),
        "messages": _delete(
            OutboxMessage.objects.filter(state__in=done, created_at__lt=now - DONE_MESSAGES_KEPT)
        ),
        "notifications": _delete(
            Notification.objects.exclude(state=Notification.State.WAITING).filter(
                received_at__lt=now - timedelta(days=settings.BOL_NOTIFICATION_DAYS)
            )
        ),
        "tasks": _delete(Failure.objects.filter(started__lt=now - FAILED_TASKS_KEPT)),
    }


def _delete(old: QuerySet[Any]) -> int:
    removed = 0
    while keys := list(old.values_list("pk", flat=True)[:CHUNK]):
        removed += old.model.objects.filter(pk__in=keys).delete()[0]
    return removed
