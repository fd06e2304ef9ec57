"""Wakes a flow in the background. The queue is only a doorbell: what must happen is in our own tables."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django_q.tasks import async_task
from redis import RedisError

from connections.models import Flow

logger = logging.getLogger(__name__)

# A ring that nobody answered for so long was lost with the queue.
LOST_AFTER = timedelta(minutes=1)


def ring(connection_id: int, kind: str) -> bool:
    """Have one flow run soon; a bell that rings already is not rung twice."""
    now = timezone.now()
    flow, _created = Flow.objects.get_or_create(connection_id=connection_id, kind=kind)
    if flow.rung_at and flow.rung_at >= now - LOST_AFTER:
        return False  # looked at before it is written to: many ring at once, and writers queue
    silent = Q(rung_at=None) | Q(rung_at__lt=now - LOST_AFTER)
    if not Flow.objects.filter(silent, connection_id=connection_id, kind=kind).update(rung_at=now):
        return False
    try:
        async_task(
            "connections.tasks.run_flow",
            connection_id,
            kind,
            task_name=f"{kind} of connection {connection_id}",
        )
    except RedisError:
        # What rings is saved already: a queue that is away must not make it look otherwise.
        logger.exception("The queue does not answer; the work is found by the clock.")
        Flow.objects.filter(connection_id=connection_id, kind=kind).update(rung_at=None)
        return False
    return True
