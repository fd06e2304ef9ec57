"""Wakes a flow in the background. The queue is only a doorbell: what must happen is in our own tables."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django_q.tasks import async_task

from connections.models import Flow

# A ring that nobody answered for so long was lost with the queue.
LOST_AFTER = timedelta(minutes=5)


def ring(connection_id: int, kind: str) -> bool:
    """Have one flow run soon; a bell that rings already is not rung twice."""
    now = timezone.now()
    Flow.objects.get_or_create(connection_id=connection_id, kind=kind)
    silent = Q(rung_at=None) | Q(rung_at__lt=now - LOST_AFTER)
    if not Flow.objects.filter(silent, connection_id=connection_id, kind=kind).update(rung_at=now):
        return False
    async_task(
        "connections.tasks.run_flow", connection_id, kind, task_name=f"{kind} of connection {connection_id}"
    )
    return True
