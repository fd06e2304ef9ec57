"""A parcel that left: a fact, whatever bol says about it."""

from __future__ import annotations

import base64
import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order

REFERENCE_MAX_LENGTH = 90


class ShipmentState(models.TextChoices):
    """What bol knows of a parcel."""

    WAITING = "waiting", _("Waiting to be announced")
    UNKNOWN = "unknown", _("Announced, no answer yet")
    SENT = "sent", _("Accepted, bol is working on it")
    CONFIRMED = "confirmed", _("Confirmed by bol")
    REFUSED = "refused", _("Refused by bol")

    @classmethod
    def unsettled(cls) -> list[ShipmentState]:
        """The states in which bol may still come to count the parcel."""
        return [cls.WAITING, cls.UNKNOWN, cls.SENT]


def new_reference() -> str:
    """Return a shipment reference that nobody used before: "P" and 10 characters, fit to be read aloud."""
    # 50 random bits: the unique constraint catches what chance does not.
    return "P" + base64.b32encode(secrets.token_bytes(7)).decode()[:10]


class Shipment(models.Model):
    """One parcel of one order.

    Its reference is made before the first attempt and is how the parcel is recognised at bol
    (`shipmentReference`, at most 90 characters; Retailer API v10, Shipments).
    """

    State = ShipmentState
    STATE_COLOURS = {
        ShipmentState.WAITING: "info",
        ShipmentState.UNKNOWN: "warning",
        ShipmentState.SENT: "primary",
        ShipmentState.CONFIRMED: "success",
        ShipmentState.REFUSED: "danger",
    }

    order = models.ForeignKey(
        Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="shipments"
    )
    reference = models.CharField(
        _("reference"), max_length=REFERENCE_MAX_LENGTH, unique=True, default=new_reference
    )
    transporter_code = models.CharField(_("transporter"), max_length=40)
    track_and_trace = models.CharField(_("track and trace"), max_length=100, blank=True)
    shipped_at = models.DateTimeField(_("left"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("marked shipped by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    state = models.CharField(
        _("state"), max_length=10, choices=ShipmentState.choices, default=ShipmentState.WAITING
    )
    reason = models.TextField(_("what bol said"), blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    # What bol counted as shipped, by order item id, when it was found that this parcel was not among it.
    shipped_before = models.JSONField(null=True, editable=False)
    shipment_id = models.CharField(_("bol's shipment"), max_length=64, blank=True)
    transport_id = models.CharField(_("bol's transport"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "-id"], name="shipment_by_state"),
            models.Index(fields=["track_and_trace"], name="shipment_by_track_and_trace"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def subject(self) -> str:
        """Return what the outbox calls this parcel."""
        return f"shipment:{self.pk}"

    def move(self, state: ShipmentState, **changes: object) -> None:
        """Change to a state, together with other fields; only those are saved."""
        self.state = state
        for name, value in changes.items():
            setattr(self, name, value)
        self.save(update_fields=["state", *changes])


class ShipmentItem(models.Model):
    """How many of an order item are in a parcel."""

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="items")
    item = models.ForeignKey(
        "orders.OrderItem", verbose_name=_("item"), on_delete=models.PROTECT, related_name="shipment_items"
    )
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        verbose_name = _("item in a parcel")
        verbose_name_plural = _("items in a parcel")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["shipment", "item"], name="one_row_per_item_in_a_parcel"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="a_parcel_is_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.item_id}"  # noqa: RUF001 - as people write it
