"""Asks whether a customer was forgotten already, so that no later answer of bol's brings the data back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from connections.models import Connection
from orders.models import Tombstone


def when_anonymised(connection: Connection, order_ids: Collection[str]) -> dict[str, datetime]:
    """Return when the personal data of these orders was removed, though their rows may be gone; others are left out."""
    found = Tombstone.objects.filter(connection=connection, order_id__in=order_ids)
    return dict(found.values_list("order_id", "anonymised_at"))
