"""One kind of traffic of one connection: when it ran, when it last succeeded, who runs it now."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models.connection import Connection, ConnectionStatus


class FlowQuerySet(models.QuerySet["Flow"]):
    def due(self) -> FlowQuerySet:
        now = timezone.now()
        return self.filter(
            Q(lease_until=None) | Q(lease_until__lte=now),
            connection__status=ConnectionStatus.ACTIVE,
            next_run_at__lte=now,
        )


class Flow(models.Model):
    """One kind of traffic of one connection.

    Its health is its freshness: the age of `last_success_at` against the bound of its kind.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="flows")
    kind = models.CharField(_("flow"), max_length=40)
    next_run_at = models.DateTimeField(_("next run"), default=timezone.now)
    rung_at = models.DateTimeField(_("rung"), null=True, blank=True)
    lease_until = models.DateTimeField(_("running until"), null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    last_started_at = models.DateTimeField(_("last start"), null=True, blank=True)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True)
    # When the last run began that left nothing to do: all that bol had before that is here.
    caught_up_at = models.DateTimeField(_("caught up"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    last_error = models.TextField(_("last error"), blank=True)
    # Up to which moment this flow has seen everything at bol; moved with the last page it stored.
    cursor = models.DateTimeField(_("seen up to"), null=True, blank=True)

    objects = FlowQuerySet.as_manager()

    class Meta:
        verbose_name = _("flow")
        verbose_name_plural = _("flows")
        ordering = ["connection", "kind"]
        constraints = [models.UniqueConstraint(fields=["connection", "kind"], name="one_flow_per_kind")]
        indexes = [models.Index(fields=["next_run_at"], name="flow_next_run")]

    def __str__(self) -> str:
        return f"{self.connection} · {self.kind}"

    def age(self) -> timedelta | None:
        """Return how long ago this flow last succeeded, or None where it never has."""
        return timezone.now() - self.last_success_at if self.last_success_at else None

    def fail(self, error: str, wait: timedelta) -> None:
        """Record a run that did not succeed; the next one follows after `wait`."""
        type(self).objects.filter(pk=self.pk).update(
            failures=F("failures") + 1,
            last_error=error[:2000],
            next_run_at=timezone.now() + wait,
            rung_at=None,  # who rang meanwhile is answered by the next run
        )

    def succeed(self, next_run_in: timedelta, caught_up_at: datetime | None = None) -> None:
        """Record a run that did what it is for, and since when nothing is left to do, if that is so."""
        now = timezone.now()
        done = {"caught_up_at": caught_up_at} if caught_up_at else {}
        type(self).objects.filter(pk=self.pk).update(
            failures=0, last_error="", last_success_at=now, next_run_at=now + next_run_in, **done
        )
