"""An EAN that several of our offers claim on one connection, who claims it, and what a person decided."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from offers import rules
from offers.choices import Condition
from offers.models.offer import Offer

MAX_REASON = 200


class ConflictState(models.TextChoices):
    """Where a conflict stands; only a decided one can be undone."""

    OPEN = "open", _("To be decided")
    DECIDED = "decided", _("Decided")
    CLOSED = "closed", _("Gone")


class FoundBy(models.TextChoices):
    """What was looking when the conflict was found."""

    CHANGE = "change", _("A change in the admin")
    IMPORT = "import", _("An import")
    NIGHT = "night", _("The nightly look")
    PERSON = "person", _("A person who asked")
    COMMAND = "command", _("A command")
    SENDING = "sending", _("The last look before sending")


class EanConflictQuerySet(models.QuerySet["EanConflict"]):
    def open(self) -> EanConflictQuerySet:
        return self.filter(state=ConflictState.OPEN)

    def current(self) -> EanConflictQuerySet:
        """Conflicts that still exist, decided or not."""
        return self.filter(state__in=[ConflictState.OPEN, ConflictState.DECIDED])


class EanConflict(models.Model):
    """More than one product, or more than one active project, that claims an EAN in one condition on one connection.

    bol keeps one offer for these, so its claimants would overwrite each other. While it is open nothing is sent about
    any of them; a decision names the owner and parks the others.
    """

    State = ConflictState
    STATE_COLOURS = {
        ConflictState.OPEN: "danger",
        ConflictState.DECIDED: "success",
        ConflictState.CLOSED: "default",
    }

    connection = models.ForeignKey(
        Connection, verbose_name=_("connection"), on_delete=models.PROTECT, related_name="ean_conflicts"
    )
    ean = models.CharField(_("EAN"), max_length=rules.EAN_LENGTH)
    condition = models.CharField(_("condition"), max_length=20, choices=Condition.choices)
    state = models.CharField(
        _("state"), max_length=8, choices=ConflictState.choices, default=ConflictState.OPEN
    )
    found_by = models.CharField(_("found by"), max_length=8, choices=FoundBy.choices)
    opened_at = models.DateTimeField(_("found"), default=timezone.now)
    closed_at = models.DateTimeField(_("gone since"), null=True, blank=True)

    owner = models.ForeignKey(
        Offer, verbose_name=_("owner"), on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=MAX_REASON, blank=True)

    objects = EanConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("EAN conflict")
        verbose_name_plural = _("EAN conflicts")
        # By the alphabet of the states: open first, then decided, then closed.
        ordering = ["-state", "-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "ean", "condition"],
                condition=Q(state__in=["open", "decided"]),
                name="one_current_conflict_per_ean",
            ),
        ]
        indexes = [models.Index(fields=["-state", "-opened_at", "-id"], name="conflict_list")]

    def __str__(self) -> str:
        return f"{self.ean} ({self.get_condition_display()})"


class ConflictMember(models.Model):
    """One of the offers that claim the EAN, and what it had at bol when the conflict was decided."""

    conflict = models.ForeignKey(EanConflict, on_delete=models.CASCADE, related_name="members")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="conflict_members")
    # Empty, or the id at bol that undoing a decision gives back.
    offer_id_before = models.CharField(max_length=50, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conflict", "offer"], name="an_offer_is_a_member_once")
        ]
        ordering = ["offer_id"]

    def __str__(self) -> str:
        return f"{self.offer} in {self.conflict}"
