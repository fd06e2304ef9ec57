"""A label of shipping via bol (Verzenden via bol): money was spent on it, so it is bought once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.item import OrderItem
from orders.models.order import Order
from orders.models.shipment import ShipmentState


class LabelChoice(models.TextChoices):
    """Which of the labels that bol offers is bought."""

    RECOMMENDED = "recommended", _("What bol recommends")
    CHEAPEST_PARCEL = "cheapest_parcel", _("The cheapest parcel")
    CHEAPEST_MAILBOX = "cheapest_mailbox", _("The cheapest through the letterbox")
    CHOSEN = "chosen", _("The one that was chosen")


class LabelState(models.TextChoices):
    """How far a label has come."""

    WAITING = "waiting", _("Waiting to be bought")
    UNKNOWN = "unknown", _("Outcome unknown: look at bol")
    SENT = "sent", _("Being bought")
    BOUGHT = "bought", _("Bought, bol is making it")
    READY = "ready", _("Ready to print")
    REFUSED = "refused", _("Not bought")


class ShippingLabelQuerySet(models.QuerySet["ShippingLabel"]):
    def standing(self) -> ShippingLabelQuerySet:
        """Labels that are there, or may be: nothing they are for gets another one."""
        return self.exclude(state=LabelState.REFUSED)

    def unused(self) -> ShippingLabelQuerySet:
        """Labels that are on no parcel, or on one that bol refused."""
        on_none = models.Q(shipment=None) | models.Q(shipment__state=ShipmentState.REFUSED)
        return self.standing().filter(on_none)

    def printable(self) -> ShippingLabelQuerySet:
        return self.filter(state=LabelState.READY, document__isnull=False)


class ShippingLabel(models.Model):
    """One label for one parcel of one order (Retailer API v10, Shipping Labels).

    bol offers what it would cost to carry these items; one of the offers is bought. `price` is in euros without VAT.
    """

    State = LabelState
    STATE_COLOURS = {
        LabelState.WAITING: "info",
        LabelState.UNKNOWN: "danger",
        LabelState.SENT: "primary",
        LabelState.BOUGHT: "primary",
        LabelState.READY: "success",
        LabelState.REFUSED: "danger",
    }

    order = models.ForeignKey(
        Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="shipping_labels"
    )
    choice = models.CharField(_("which one"), max_length=20, choices=LabelChoice.choices)
    highest_price = models.DecimalField(
        _("at most"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("in euros, without VAT"),
    )
    # What was chosen of bol's offers.
    shipping_label_offer_id = models.CharField(max_length=100, blank=True, editable=False)
    name = models.CharField(_("label"), max_length=200, blank=True)
    label_type = models.CharField(_("kind"), max_length=40, blank=True)
    price = models.DecimalField(_("price"), max_digits=8, decimal_places=2, null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True, editable=False)
    hand_over_before = models.DateTimeField(_("hand over before"), null=True, blank=True)

    state = models.CharField(
        _("state"), max_length=10, choices=LabelState.choices, default=LabelState.WAITING
    )
    reason = models.TextField(_("what bol said"), blank=True)
    shipping_label_id = models.CharField(_("bol's label"), max_length=100, blank=True)
    transporter_code = models.CharField(_("transporter"), max_length=40, blank=True)
    track_and_trace = models.CharField(_("track and trace"), max_length=100, blank=True)
    shipment = models.OneToOneField(
        "orders.Shipment",
        verbose_name=_("shipment"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="shipping_label",
    )

    created_at = models.DateTimeField(_("asked for"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("bought by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    bought_at = models.DateTimeField(_("bought"), null=True, blank=True)
    printed_at = models.DateTimeField(_("printed"), null=True, blank=True)

    objects = ShippingLabelQuerySet.as_manager()

    class Meta:
        verbose_name = _("shipping label")
        verbose_name_plural = _("shipping labels")
        ordering = ["-id"]
        permissions = [("buy_shippinglabel", _("Can buy shipping labels"))]
        indexes = [
            models.Index(fields=["state", "-id"], name="label_by_state"),
            models.Index(fields=["track_and_trace"], name="label_by_track_and_trace"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.get_choice_display())

    @property
    def subject(self) -> str:
        """Return what the outbox calls this label."""
        return f"label:{self.pk}"

    def quantities(self) -> dict[int, int]:
        """Return how many of each order item the parcel holds, by the key of the item."""
        return {line.item_id: line.quantity for line in self.lines.all()}

    def move(self, state: LabelState, **changes: Any) -> None:
        """Change to a state, together with other fields; only those are saved."""
        self.state = state
        for name, value in changes.items():
            setattr(self, name, value)
        self.save(update_fields=["state", *changes])


class ShippingLabelLine(models.Model):
    """How many of an order item go in the parcel of a label."""

    label = models.ForeignKey(ShippingLabel, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey(
        OrderItem, verbose_name=_("item"), on_delete=models.PROTECT, related_name="label_lines"
    )
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        verbose_name = _("article for a label")
        verbose_name_plural = _("articles for a label")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["label", "item"], name="one_line_per_item_of_a_label"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="a_label_is_for_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.item_id}"  # noqa: RUF001 - as people write it


class LabelDocument(models.Model):
    """The PDF of a label as bol made it, in a table of its own: it is large, and shows an address."""

    label = models.OneToOneField(ShippingLabel, on_delete=models.CASCADE, related_name="document")
    pdf = models.BinaryField()

    class Meta:
        verbose_name = _("PDF of a label")
        verbose_name_plural = _("PDFs of labels")

    def __str__(self) -> str:
        return str(self.label_id)
