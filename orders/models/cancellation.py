"""An item that we told bol to cancel: a decision of a person's, kept whatever bol says about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CancellationReason(models.TextChoices):
    """Why an item is cancelled, in bol's codes (Retailer API v10, Orders, OrderItemCancellation)."""

    OUT_OF_STOCK = "OUT_OF_STOCK", _("Out of stock")
    REQUESTED_BY_CUSTOMER = "REQUESTED_BY_CUSTOMER", _("The customer asked for it")
    BAD_CONDITION = "BAD_CONDITION", _("The article is in bad condition")
    HIGHER_SHIPCOST = "HIGHER_SHIPCOST", _("Shipping costs more than expected")
    INCORRECT_PRICE = "INCORRECT_PRICE", _("The price was wrong")
    NOT_AVAIL_IN_TIME = "NOT_AVAIL_IN_TIME", _("Not available in time")
    NO_BOL_GUARANTEE = "NO_BOL_GUARANTEE", _("bol's guarantee cannot be given")
    ORDERED_TWICE = "ORDERED_TWICE", _("Ordered twice")
    RETAIN_ITEM = "RETAIN_ITEM", _("We keep the article")
    TECH_ISSUE = "TECH_ISSUE", _("A technical problem")
    UNFINDABLE_ITEM = "UNFINDABLE_ITEM", _("The article cannot be found")
    OTHER = "OTHER", _("Another reason")


class CancellationState(models.TextChoices):
    """What bol knows of a cancellation."""

    WAITING = "waiting", _("Waiting to be sent")
    UNKNOWN = "unknown", _("Sent, no answer yet")
    SENT = "sent", _("Accepted, bol is working on it")
    CONFIRMED = "confirmed", _("Confirmed by bol")
    REFUSED = "refused", _("Refused by bol")


class CancellationQuerySet(models.QuerySet["Cancellation"]):
    def standing(self) -> CancellationQuerySet:
        """Those that bol did not refuse: of their items nothing may be shipped."""
        return self.exclude(state=CancellationState.REFUSED)


class Cancellation(models.Model):
    """One order item that a person cancelled.

    bol cancels whole items, so it takes whatever is still open of one: there is no quantity in the command (Retailer API
    v10, Orders). An item has one standing cancellation at most, and then it is in no parcel that bol may still count.
    """

    State = CancellationState
    STATE_COLOURS = {
        CancellationState.WAITING: "info",
        CancellationState.UNKNOWN: "warning",
        CancellationState.SENT: "primary",
        CancellationState.CONFIRMED: "success",
        CancellationState.REFUSED: "danger",
    }

    item = models.ForeignKey(
        "orders.OrderItem", verbose_name=_("item"), on_delete=models.PROTECT, related_name="cancellations"
    )
    reason_code = models.CharField(_("reason"), max_length=30, choices=CancellationReason.choices)
    # What was open here when it was decided, and what bol counted as cancelled before.
    quantity = models.PositiveIntegerField(_("quantity"))
    cancelled_before = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("cancelled"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("cancelled by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    state = models.CharField(
        _("state"), max_length=10, choices=CancellationState.choices, default=CancellationState.WAITING
    )
    answer = models.TextField(_("what bol said"), blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    objects = CancellationQuerySet.as_manager()

    class Meta:
        verbose_name = _("cancellation")
        verbose_name_plural = _("cancellations")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item"],
                condition=~Q(state=CancellationState.REFUSED),
                name="one_standing_cancellation_per_item",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="cancellation_by_state")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.item_id}"  # noqa: RUF001 - as people write it

    @property
    def subject(self) -> str:
        """Return what the outbox calls this cancellation."""
        return f"cancellation:{self.pk}"

    def move(self, state: CancellationState, **changes: object) -> None:
        """Change to a state, together with other fields; only those are saved."""
        self.state = state
        for name, value in changes.items():
            setattr(self, name, value)
        self.save(update_fields=["state", *changes])
