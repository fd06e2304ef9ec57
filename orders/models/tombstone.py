"""What stays of an order whose customer was forgotten: enough to forget again what bol tells later."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models import Connection


class Tombstone(models.Model):
    """An order of which the personal data was removed; it outlives the order's own row."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="tombstones")
    order_id = models.CharField(_("order"), max_length=64)
    anonymised_at = models.DateTimeField(_("personal data removed"), default=timezone.now)

    class Meta:
        verbose_name = _("tombstone")
        verbose_name_plural = _("tombstones")
        constraints = [
            models.UniqueConstraint(fields=["connection", "order_id"], name="one_tombstone_per_order"),
        ]

    def __str__(self) -> str:
        return self.order_id
