"""Notes which returns have to be read again by themselves, and rings at the flow that reads them."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from django.db import transaction

from connections import doorbell
from connections.models import Connection
from orders.models import Return

FLOW = "returns"


def read_soon(connection: Connection, return_ids: Collection[str]) -> None:
    """Have these returns read in full as soon as this transaction is committed, also those that are not here yet."""
    missing = [Return(connection=connection, return_id=return_id) for return_id in sorted(set(return_ids))]
    Return.objects.bulk_create(missing, ignore_conflicts=True)
    Return.objects.filter(connection=connection, return_id__in=return_ids).update(read_in_full_at=None)
    transaction.on_commit(partial(doorbell.ring, connection.pk, FLOW))
