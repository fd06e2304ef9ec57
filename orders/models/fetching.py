"""How far the reading of bol's orders has come: the list being read, and the orders still to be read in full."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models import Connection


class Listing(models.Model):
    """A list of orders at bol that is being read page by page, so that a worker that stops can be followed by another.

    With `minutes` it holds what changed in that many minutes, with `day` what changed on that day, with neither what
    bol shows by itself: everything open and what was handled lately (Retailer API v10, Orders).
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="order_listings")
    # The flow that reads it: each has one list under way.
    flow = models.CharField(_("flow"), max_length=40, default="orders")
    day = models.DateField(_("day"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    page = models.PositiveIntegerField(_("next page"), default=1)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    # A list of several pages shifts while it is read, so that of a day is read twice.
    is_repeated = models.BooleanField(default=False)
    # Where the cursor of the flow moves when the last page is stored; for who looks for missed orders, up to when all
    # should be here.
    seen_up_to = models.DateTimeField(_("seen up to"))

    class Meta:
        verbose_name = _("list being read")
        verbose_name_plural = _("lists being read")
        constraints = [models.UniqueConstraint(fields=["connection", "flow"], name="one_listing_per_flow")]

    def __str__(self) -> str:
        return f"{self.connection} · {self.day or self.minutes or ''}"

    def query(self) -> dict[str, Any]:
        """Return the filters of this page for the client."""
        return {
            "status": "ALL",
            "fulfilment_method": "ALL",
            "page": self.page,
            "change_interval_minute": self.minutes,
            "latest_change_date": self.day,
        }


class OrderToFetchQuerySet(models.QuerySet["OrderToFetch"]):
    def due(self) -> OrderToFetchQuerySet:
        return self.filter(not_before__lte=timezone.now())

    def failing(self) -> OrderToFetchQuerySet:
        """Orders that could not be read three times in a row: that is no bad luck any more."""
        return self.filter(failures__gte=3)


class OrderToFetch(models.Model):
    """An order that has to be read in full, because bol's list shows a change or because we caused one.

    The row goes in the transaction that stores the order; a request that came while it was being read stays.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="orders_to_fetch")
    order_id = models.CharField(_("order"), max_length=64)
    requested_at = models.DateTimeField(_("requested"), default=timezone.now)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)

    objects = OrderToFetchQuerySet.as_manager()

    class Meta:
        verbose_name = _("order to fetch")
        verbose_name_plural = _("orders to fetch")
        constraints = [
            models.UniqueConstraint(fields=["connection", "order_id"], name="one_fetch_per_order"),
        ]
        indexes = [models.Index(fields=["connection", "not_before"], name="order_to_fetch_next")]

    def __str__(self) -> str:
        return self.order_id


class MissedOrderQuerySet(models.QuerySet["MissedOrder"]):
    def recent(self) -> MissedOrderQuerySet:
        """Those of the last seven days, which somebody still has to hear of."""
        return self.filter(found_at__gte=timezone.now() - timedelta(days=7))


class MissedOrder(models.Model):
    """An order that bol had, or had changed, and that the reading of minutes and days had not brought here.

    It was fetched when it was found. That it was missed at all needs a person to ask why.
    """

    connection = models.ForeignKey(
        Connection, verbose_name=_("connection"), on_delete=models.CASCADE, related_name="missed_orders"
    )
    order_id = models.CharField(_("order"), max_length=64)
    is_new = models.BooleanField(_("was not here at all"))
    # When bol changed it; not every list says so.
    since = models.DateTimeField(_("changed at bol"), null=True, blank=True)
    found_at = models.DateTimeField(_("found"), default=timezone.now)

    objects = MissedOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("missed order")
        verbose_name_plural = _("missed orders")
        ordering = ["-found_at", "-id"]
        indexes = [models.Index(fields=["-found_at", "-id"], name="missed_order_newest")]

    def __str__(self) -> str:
        return self.order_id
