"""What a reconciliation found: every difference between bol and us, and what a person decided about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from offers.models.offer import Offer
from offers.models.project import Project
from offers.rules import EAN_LENGTH

MAX_REASON = 200


class PassState(models.TextChoices):
    """How far a look at the whole assortment has come."""

    ASKING = "asking", _("Waiting for bol's export")
    READING = "reading", _("Reading what bol has")
    MISSING = "missing", _("Looking up what was not seen")
    DONE = "done", _("Complete")
    ABANDONED = "abandoned", _("Given up")


class ReconciliationQuerySet(models.QuerySet["Reconciliation"]):
    def under_way(self) -> ReconciliationQuerySet:
        return self.exclude(state__in=[PassState.DONE, PassState.ABANDONED])


class Reconciliation(models.Model):
    """One pass over everything bol has of a connection.

    The place (`cursor`, `rows_done`, `last_offer`) moves in the transaction of what was found, so a pass that was
    interrupted goes on there. Offers seen by it carry its `started_at`.
    """

    State = PassState
    STATE_COLOURS = {
        PassState.ASKING: "info",
        PassState.READING: "info",
        PassState.MISSING: "info",
        PassState.DONE: "success",
        PassState.ABANDONED: "warning",
    }

    connection = models.ForeignKey(
        Connection, verbose_name=_("connection"), on_delete=models.CASCADE, related_name="reconciliations"
    )
    state = models.CharField(_("state"), max_length=10, choices=PassState.choices, default=PassState.READING)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    seen = models.PositiveIntegerField(_("offers at bol"), default=0)
    # Where it is: in the list of v11, in the export of v10, among our offers that were not seen.
    cursor = models.TextField(blank=True, editable=False)
    process_status_id = models.CharField(max_length=100, blank=True, editable=False)
    export = models.FileField(upload_to="exports/%Y/%m/", blank=True, editable=False)
    rows_done = models.PositiveIntegerField(default=0, editable=False)
    last_offer = models.BigIntegerField(default=0, editable=False)

    objects = ReconciliationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.connection} · {self.get_state_display()}"

    def finish(self, state: PassState) -> None:
        """Mark the end of the pass; changes fields only."""
        self.state, self.finished_at = state, timezone.now()


class DriftKind(models.TextChoices):
    """What kind of difference it is."""

    MADE_ELSEWHERE = "made_elsewhere", _("Made elsewhere")
    GONE = "gone", _("Gone at bol")
    DIFFERS = "differs", _("Changed at bol")


class DriftState(models.TextChoices):
    """Whether somebody still has to decide."""

    OPEN = "open", _("To decide")
    RESOLVED = "resolved", _("Decided")


class Resolution(models.TextChoices):
    """What was decided, or that it went away by itself."""

    SEND_OURS = "send_ours", _("Ours was sent")
    TAKE_THEIRS = "take_theirs", _("bol's was taken over")
    LEAVE = "leave", _("Left as it is")
    ADOPT = "adopt", _("Adopted")
    IGNORE = "ignore", _("Ignored")
    PUBLISH_AGAIN = "publish_again", _("Published again")
    PARK = "park", _("Parked, stays gone")
    VANISHED = "vanished", _("Went away by itself")


# These decisions stand as long as bol's side stays as it is: the same is not asked again.
STANDING = (Resolution.LEAVE, Resolution.IGNORE)


class DriftQuerySet(models.QuerySet["Drift"]):
    def open(self) -> DriftQuerySet:
        return self.filter(state=DriftState.OPEN)

    def standing(self) -> DriftQuerySet:
        """Drift that is still there: undecided, or decided to be left so."""
        return self.exclude(standing_key=None)


class Drift(models.Model):
    """One difference between bol and us.

    `ours` and `theirs` hold the fields that differ, in the canonical form of offers.state; of an offer that was made
    elsewhere `theirs` is all of it: {"ean", "condition", "details", "price", "stock"}.
    """

    Kind, State = DriftKind, DriftState
    KIND_COLOURS = {
        DriftKind.MADE_ELSEWHERE: "info",
        DriftKind.GONE: "danger",
        DriftKind.DIFFERS: "warning",
    }

    connection = models.ForeignKey(
        Connection, verbose_name=_("connection"), on_delete=models.CASCADE, related_name="drift"
    )
    reconciliation = models.ForeignKey(
        Reconciliation, verbose_name=_("last seen by"), on_delete=models.CASCADE, related_name="drift"
    )
    offer = models.ForeignKey(
        Offer, verbose_name=_("offer"), on_delete=models.CASCADE, null=True, blank=True, related_name="drift"
    )
    bol_offer_id = models.CharField(_("offer ID"), max_length=50)
    ean = models.CharField(_("EAN"), max_length=EAN_LENGTH, blank=True, db_index=True)
    kind = models.CharField(_("kind"), max_length=20, choices=DriftKind.choices)
    component = models.CharField(_("component"), max_length=10, blank=True)
    ours = models.JSONField(_("ours"), default=dict, blank=True)
    theirs = models.JSONField(_("at bol"), default=dict, blank=True)
    found_at = models.DateTimeField(_("found"), default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=DriftState.choices, default=DriftState.OPEN)
    resolution = models.CharField(_("decision"), max_length=20, choices=Resolution.choices, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    resolved_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=MAX_REASON, blank=True)
    # One row for one difference, as long as it is there.
    standing_key = models.CharField(max_length=120, unique=True, null=True, blank=True, editable=False)

    objects = DriftQuerySet.as_manager()

    class Meta:
        verbose_name = _("difference with bol")
        verbose_name_plural = _("differences with bol")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "kind", "-id"], name="drift_by_state"),
            models.Index(fields=["connection", "reconciliation"], name="drift_by_pass"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.ean or self.bol_offer_id}"

    @staticmethod
    def key_of(connection_id: int, kind: str, bol_offer_id: str, component: str = "") -> str:
        """Return what identifies a difference while it stands."""
        return f"{connection_id}:{kind}:{bol_offer_id}:{component}"

    def resolve(self, resolution: Resolution, by: object = None) -> None:
        """Note what was decided; changes fields only (`DECISION_FIELDS`)."""
        self.state, self.resolution = DriftState.RESOLVED, resolution
        self.resolved_by, self.resolved_at = by, timezone.now()  # type: ignore[assignment]
        if resolution not in STANDING:
            self.standing_key = None

    def reopen(self) -> None:
        """Ask about it anew; changes fields only (`DECISION_FIELDS`)."""
        self.state, self.resolution, self.reason, self.found_at = DriftState.OPEN, "", "", timezone.now()
        self.resolved_by = self.resolved_at = None
        self.standing_key = self.key_of(self.connection_id, self.kind, self.bol_offer_id, self.component)


class DecisionOrder(models.Model):
    """A decision that a person made about many differences, and how many of them it was carried out for."""

    decision = models.CharField(max_length=20)
    drift_ids = models.JSONField()
    done = models.PositiveIntegerField(default=0)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, related_name="+")
    reason = models.CharField(max_length=MAX_REASON, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.decision} · {self.done}/{len(self.drift_ids)}"


DECISION_FIELDS = (
    "state",
    "resolution",
    "resolved_by",
    "resolved_at",
    "reason",
    "found_at",
    "standing_key",
)
