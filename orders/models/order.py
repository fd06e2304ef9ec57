"""An order as bol last told it, and where it stands."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from offers.choices import FulfilmentMethod
from orders.deadlines import expiring_up_to

# bol mostly answers within minutes; what takes longer needs a look.
SETTLED_WITHIN = timedelta(hours=1)
# A parcel that bol counts and we do not know of is old news after this.
TOLD_FOR = timedelta(days=30)


class OrderStatus(models.TextChoices):
    """Where an order stands, as orders.quantities computes it from what bol says and from our own parcels."""

    OPEN = "open", _("Open")
    PARTLY_SHIPPED = "partly_shipped", _("Partly shipped")
    ANNOUNCING = "announcing", _("Shipped, bol is being told")
    CANCELLING = "cancelling", _("Being cancelled")
    SHIPPED = "shipped", _("Shipped")
    CANCELLED = "cancelled", _("Cancelled")


def _index_of_marked(name: str) -> models.Index:
    """Return an index of the few rows for which a column is true, newest first."""
    return models.Index(fields=["-placed_at"], condition=Q(**{name: True}), name=f"order_{name}")


def _index_of_filled(name: str) -> models.Index:
    """Return an index of the few rows for which a column has a value."""
    return models.Index(fields=[name], condition=Q(**{f"{name}__isnull": False}), name=f"order_{name}")


class OrderQuerySet(models.QuerySet["Order"]):
    """The work lists, each one's only definition; orders.standing keeps the columns that they look at."""

    def to_ship(self) -> OrderQuerySet:
        """Orders of which something has to leave our own warehouse."""
        return self.filter(ship_by__isnull=False)

    def due_today(self) -> OrderQuerySet:
        """Orders of which something has to leave today, and nothing had to before."""
        return self.filter(ship_by=timezone.localdate())

    def late(self) -> OrderQuerySet:
        """Orders of which something should have left before today."""
        return self.filter(ship_by__lt=timezone.localdate())

    def asking_to_cancel(self) -> OrderQuerySet:
        """Orders of which the customer wants to cancel something that has not left."""
        return self.filter(is_cancellation_requested=True)

    def expiring(self, within: timedelta | None = None) -> OrderQuerySet:
        """Orders of which bol cancels something within that time, shipped here or not."""
        last = expiring_up_to(timezone.now(), settings.EXPIRY_WARNING if within is None else within)
        return self.filter(expires_on__lte=last)

    def unconfirmed(self) -> OrderQuerySet:
        """Orders with a parcel that left more than an hour ago and that bol has not confirmed."""
        return self.filter(unconfirmed_since__lt=timezone.now() - SETTLED_WITHIN)

    def shipped_only_here(self) -> OrderQuerySet:
        """Orders of which bol confirmed a parcel and still waits for what was in it, more than an hour later."""
        return self.filter(only_here_since__lt=timezone.now() - SETTLED_WITHIN)

    def shipped_only_at_bol(self) -> OrderQuerySet:
        """Orders of which bol counts something as shipped that is in none of our parcels, of the last 30 days."""
        return self.filter(only_at_bol_since__gte=timezone.now() - TOLD_FOR)


class Order(models.Model):
    """What one customer bought at one moment, on one connection.

    What bol said stays: an older or emptier answer changes nothing (see orders.storing). Order ids may hold letters.
    """

    Status = OrderStatus
    STATUS_COLOURS = {
        OrderStatus.OPEN: "warning",
        OrderStatus.PARTLY_SHIPPED: "warning",
        OrderStatus.ANNOUNCING: "info",
        OrderStatus.CANCELLING: "info",
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

    # What the work lists look at; about what we ship ourselves, never about what bol does (FBB). Empty: not in the list.
    # The earliest day on which something has to leave (orders.deadlines).
    ship_by = models.DateField(_("ship by"), null=True, blank=True)
    # The earliest day on which bol cancels something that it still waits for.
    expires_on = models.DateField(_("cancelled by bol on"), null=True, blank=True)
    is_cancellation_requested = models.BooleanField(_("customer wants to cancel"), default=False)
    unconfirmed_since = models.DateTimeField(_("not confirmed since"), null=True, blank=True)
    only_here_since = models.DateTimeField(_("shipped here, open at bol"), null=True, blank=True)
    only_at_bol_since = models.DateTimeField(_("shipped at bol only"), null=True, blank=True)

    shipping_name = models.CharField(_("name"), max_length=200, blank=True)
    shipping_company = models.CharField(_("company"), max_length=200, blank=True)
    shipping_postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    shipping_city = models.CharField(_("city"), max_length=200, blank=True)
    shipping_country = models.CharField(_("country"), max_length=2, blank=True)
    is_pickup_point = models.BooleanField(_("pick-up point"), default=False)
    is_business = models.BooleanField(_("business customer"), default=False)
    # Shipped with bol's own label (Verzenden via bol).
    is_vvb = models.BooleanField(_("shipping via bol"), default=False)
    # bol's shipmentDetails and billingDetails under bol's own keys.
    shipping_details = models.JSONField(_("shipping details"), default=dict, blank=True)
    billing_details = models.JSONField(_("billing details"), default=dict, blank=True)
    # The fullest answer as it came; amounts with a fraction are text in it.
    raw = models.JSONField(_("bol's answer"), default=dict, blank=True)

    latest_changed_at = models.DateTimeField(_("changed at bol"), null=True, blank=True)
    # When the request whose answer is stored began: an answer to an earlier request is older.
    read_at = models.DateTimeField(_("read at bol"), null=True, blank=True)
    fetched_at = models.DateTimeField(_("fetched"), auto_now_add=True)
    # When everything that told of the customer was removed (orders.personal_data).
    anonymised_at = models.DateTimeField(_("personal data removed"), null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-placed_at", "-id"]
        permissions = [("export_order", "Can export orders for bookkeeping")]
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
            models.Index(fields=["shipping_country", "-placed_at"], name="order_by_country"),
            models.Index(fields=["fulfilment_method", "-placed_at"], name="order_by_fulfilment"),
            *(_index_of_marked(name) for name in ("is_business", "is_pickup_point", "is_vvb")),
            models.Index(
                fields=["ship_by"], condition=Q(is_cancellation_requested=True), name="order_asking_to_cancel"
            ),
            # The work lists: of a million orders, hundreds are in one.
            *(
                _index_of_filled(name)
                for name in (
                    "ship_by",
                    "expires_on",
                    "unconfirmed_since",
                    "only_here_since",
                    "only_at_bol_since",
                )
            ),
            # Those that still know their customer: of years of orders, the last months.
            models.Index(
                fields=["status", "latest_changed_at"],
                condition=models.Q(anonymised_at=None),
                name="order_with_personal_data",
            ),
            # What people search for.
            models.Index(fields=["order_id"], name="order_by_order_id"),
            models.Index(fields=["shipping_postcode"], name="order_by_postcode"),
        ]

    def __str__(self) -> str:
        return self.order_id
