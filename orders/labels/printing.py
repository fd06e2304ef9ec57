"""Many labels as one PDF to print, in the order in which they were asked for."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from django.utils import timezone
from pypdf import PdfReader, PdfWriter

from orders.models import ShippingLabel


def merge_labels(labels: Iterable[ShippingLabel]) -> bytes:
    """Return one PDF with all pages of these labels, and note that they were printed."""
    labels = list(labels)
    writer = PdfWriter()
    for label in labels:
        writer.append(PdfReader(BytesIO(bytes(label.document.pdf))))
    merged = BytesIO()
    writer.write(merged)
    keys = [label.pk for label in labels]
    ShippingLabel.objects.filter(pk__in=keys, printed_at=None).update(printed_at=timezone.now())
    return merged.getvalue()
