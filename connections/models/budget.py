"""How fast one connection may call one endpoint, shared by all workers."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from connections.models.connection import Connection


class RateBudget(models.Model):
    """One row per connection and limit of bol: the moment at which the next request may start.

    `next_slot` is GCRA's theoretical arrival time, in seconds since the epoch; `interval` the seconds between two
    requests. See connections.throttling for the arithmetic.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="rate_budgets")
    key = models.CharField(_("endpoint"), max_length=200)
    next_slot = models.FloatField(default=0)
    interval = models.FloatField()
    capacity = models.PositiveIntegerField(_("requests"))
    window = models.FloatField(_("per seconds"))

    class Meta:
        verbose_name = _("rate budget")
        verbose_name_plural = _("rate budgets")
        constraints = [models.UniqueConstraint(fields=["connection", "key"], name="one_budget_per_endpoint")]

    def __str__(self) -> str:
        return self.key
