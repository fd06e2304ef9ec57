"""An order as bol last told it, and where it stands."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from offers.choices import FulfilmentMethod


class OrderStatus(models.TextChoices):
    """Where an order stands, as orders.quantities computes it from what bol says and from our own parcels."""

    OPEN = "open", _("Open")
    PARTLY_SHIPPED = "partly_shipped", _("Partly shipped")
    ANNOUNCING = "announcing", _("Shipped, bol is being told")
    SHIPPED = "shipped", _("Shipped")
    CANCELLED = "cancelled", _("Cancelled")


class OrderQuerySet(models.QuerySet["Order"]):
    def to_ship(self) -> OrderQuerySet:
        """Orders of which something has to leave our own warehouse."""
        return self.filter(
            status__in=[OrderStatus.OPEN, OrderStatus.PARTLY_SHIPPED], fulfilment_method=FulfilmentMethod.FBR
        )


class Order(models.Model):
    """What one customer bought at one moment, on one connection.

    What bol said stays: an older or emptier answer changes nothing (see orders.storing). Order ids may hold letters.
    """

    Status = OrderStatus
    STATUS_COLOURS = {
        OrderStatus.OPEN: "warning",
        OrderStatus.PARTLY_SHIPPED: "warning",
        OrderStatus.ANNOUNCING: "info",
        OrderStatus.SHIPPED: "success",
        OrderStatus.CANCELLED: "default",
    }

    connection = models.ForeignKey(
        Connection, verbose_name=_("connection"), on_delete=models.PROTECT, related_name="orders"
    )
    order_id = models.CharField(_("order"), max_length=64)
    placed_at = models.DateTimeField(_("placed"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=16, choices=OrderStatus.choices, default=OrderStatus.OPEN
    )
    fulfilment_method = models.CharField(
        _("fulfilment"), max_length=3, choices=FulfilmentMethod.choices, default=FulfilmentMethod.FBR
    )
    # The earliest day on which something of what is still open must be with the customer.
    deliver_by = models.DateField(_("deliver by"), null=True, blank=True)

    shipping_name = models.CharField(_("name"), max_length=200, blank=True)
    shipping_company = models.CharField(_("company"), max_length=200, blank=True)
    shipping_postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    shipping_city = models.CharField(_("city"), max_length=200, blank=True)
    shipping_country = models.CharField(_("country"), max_length=2, blank=True)
    is_pickup_point = models.BooleanField(_("pick-up point"), default=False)
    # bol's shipmentDetails and billingDetails under bol's own keys.
    shipping_details = models.JSONField(_("shipping details"), default=dict, blank=True)
    billing_details = models.JSONField(_("billing details"), default=dict, blank=True)
    # The fullest answer as it came; amounts with a fraction are text in it.
    raw = models.JSONField(_("bol's answer"), default=dict, blank=True)

    latest_changed_at = models.DateTimeField(_("changed at bol"), null=True, blank=True)
    # When the request whose answer is stored began: an answer to an earlier request is older.
    read_at = models.DateTimeField(_("read at bol"), null=True, blank=True)
    fetched_at = models.DateTimeField(_("fetched"), auto_now_add=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-placed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "order_id"], name="one_order_per_connection_and_id"
            ),
        ]
        indexes = [
            # The list: newest first, in one status, of one connection.
            models.Index(fields=["-placed_at", "-id"], name="order_newest"),
            models.Index(fields=["status", "-placed_at"], name="order_by_status"),
            models.Index(fields=["connection", "-placed_at"], name="order_by_connection"),
            # What people search for.
            models.Index(fields=["order_id"], name="order_by_order_id"),
            models.Index(fields=["shipping_postcode"], name="order_by_postcode"),
        ]

    def __str__(self) -> str:
        return self.order_id
