"""What customers send back, as bol tells it, and what we told bol became of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from offers.choices import FulfilmentMethod
from orders.models.item import OrderItem


class HandlingResult(models.TextChoices):
    """What became of an article that came back, in bol's codes (Retailer API v10, Returns)."""

    RETURN_RECEIVED = "RETURN_RECEIVED", _("Received: the customer is paid back")
    EXCHANGE_PRODUCT = "EXCHANGE_PRODUCT", _("Exchanged for another one")
    RETURN_DOES_NOT_MEET_CONDITIONS = (
        "RETURN_DOES_NOT_MEET_CONDITIONS",
        _("Refused: not as it should come back"),
    )
    REPAIR_PRODUCT = "REPAIR_PRODUCT", _("Being repaired")
    CUSTOMER_KEEPS_PRODUCT_PAID = "CUSTOMER_KEEPS_PRODUCT_PAID", _("The customer keeps and pays it")
    STILL_APPROVED = "STILL_APPROVED", _("Approved after all")

    @classmethod
    def for_created(cls) -> list[tuple[str, Any]]:
        """Return the choices for a return that we create: one that nobody refused cannot be approved after all."""
        return [choice for choice in cls.choices if choice[0] != cls.STILL_APPROVED]


class CommandState(models.TextChoices):
    """What bol knows of something we told it about a return."""

    WAITING = "waiting", _("Waiting to be sent")
    UNKNOWN = "unknown", _("Sent, no answer yet")
    SENT = "sent", _("Accepted, bol is working on it")
    CONFIRMED = "confirmed", _("Confirmed by bol")
    REFUSED = "refused", _("Refused by bol")


STATE_COLOURS = {
    CommandState.WAITING: "info",
    CommandState.UNKNOWN: "warning",
    CommandState.SENT: "primary",
    CommandState.CONFIRMED: "success",
    CommandState.REFUSED: "danger",
}
UNSETTLED = [CommandState.WAITING, CommandState.UNKNOWN, CommandState.SENT]


class Return(models.Model):
    """One parcel that comes back; its items may be of several orders (Retailer API v10, Returns)."""

    connection = models.ForeignKey(
        Connection, verbose_name=_("connection"), on_delete=models.PROTECT, related_name="returns"
    )
    return_id = models.CharField(_("return"), max_length=64)
    registered_at = models.DateTimeField(_("registered"), null=True, blank=True)
    fulfilment_method = models.CharField(
        _("fulfilment"), max_length=3, choices=FulfilmentMethod.choices, default=FulfilmentMethod.FBR
    )
    track_and_trace = models.CharField(_("track and trace"), max_length=100, blank=True)
    transporter_name = models.CharField(_("transporter"), max_length=100, blank=True)
    # bol's customerDetails under bol's own keys.
    customer_details = models.JSONField(_("customer"), default=dict, blank=True)
    # When the request whose answer is stored began; and when it was last read by itself, with everything.
    read_at = models.DateTimeField(_("read at bol"), null=True, blank=True)
    read_in_full_at = models.DateTimeField(null=True, blank=True, editable=False)
    fetched_at = models.DateTimeField(_("fetched"), auto_now_add=True)
    # When everything that told of the customer was removed (orders.personal_data).
    anonymised_at = models.DateTimeField(_("personal data removed"), null=True, blank=True)

    class Meta:
        verbose_name = _("return parcel")
        verbose_name_plural = _("return parcels")
        ordering = ["-registered_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "return_id"], name="one_return_per_connection_and_id"
            ),
        ]
        indexes = [
            models.Index(fields=["track_and_trace"], name="return_by_track_and_trace"),
            models.Index(fields=["connection", "read_in_full_at"], name="return_to_read"),
            # Those that still know their customer, the oldest first.
            models.Index(
                fields=["registered_at"], condition=Q(anonymised_at=None), name="return_with_personal_data"
            ),
        ]

    def __str__(self) -> str:
        return self.return_id


class ReturnItemQuerySet(models.QuerySet["ReturnItem"]):
    def to_handle(self) -> ReturnItemQuerySet:
        """Articles of which we have to say what became of them, and have not said it yet."""
        told = ReturnHandling.objects.filter(item=models.OuterRef("pk"), state__in=UNSETTLED)
        ours = self.filter(is_handled=False, parcel__fulfilment_method=FulfilmentMethod.FBR)
        return ours.exclude(models.Exists(told))


class ReturnItem(models.Model):
    """Some units of one article in a return; `rma_id` is what a handling result is about.

    bol names no order item, so it is found by order and EAN. `results` are bol's processing results under bol's own
    keys: quantity, processingResult, handlingResult, processingDateTime.
    """

    parcel = models.ForeignKey(
        Return, verbose_name=_("parcel"), on_delete=models.CASCADE, related_name="items"
    )
    rma_id = models.CharField(_("RMA"), max_length=64)
    order_id = models.CharField(_("order"), max_length=64, blank=True)
    order_item = models.ForeignKey(
        OrderItem,
        verbose_name=_("order item"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="return_items",
    )
    ean = models.CharField(_("EAN"), max_length=14, blank=True)
    title = models.CharField(_("title"), max_length=500, blank=True)
    expected_quantity = models.PositiveIntegerField(_("quantity"), default=0)
    main_reason = models.CharField(_("reason"), max_length=200, blank=True)
    detailed_reason = models.CharField(_("more precisely"), max_length=200, blank=True)
    customer_comments = models.TextField(_("the customer says"), blank=True)
    is_handled = models.BooleanField(_("handled"), default=False)
    results = models.JSONField(_("what became of it"), default=list, blank=True)

    objects = ReturnItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["parcel", "rma_id"], name="one_return_item_per_parcel_and_rma"),
        ]
        indexes = [
            models.Index(fields=["is_handled", "-id"], name="return_item_by_handled"),
            models.Index(fields=["rma_id"], name="return_item_by_rma"),
            models.Index(fields=["order_id"], name="return_item_by_order"),
            models.Index(fields=["ean"], name="return_item_by_ean"),
        ]

    def __str__(self) -> str:
        return f"{self.expected_quantity} × {self.title or self.ean}"  # noqa: RUF001 - as people write it

    @property
    def handled_quantity(self) -> int:
        """Return of how many units bol knows what became of them."""
        return sum(int(result.get("quantity") or 0) for result in self.results)


class ReturnCommand(models.Model):
    """Something we told bol about a return: a person's decision, kept whatever bol says about it."""

    State = CommandState

    handling_result = models.CharField(_("what became of it"), max_length=40, choices=HandlingResult.choices)
    quantity = models.PositiveIntegerField(_("quantity"))
    created_at = models.DateTimeField(_("decided"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    state = models.CharField(
        _("state"), max_length=10, choices=CommandState.choices, default=CommandState.WAITING
    )
    answer = models.TextField(_("what bol said"), blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    class Meta:
        abstract = True

    def move(self, state: CommandState, **changes: object) -> None:
        """Change to a state, together with other fields; only those are saved."""
        self.state = state
        for name, value in changes.items():
            setattr(self, name, value)
        self.save(update_fields=["state", *changes])


class ReturnHandling(ReturnCommand):
    """A handling result for a return item; a later one changes it (Retailer API v10, Returns)."""

    item = models.ForeignKey(
        ReturnItem, verbose_name=_("return"), on_delete=models.CASCADE, related_name="handlings"
    )
    # bol's results when it was decided: ours is there when one more of its kind is.
    results_before = models.JSONField(default=list, editable=False)

    class Meta:
        verbose_name = _("handling of a return")
        verbose_name_plural = _("handlings of returns")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(state__in=UNSETTLED), name="one_handling_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_handling_result_display()} ({self.quantity})"

    @property
    def subject(self) -> str:
        """Return what the outbox calls this handling."""
        return f"return-handling:{self.pk}"


class ReturnCreation(ReturnCommand):
    """A return that we made for a customer who announced none; bol e-mails the customer (Retailer API v10, Returns)."""

    order_item = models.ForeignKey(
        OrderItem, verbose_name=_("order item"), on_delete=models.PROTECT, related_name="return_creations"
    )
    return_id = models.CharField(_("bol's return"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("created return")
        verbose_name_plural = _("created returns")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order_item"], condition=Q(state__in=UNSETTLED), name="one_return_creation_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_handling_result_display()} ({self.quantity})"

    @property
    def subject(self) -> str:
        """Return what the outbox calls this creation."""
        return f"return-creation:{self.pk}"
