"""The keys with which bol signs notifications: read by a flow, shared by all workers, and seldom.

bol lets them be read ten times an hour (Retailer API, rate limits). Whoever posts with a key that we do not know makes us
read them at most once in a while, however often he does, and never while he waits.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from connections import bol, doorbell
from connections.models import Connection, SignatureKeys

# The flow that reads them.
FLOW = "subscriptions"
# Keys as young as this are bol's present ones: what they do not verify is not bol's.
FRESH = timedelta(minutes=10)
OLD = timedelta(days=1)


def want(connection_id: int) -> bool:
    """Have the keys read soon, unless they are fresh; False where they are."""
    row, _created = SignatureKeys.objects.get_or_create(connection_id=connection_id)
    now = timezone.now()
    if row.read_at and row.read_at > now - FRESH:
        return False
    nobody_lately = Q(wanted_at=None) | Q(wanted_at__lte=now - FRESH)
    if SignatureKeys.objects.filter(nobody_lately, pk=row.pk).update(wanted_at=now):
        doorbell.ring(connection_id, FLOW)
    return True


def read_if_due(connection: Connection, client: bol.Client) -> bool:
    """Read the keys where somebody wants them or they are old; True where they were read."""
    row, _created = SignatureKeys.objects.get_or_create(connection=connection)
    if not _is_due(row):
        return False
    row.keys = client.subscriptions.signature_keys()
    row.read_at = timezone.now()
    row.save(update_fields=["keys", "read_at"])
    return True


def _is_due(row: SignatureKeys) -> bool:
    if row.read_at is None:
        return True
    age = timezone.now() - row.read_at
    is_wanted = row.wanted_at is not None and row.wanted_at > row.read_at
    return age > OLD or (is_wanted and age > FRESH)
