"""A connection that catches up after it was out of touch with bol: what comes first, and what it came to."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models.connection import Connection


class RecoveryPhase(models.TextChoices):
    """What a recovery is busy with; each phase begins when nothing is left to do in the one before."""

    ORDERS = "orders", _("Fetching orders")
    STOCK = "stock", _("Sending stock")
    SHIPMENTS = "shipments", _("Sending shipments and cancellations")
    REST = "rest", _("Sending the rest")
    DONE = "done", _("Done")


class RecoveryQuerySet(models.QuerySet["Recovery"]):
    def open(self) -> RecoveryQuerySet:
        return self.exclude(phase=RecoveryPhase.DONE)


class Recovery(models.Model):
    """One catching up of one connection; at most one at a time is under way.

    `since` is when the connection was last in touch, `report` what it came to, kept because the rows that it is
    counted from are not.
    """

    Phase = RecoveryPhase
    PHASE_COLOURS = {RecoveryPhase.DONE: "success"}

    connection = models.ForeignKey(
        Connection, verbose_name=_("connection"), on_delete=models.CASCADE, related_name="recoveries"
    )
    since = models.DateTimeField(_("out of touch since"))
    phase = models.CharField(
        _("state"), max_length=10, choices=RecoveryPhase.choices, default=RecoveryPhase.ORDERS
    )
    began_at = models.DateTimeField(_("began"), default=timezone.now)
    phase_began_at = models.DateTimeField(default=timezone.now, editable=False)
    # Whether what fetches orders has been turned back to `since`; where a gap was noticed it stands there.
    is_turned_back = models.BooleanField(default=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # Empty where the gap was noticed by itself.
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("started by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    report: models.JSONField[Any, Any] = models.JSONField(_("report"), null=True, blank=True)

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("recovery")
        verbose_name_plural = _("recoveries")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection"], condition=~Q(phase="done"), name="one_recovery_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.connection} · {timezone.localtime(self.began_at):%Y-%m-%d %H:%M}"
