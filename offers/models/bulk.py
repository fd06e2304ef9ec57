"""One thing that a person has done to many offers, how far it has come, and what each offer came to."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from offers.models.leased import LeasedQuerySet, LeasedRun
from offers.models.offer import Offer


class BulkState(models.TextChoices):
    """Where a bulk action stands."""

    RUNNING = "running", _("Being done")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")


class OutcomeKind(models.TextChoices):
    """What one offer came to."""

    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("As it was")
    REFUSED = "refused", _("Refused")


class BulkRunQuerySet(LeasedQuerySet["BulkRun"]):
    """Bulk actions."""


class BulkRun(LeasedRun):
    """A deed, its parameters and the offers it is done to, as they were chosen when a person confirmed it.

    `done` is how many of `offer_ids` are dealt with; it moves in the transaction of these offers, so a worker that
    takes over after a crash goes on behind it and does nothing twice.
    """

    State = BulkState
    STATE_COLOURS = {
        BulkState.RUNNING: "info",
        BulkState.DONE: "success",
        BulkState.CANCELLED: "warning",
        BulkState.FAILED: "danger",
    }
    BUSY = (BulkState.RUNNING,)

    # Of the page on which it was confirmed: a button pressed twice is one run.
    token = models.UUIDField(default=uuid4, unique=True, editable=False)
    deed = models.CharField(_("action"), max_length=30, editable=False)
    parameters = models.JSONField(_("parameters"), default=dict, editable=False)
    offer_ids = models.JSONField(default=list, editable=False)
    # What the guard rails found when it was confirmed, and the offers that were confirmed with it; see offers.bulk_guard.
    guard_tally = models.JSONField(default=list, editable=False)
    guard_hits = models.JSONField(default=list, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=BulkState.choices, default=BulkState.RUNNING, editable=False
    )
    error = models.TextField(_("what went wrong"), blank=True, editable=False)

    total = models.PositiveIntegerField(_("offers"), default=0, editable=False)
    done = models.PositiveIntegerField(_("dealt with"), default=0, editable=False)
    changed = models.PositiveIntegerField(_("changed"), default=0, editable=False)
    unchanged = models.PositiveIntegerField(_("as they were"), default=0, editable=False)
    refused = models.PositiveIntegerField(_("refused"), default=0, editable=False)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        editable=False,
    )
    created_at = models.DateTimeField(_("started"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)

    objects = BulkRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk action")
        verbose_name_plural = _("bulk actions")
        ordering = ["-id"]
        indexes = [
            # The runs a worker should go on with.
            models.Index(fields=["state", "lease_until"], name="bulk_to_resume"),
        ]

    def __str__(self) -> str:
        return f"{self.deed} {self.pk}"


class BulkOutcome(models.Model):
    """What one offer came to in a bulk action, in words: old and new value, or why not."""

    Kind = OutcomeKind
    KIND_COLOURS = {
        OutcomeKind.CHANGED: "success",
        OutcomeKind.UNCHANGED: "default",
        OutcomeKind.REFUSED: "danger",
    }

    run = models.ForeignKey(
        BulkRun, verbose_name=_("bulk action"), on_delete=models.CASCADE, related_name="outcomes"
    )
    offer = models.ForeignKey(Offer, verbose_name=_("offer"), on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("outcome"), max_length=10, choices=OutcomeKind.choices)
    text = models.TextField(_("in words"), blank=True)

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering = ["id"]
        indexes = [
            # The offers of a run that were refused, in their order.
            models.Index(fields=["run", "kind", "id"], name="bulk_outcome_by_kind"),
        ]

    def __str__(self) -> str:
        return self.text
