"""Every request to bol as it happened: no headers, no bodies, no personal data."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from connections.models.connection import Connection
from connections.models.outbox import OutboxMessage


class RequestLogEntry(models.Model):
    """One request to bol and how it was answered; kept for BOL_REQUEST_LOG_DAYS days."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="request_log")
    message = models.ForeignKey(
        OutboxMessage, on_delete=models.SET_NULL, null=True, blank=True, related_name="requests"
    )
    at = models.DateTimeField(_("when"))
    method = models.CharField(_("method"), max_length=7)
    path = models.CharField(_("path"), max_length=500)
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    duration_ms = models.PositiveIntegerField(_("milliseconds"))
    error = models.CharField(_("error"), max_length=100, blank=True)
    request_id = models.CharField(_("bol's request id"), max_length=100, blank=True)
    process_status_id = models.CharField(_("process status"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("request log")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["connection", "-id"], name="request_log_by_connection"),
            models.Index(fields=["at"], name="request_log_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status or self.error}"
