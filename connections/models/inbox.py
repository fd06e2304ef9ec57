"""What bol posted to us: notifications, the keys that sign them, and a count of what was refused."""

from __future__ import annotations

import hashlib
import json

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.bol.notifications import Notification as Message
from connections.models.connection import Connection


class NotificationState(models.TextChoices):
    """What became of a notification."""

    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Looked up")
    RECORDED = "recorded", _("Recorded only")
    FAILED = "failed", _("Given up")


class NotificationQuerySet(models.QuerySet["Notification"]):
    def due(self) -> NotificationQuerySet:
        """What has to be looked up now, the newest first: what happened before that needs no look of its own."""
        waiting = self.filter(state=NotificationState.WAITING, not_before__lte=timezone.now())
        return waiting.order_by("-happened_at", "-id")


class Notification(models.Model):
    """A hint of bol that something changed: never the change itself, which is read at bol.

    bol gives notifications no id and posts them at least once, so the same event at the same moment is one row.
    """

    State = NotificationState
    STATE_COLOURS = {
        NotificationState.WAITING: "info",
        NotificationState.DONE: "success",
        NotificationState.RECORDED: "default",
        NotificationState.FAILED: "warning",
    }
    LONGEST_WORD = 100

    connection = models.ForeignKey(
        Connection, verbose_name=_("connection"), on_delete=models.CASCADE, related_name="notifications"
    )
    event_key = models.CharField(max_length=64, editable=False)
    resource = models.CharField(_("about"), max_length=LONGEST_WORD)
    event_type = models.CharField(_("event"), max_length=LONGEST_WORD, blank=True)
    resource_id = models.CharField(_("id at bol"), max_length=LONGEST_WORD, blank=True)
    metadata = models.JSONField(_("more"), default=dict, blank=True)
    happened_at = models.DateTimeField(_("happened"))
    received_at = models.DateTimeField(_("received"), default=timezone.now)

    state = models.CharField(
        _("state"), max_length=10, choices=NotificationState.choices, default=NotificationState.WAITING
    )
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    failures = models.PositiveIntegerField(_("failures"), default=0)
    handled_at = models.DateTimeField(_("looked up"), null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "event_key"], name="one_row_per_event_at_bol")
        ]
        indexes = [
            # The flow: what has to be looked up.
            models.Index(fields=["connection", "state", "happened_at"], name="notification_next"),
            # Has something newer of the same been looked up already.
            models.Index(fields=["connection", "resource", "resource_id"], name="notification_subject"),
            models.Index(fields=["received_at"], name="notification_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.event_type} {self.resource_id}"

    @property
    def event(self) -> tuple[str, str]:
        """Return what the newest notification of several stands for: the event and the thing it happened to."""
        return self.event_type, self.resource_id

    @classmethod
    def of(cls, connection_id: int, message: Message) -> Notification:
        """Return the row for what bol posted, not saved."""
        longest = cls.LONGEST_WORD
        return cls(
            connection_id=connection_id,
            event_key=event_key(message),
            resource=message.resource[:longest],
            event_type=message.event_type[:longest],
            resource_id=message.resource_id[:longest],
            metadata=message.metadata,
            happened_at=message.at,
        )


def event_key(message: Message) -> str:
    """Return what two posts of the same event share, however bol spells them."""
    parts = [message.resource, message.event_type, message.resource_id, message.at.isoformat()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class SignatureKeys(models.Model):
    """The keys with which bol signs for a connection, as last read; all workers share them."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="signature_keys")
    keys = models.JSONField(default=dict)  # base64 of the public key by its id
    read_at = models.DateTimeField(null=True)
    # When an unknown key last made us want to read them: nobody else does within a while.
    wanted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("signature keys")
        verbose_name_plural = _("signature keys")

    def __str__(self) -> str:
        return f"{self.connection_id}"


class RefusalReason(models.TextChoices):
    """Why something that was posted to us was not taken as a notification of bol."""

    NETWORK = "network", _("Posted from an address that is not allowed")
    TOO_LARGE = "too-large", _("Too large, or of unknown length")
    MEDIA_TYPE = "media-type", _("No JSON")
    NOT_SIGNED = "not-signed", _("Not signed, or signed in another way")
    NEW_KEY = "new-key", _("Signed by a key that had to be read at bol first")
    UNKNOWN_KEY = "unknown-key", _("Signed by a key that bol does not have")
    WRONG_SIGNATURE = "wrong-signature", _("The signature does not fit the content")
    OTHER_RETAILER = "other-retailer", _("About another account")
    NOT_READY = "not-ready", _("Came before our account number was read at bol")
    NOT_UNDERSTOOD = "not-understood", _("From bol, in a form that nobody here understands")


class NotificationRefusal(models.Model):
    """How often something was refused, and why; nothing of what it said is kept."""

    Reason = RefusalReason

    connection = models.ForeignKey(
        Connection,
        verbose_name=_("connection"),
        on_delete=models.CASCADE,
        related_name="notification_refusals",
    )
    reason = models.CharField(_("reason"), max_length=20, choices=RefusalReason.choices)
    count = models.PositiveBigIntegerField(_("how often"), default=0)
    first_at = models.DateTimeField(_("first"), default=timezone.now)
    last_at = models.DateTimeField(_("last"), default=timezone.now)

    class Meta:
        verbose_name = _("refused notification")
        verbose_name_plural = _("refused notifications")
        ordering = ["connection", "reason"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "reason"], name="one_refusal_count_per_reason")
        ]

    def __str__(self) -> str:
        return f"{self.connection} · {self.get_reason_display()}"

    @classmethod
    def count_one(cls, connection_id: int, reason: str) -> None:
        """Count one more; exact also when several workers refuse at once."""
        row = cls.objects.filter(connection_id=connection_id, reason=reason)
        while not row.update(count=F("count") + 1, last_at=timezone.now()):
            cls.objects.get_or_create(connection_id=connection_id, reason=reason)
