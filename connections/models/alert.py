"""What is wrong at the moment and who was told of it, and the heartbeats of those who work in the background."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models.connection import Connection


class Severity(models.IntegerChoices):
    """How soon somebody has to look; a lower number is more urgent."""

    NOW = 1, _("Now")
    TODAY = 2, _("Today")


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> AlertQuerySet:
        return self.filter(resolved_at=None)

    def unacknowledged(self) -> AlertQuerySet:
        return self.open().filter(acknowledged_at=None)


class Alert(models.Model):
    """Something that is wrong, from the moment it was noticed until it was over.

    Of one `rule` and `key` at most one is open. Its text is a sentence with what is wrong and what to do.
    """

    Severity = Severity
    SEVERITY_COLOURS = {Severity.NOW: "danger", Severity.TODAY: "warning"}

    rule = models.CharField(_("rule"), max_length=40)
    key = models.CharField(_("about"), max_length=200)
    severity = models.PositiveSmallIntegerField(_("urgency"), choices=Severity.choices)
    text = models.TextField(_("what is wrong"))
    link = models.CharField(max_length=300, blank=True)
    connection = models.ForeignKey(
        Connection,
        verbose_name=_("connection"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="alerts",
    )
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    last_seen_at = models.DateTimeField(_("last seen"), default=timezone.now)
    resolved_at = models.DateTimeField(_("over"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("acknowledged by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    # Until its end was told as well, or nobody is to be told of it.
    told_at = models.DateTimeField(_("last told"), null=True, blank=True)
    end_told_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "key"], condition=Q(resolved_at=None), name="one_open_alert_per_rule_and_key"
            ),
        ]
        indexes = [
            models.Index(fields=["resolved_at", "severity"], name="alert_open"),
            models.Index(fields=["-opened_at", "-id"], name="alert_newest"),
        ]

    def __str__(self) -> str:
        return self.text

    def acknowledge(self, by: Any) -> None:
        """Note that a person knows of it: it is repeated less often from now on."""
        self.acknowledged_at, self.acknowledged_by = timezone.now(), by
        self.save(update_fields=["acknowledged_at", "acknowledged_by"])


class NoticeQuerySet(models.QuerySet["Notice"]):
    def due(self) -> NoticeQuerySet:
        return self.filter(sent_at=None, given_up_at=None, not_before__lte=timezone.now())


class Notice(models.Model):
    """One text on its way to people by one channel; channels fail, so it waits here until it was sent."""

    channel = models.CharField(_("channel"), max_length=20)
    recipient = models.CharField(_("recipient"), max_length=300)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"))
    # A summary of one day exists once: of two watchers the second makes none.
    once = models.CharField(max_length=100, unique=True, null=True, editable=False)  # noqa: DJ001 - null = as often as made
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("given up"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        indexes = [models.Index(fields=["sent_at", "not_before"], name="notice_due")]

    def __str__(self) -> str:
        return self.title


class Heartbeat(models.Model):
    """When something that works in the background was last seen alive."""

    name = models.CharField(_("who"), max_length=60, unique=True)
    at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def beat(cls, name: str) -> None:
        """Note that `name` is alive now."""
        cls.objects.update_or_create(name=name, defaults={"at": timezone.now()})

    @classmethod
    def expect(cls, name: str) -> timedelta:
        """Return how long ago `name` was seen alive; of one that never was, how long it has been expected."""
        beat, _is_new = cls.objects.get_or_create(name=name, defaults={"at": timezone.now()})
        return timezone.now() - beat.at

    @classmethod
    def age_of(cls, name: str) -> timedelta | None:
        """Return how long ago `name` was seen alive; None where it never was."""
        beat = cls.objects.filter(name=name).first()
        return timezone.now() - beat.at if beat else None
