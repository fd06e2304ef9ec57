"""Everything that is said to bol, one row a message."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Min, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models.connection import Connection


class Lane(models.IntegerChoices):
    """What goes first when several messages wait: a lower lane before a higher one."""

    STOCK_TO_ZERO = 10, _("Stock to zero")
    SHIPMENTS = 20, _("Shipments and cancellations")
    STOCK = 30, _("Stock")
    PRICE = 40, _("Price")
    RETURNS = 45, _("Returns")
    DETAILS = 50, _("Details and new offers")


class MessageState(models.TextChoices):
    """Where a message stands; every message is in exactly one state."""

    PENDING = "pending", _("Waiting")
    SENDING = "sending", _("Being sent")
    ACCEPTED = "accepted", _("Accepted, bol is working on it")
    SUCCEEDED = "succeeded", _("Done")
    FAILED = "failed", _("Refused")
    UNCONFIRMED = "unconfirmed", _("Outcome unknown")
    SUPERSEDED = "superseded", _("Overtaken")
    SETTLED = "settled", _("Settled by hand")


class OutboxQuerySet(models.QuerySet["OutboxMessage"]):
    def waiting(self) -> OutboxQuerySet:
        return self.filter(state=MessageState.PENDING)

    def due(self) -> OutboxQuerySet:
        """Messages whose time has come; whether something under way stands before them, connections.claiming looks up."""
        return self.waiting().filter(not_before__lte=timezone.now())

    def to_verify(self) -> OutboxQuerySet:
        """Messages whose outcome is unknown and whose time to be looked up has come."""
        now = timezone.now()
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        return self.unconfirmed().filter(free, check_at__lte=now)

    def next_due_at(self) -> datetime | None:
        """Return the next moment, still to come, at which something has to be sent or looked up."""
        now = timezone.now()
        moments = [
            self.waiting().filter(not_before__gt=now).aggregate(next=Min("not_before"))["next"],
            self.unconfirmed().filter(check_at__gt=now).aggregate(next=Min("check_at"))["next"],
        ]
        return min((moment for moment in moments if moment), default=None)

    def to_ask(self) -> OutboxQuerySet:
        """Accepted messages whose process status should be asked now."""
        return self.accepted().filter(check_at__lte=timezone.now())

    def accepted(self) -> OutboxQuerySet:
        return self.filter(state=MessageState.ACCEPTED)

    def unconfirmed(self) -> OutboxQuerySet:
        return self.filter(state=MessageState.UNCONFIRMED)

    def open(self) -> OutboxQuerySet:
        """Messages that have not come to an end."""
        return self.filter(state__in=OutboxMessage.OPEN)

    def failed(self) -> OutboxQuerySet:
        return self.filter(state=MessageState.FAILED)

    def abandoned(self) -> OutboxQuerySet:
        """Messages whose sender died or froze: its lease has run out."""
        return self.filter(state=MessageState.SENDING, lease_until__lt=timezone.now())


class OutboxMessage(models.Model):
    """One thing to say to bol, about one subject, by one operation.

    At most one message waits per connection, subject and operation: `waiting_key` is unique and filled only while the
    message waits, and a later change joins the row that holds it.
    """

    State = MessageState
    STATE_COLOURS = {
        MessageState.PENDING: "info",
        MessageState.SENDING: "info",
        MessageState.ACCEPTED: "primary",
        MessageState.SUCCEEDED: "success",
        MessageState.FAILED: "danger",
        MessageState.UNCONFIRMED: "warning",
        MessageState.SUPERSEDED: "default",
        MessageState.SETTLED: "default",
    }
    UNDER_WAY = (MessageState.SENDING, MessageState.ACCEPTED, MessageState.UNCONFIRMED)
    OPEN = (MessageState.PENDING, *UNDER_WAY)

    connection = models.ForeignKey(
        Connection, verbose_name=_("connection"), on_delete=models.PROTECT, related_name="outbox"
    )
    operation = models.CharField(_("operation"), max_length=40)
    subject = models.CharField(_("subject"), max_length=100)
    lane = models.PositiveSmallIntegerField(_("lane"), choices=Lane.choices)
    state = models.CharField(
        _("state"), max_length=12, choices=MessageState.choices, default=MessageState.PENDING
    )
    waiting_key = models.CharField(max_length=200, unique=True, null=True, editable=False)  # noqa: DJ001 - null = does not wait
    not_before = models.DateTimeField(_("not before"), default=timezone.now)

    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    # Attempts that count against the message; waiting for a rate limit is not a failure.
    failures = models.PositiveIntegerField(_("failures"), default=0)
    claim = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(_("being sent until"), null=True, blank=True)
    first_sent_at = models.DateTimeField(_("first sent"), null=True, blank=True)
    last_sent_at = models.DateTimeField(_("last sent"), null=True, blank=True)

    process_status_id = models.CharField(_("process status"), max_length=100, blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    # When to ask bol again how an accepted or unanswered message ended.
    check_at = models.DateTimeField(_("asked again"), null=True, blank=True)

    # bol said no; what remains to be found out is whether it had happened before.
    was_refused = models.BooleanField(default=False, editable=False)
    reason = models.TextField(_("what bol said"), blank=True)
    advice = models.TextField(_("what to do"), blank=True)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("caused by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    # What they did it with: "import assortment.csv"; empty for a page of the admin.
    source = models.CharField(_("source"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    changed_at = models.DateTimeField(_("last change joined"), default=timezone.now)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    # Where a person saw to it: who, and what they did about it.
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("settled by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    settlement = models.CharField(_("what was done"), max_length=300, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("outbox")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="only_waiting_messages_hold_their_key",
                condition=Q(state=MessageState.PENDING, waiting_key__isnull=False)
                | (~Q(state=MessageState.PENDING) & Q(waiting_key__isnull=True)),
            ),
        ]
        indexes = [
            # The relay: what may go next for this connection.
            models.Index(fields=["connection", "state", "lane", "id"], name="outbox_next"),
            models.Index(fields=["connection", "state", "id"], name="outbox_oldest"),
            # Is anything about this subject under way; the story of one subject.
            models.Index(fields=["subject", "state"], name="outbox_subject"),
            # What ended in a period.
            models.Index(fields=["connection", "settled_at"], name="outbox_by_settling"),
            # The flow of process statuses.
            models.Index(fields=["state", "check_at"], name="outbox_to_check"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.subject}"

    @property
    def subject_pk(self) -> int:
        """Return the key of the row this message is about: 12 for "offer:12"."""
        return int(self.subject.partition(":")[2])

    @staticmethod
    def key_of(connection_id: int, operation: str, subject: str) -> str:
        """Return what at most one waiting message may hold."""
        return f"{connection_id}:{operation}:{subject}"
