"""The counts beside the entries of the navigation, and the alerts in the header of every page."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Min
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from connections.models import Alert
from offers.models import EanConflict

CAP = 99


def ean_conflicts(request: HttpRequest) -> str:
    """Return how many EAN conflicts wait for a decision."""
    count = EanConflict.objects.open().order_by()[: CAP + 1].count()
    return f"{CAP}+" if count > CAP else str(count)


def for_every_page(request: HttpRequest) -> dict[str, Any]:
    """Return what the header of every page shows; nothing is asked of the database until it is shown."""
    return {"open_alerts": SimpleLazyObject(lambda: _open_alerts(request))}


def _open_alerts(request: HttpRequest) -> dict[str, Any]:
    if not request.user.has_perm("connections.view_alert"):
        return {"count": 0}
    figures = Alert.objects.unacknowledged().aggregate(count=Count("pk"), severity=Min("severity"))
    return {"count": figures["count"], "is_urgent": figures["severity"] == Alert.Severity.NOW}
