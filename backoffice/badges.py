"""The counts beside the entries of the navigation."""

from __future__ import annotations

from django.http import HttpRequest

from offers.models import EanConflict

CAP = 99


def ean_conflicts(request: HttpRequest) -> str:
    """Return how many EAN conflicts wait for a decision."""
    count = EanConflict.objects.open().order_by()[: CAP + 1].count()
    return f"{CAP}+" if count > CAP else str(count)
