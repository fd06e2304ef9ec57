"""One line of an order: how many were ordered, how many left, how many were cancelled."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from offers.choices import FulfilmentMethod
from offers.models import Offer
from orders.models.cancellation import Cancellation
from orders.models.order import Order
from orders.models.shipment import ShipmentState


class OrderItemQuerySet(models.QuerySet["OrderItem"]):
    def with_parcels(self) -> OrderItemQuerySet:
        """Add what we did about each item.

        `own_quantity` is how many our own parcels hold, `unsettled_quantity` how many of these bol has not settled,
        `is_cancelling` whether a cancellation of ours stands.
        """
        unsettled = Q(shipment_items__shipment__state__in=ShipmentState.unsettled())
        refused = Q(shipment_items__shipment__state=ShipmentState.REFUSED)
        return self.annotate(
            own_quantity=Coalesce(Sum("shipment_items__quantity", filter=~refused), 0),
            unsettled_quantity=Coalesce(Sum("shipment_items__quantity", filter=unsettled), 0),
            is_cancelling=Exists(Cancellation.objects.standing().filter(item=OuterRef("pk"))),
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
    # The offer at bol that was bought, known here or not.
    bol_offer_id = models.CharField(_("offer ID"), max_length=50, blank=True)
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
    # What bol took off the price: [{"title": ..., "amount": "1.50"}].
    discounts = models.JSONField(_("discounts"), default=list, blank=True)
    # What was bought with the item, such as PLACEMENT_AND_INSTALLATION.
    additional_services = models.JSONField(_("additional services"), default=list, blank=True)

    fulfilment_method = models.CharField(
        _("fulfilment"), max_length=3, choices=FulfilmentMethod.choices, default=FulfilmentMethod.FBR
    )
    # BOL with FBR: bol carries it, with bol's own label.
    distribution_party = models.CharField(_("carried by"), max_length=10, blank=True)
    # Only one of these two is filled.
    latest_delivery_date = models.DateField(_("latest delivery"), null=True, blank=True)
    exact_delivery_date = models.DateField(_("delivery on"), null=True, blank=True)
    # REGULAR, EVENING, APPOINTMENT, SAMEDAY or SUNDAY.
    time_frame = models.CharField(_("time frame"), max_length=20, blank=True)
    # On this day bol cancels what is still open.
    expiry_date = models.DateField(_("cancelled by bol on"), null=True, blank=True)
    latest_changed_at = models.DateTimeField(_("changed at bol"), null=True, blank=True)
    first_seen_at = models.DateTimeField(_("came in"), default=timezone.now)

    # How many count against the stock of the offer (empty: no offer was found yet), and how many were taken off it.
    counted_quantity = models.PositiveIntegerField(null=True, blank=True, editable=False)
    taken_from_stock = models.PositiveIntegerField(_("taken off the stock"), default=0, editable=False)

    objects = OrderItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("order item")
        verbose_name_plural = _("order items")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "order_item_id"], name="one_item_per_order_and_id"),
        ]
        indexes = [
            models.Index(fields=["ean"], name="order_item_by_ean"),
            models.Index(fields=["reference"], name="order_item_by_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title or self.ean}"  # noqa: RUF001 - as people write it
