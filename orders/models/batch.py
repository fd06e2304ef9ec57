"""Parcels that were marked shipped in one action, to be followed together."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ShipmentBatch(models.Model):
    """One action that marked parcels shipped.

    Its token is made with the page on which the action was confirmed: pressing the button twice records one batch.
    """

    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    # Where the codes came from: the name of a file, or empty for what was typed.
    source = models.CharField(_("source"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("marked shipped"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("batch of parcels")
        verbose_name_plural = _("batches of parcels")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
