"""One line of an order: how many were ordered, how many left, how many were cancelled."""

from __future__ import annotations

from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from offers.choices import FulfilmentMethod
from offers.models import Offer
from orders.models.order import Order
from orders.models.shipment import ShipmentState


class OrderItemQuerySet(models.QuerySet["OrderItem"]):
    def with_parcels(self) -> OrderItemQuerySet:
        """Add how many our own parcels hold: `own_quantity` in all, `unsettled_quantity` in those bol has not settled."""
        unsettled = Q(shipment_items__shipment__state__in=ShipmentState.unsettled())
        refused = Q(shipment_items__shipment__state=ShipmentState.REFUSED)
        return self.annotate(
            own_quantity=Coalesce(Sum("shipment_items__quantity", filter=~refused), 0),
            unsettled_quantity=Coalesce(Sum("shipment_items__quantity", filter=unsettled), 0),
        )


class OrderItem(models.Model):
    """A line of an order, quantities and amounts as bol says.

    Amounts are in euros, VAT included: `unit_price` before discounts, `total_price` what the customer paid for the
    line, `commission` for all its units together (Retailer API v10, Orders).
    """

    order = models.ForeignKey(Order, verbose_name=_("order"), on_delete=models.CASCADE, related_name="items")
    order_item_id = models.CharField(_("order item"), max_length=64)
    offer = models.ForeignKey(
        Offer,
        verbose_name=_("offer"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="order_items",
    )
    ean = models.CharField(_("EAN"), max_length=14, blank=True)
    title = models.CharField(_("title"), max_length=500, blank=True)
    reference = models.CharField(_("our reference"), max_length=100, blank=True)

    quantity = models.PositiveIntegerField(_("ordered"))
    quantity_shipped = models.PositiveIntegerField(_("shipped"), default=0)
    quantity_cancelled = models.PositiveIntegerField(_("cancelled"), default=0)
    cancellation_requested = models.BooleanField(_("cancellation requested"), default=False)

    unit_price = models.DecimalField(_("unit price"), max_digits=12, decimal_places=2, null=True, blank=True)
    total_price = models.DecimalField(
        _("total price"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    commission = models.DecimalField(_("commission"), max_digits=12, decimal_places=2, null=True, blank=True)

    fulfilment_method = models.CharField(
        _("fulfilment"), max_length=3, choices=FulfilmentMethod.choices, default=FulfilmentMethod.FBR
    )
    # BOL with FBR: bol carries it, with bol's own label.
    distribution_party = models.CharField(_("carried by"), max_length=10, blank=True)
    # Only one of these two is filled.
    latest_delivery_date = models.DateField(_("latest delivery"), null=True, blank=True)
    exact_delivery_date = models.DateField(_("delivery on"), null=True, blank=True)
    # On this day bol cancels what is still open.
    expiry_date = models.DateField(_("cancelled by bol on"), null=True, blank=True)
    latest_changed_at = models.DateTimeField(_("changed at bol"), null=True, blank=True)

    objects = OrderItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("order item")
        verbose_name_plural = _("order items")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "order_item_id"], name="one_item_per_order_and_id"),
        ]
        indexes = [models.Index(fields=["ean"], name="order_item_by_ean")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title or self.ean}"  # noqa: RUF001 - as people write it
