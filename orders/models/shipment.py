"""A parcel that left: a fact, whatever bol says about it."""

from __future__ import annotations

import base64
import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.batch import ShipmentBatch
from orders.models.order import Order

REFERENCE_MAX_LENGTH = 90
TRACK_AND_TRACE_MAX_LENGTH = 100


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


class TransportState(models.TextChoices):
    """How a correction of carrier or track and trace stands; NONE where bol was told nothing else than we have."""

    NONE = "", _("No correction")
    WAITING = "waiting", _("Waiting to be sent")
    UNKNOWN = "unknown", _("Sent, no answer yet")
    SENT = "sent", _("Accepted, bol is working on it")
    REFUSED = "refused", _("Refused by bol")

    @classmethod
    def in_doubt(cls) -> list[TransportState]:
        """The states in which bol may have either value."""
        return [cls.UNKNOWN, cls.SENT]


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
    TRANSPORT_COLOURS = {
        TransportState.NONE: "default",
        TransportState.WAITING: "info",
        TransportState.UNKNOWN: "warning",
        TransportState.SENT: "primary",
        TransportState.REFUSED: "danger",
    }

    order = models.ForeignKey(
        Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="shipments"
    )
    reference = models.CharField(
        _("reference"), max_length=REFERENCE_MAX_LENGTH, unique=True, default=new_reference
    )
    # Those that were marked shipped together, to be followed together.
    batch = models.ForeignKey(
        ShipmentBatch,
        verbose_name=_("marked together"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="shipments",
    )
    transporter_code = models.CharField(_("transporter"), max_length=40)
    track_and_trace = models.CharField(
        _("track and trace"), max_length=TRACK_AND_TRACE_MAX_LENGTH, blank=True
    )
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

    # What bol has as far as it told us, what the last request said, and how a correction stands.
    known_transporter_code = models.CharField(_("transporter at bol"), max_length=40, blank=True)
    known_track_and_trace = models.CharField(
        _("track and trace at bol"), max_length=TRACK_AND_TRACE_MAX_LENGTH, blank=True
    )
    sent_transporter_code = models.CharField(max_length=40, blank=True, editable=False)
    sent_track_and_trace = models.CharField(max_length=TRACK_AND_TRACE_MAX_LENGTH, blank=True, editable=False)
    transport_state = models.CharField(
        _("correction"),
        max_length=10,
        choices=TransportState.choices,
        default=TransportState.NONE,
        blank=True,
    )
    transport_reason = models.TextField(_("what bol said of the correction"), blank=True)

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

    @property
    def transport(self) -> tuple[str, str]:
        """Return carrier and track and trace as we want them at bol."""
        return self.transporter_code, self.track_and_trace

    @property
    def known_transport(self) -> tuple[str, str]:
        """Return carrier and track and trace as bol last confirmed them."""
        return self.known_transporter_code, self.known_track_and_trace

    @property
    def sent_transport(self) -> tuple[str, str]:
        """Return carrier and track and trace as bol was last told."""
        return self.sent_transporter_code, self.sent_track_and_trace

    @property
    def colour(self) -> str:
        """Return the colour of its state."""
        return self.STATE_COLOURS[ShipmentState(self.state)]

    @property
    def contents(self) -> str:
        """Return what is in it as people write it; read it with its items."""
        return ", ".join(
            f"{packed.quantity} × {packed.item.title or packed.item.ean}"  # noqa: RUF001 - as people write it
            for packed in self.items.all()
        )

    def move(self, state: ShipmentState, **changes: object) -> None:
        """Change to a state, together with other fields; only those are saved."""
        self.change(state=state, **changes)

    def change(self, **changes: object) -> None:
        """Change these fields; only those are saved."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.save(update_fields=list(changes))


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
