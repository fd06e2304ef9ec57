"""The work lists of orders: what needs a person, under which name, and in which order it is worked through.

What is in a list is said once, by a method of the queryset; the list of orders, the front page and the commands ask that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderQuerySet

BY_TIME_TO_SHIP = ("ship_by", "expires_on", "placed_at")
BY_TIME_TO_EXPIRY = ("expires_on", "ship_by", "placed_at")


@dataclass(frozen=True)
class WorkList:
    """Some orders that need something done.

    `ordering` puts those with the least time left first; `moment` is the field that tells how long one waits already.
    """

    name: str
    title: Any
    hint: Any
    colour: str
    choose: Callable[[OrderQuerySet], OrderQuerySet]
    ordering: tuple[str, ...]
    moment: str = "placed_at"

    def orders(self) -> OrderQuerySet:
        return self.choose(Order.objects.all())


WORK_LISTS: dict[str, WorkList] = {
    listed.name: listed
    for listed in (
        WorkList(
            "to-ship",
            _("To ship"),
            _("Mark them shipped as they leave."),
            "primary",
            OrderQuerySet.to_ship,
            BY_TIME_TO_SHIP,
        ),
        WorkList(
            "today",
            _("To ship today"),
            _("They are with the customer in time if they leave today."),
            "warning",
            OrderQuerySet.due_today,
            BY_TIME_TO_SHIP,
        ),
        WorkList(
            "late",
            _("Late"),
            _("They should have left before today."),
            "danger",
            OrderQuerySet.late,
            BY_TIME_TO_SHIP,
        ),
        WorkList(
            "asking-to-cancel",
            _("Customer wants to cancel"),
            _("Cancel, or ship it all the same."),
            "warning",
            OrderQuerySet.asking_to_cancel,
            BY_TIME_TO_SHIP,
        ),
        WorkList(
            "expiring",
            _("Cancelled by bol soon"),
            _("What bol cancels is not paid, shipped or not."),
            "danger",
            OrderQuerySet.expiring,
            BY_TIME_TO_EXPIRY,
        ),
        WorkList(
            "unconfirmed",
            _("Shipped here, not confirmed by bol"),
            _("For more than an hour."),
            "warning",
            OrderQuerySet.unconfirmed,
            BY_TIME_TO_EXPIRY,
            "unconfirmed_since",
        ),
        WorkList(
            "only-here",
            _("Shipped here, open at bol"),
            _("bol confirmed the parcel and still waits for what was in it."),
            "danger",
            OrderQuerySet.shipped_only_here,
            BY_TIME_TO_EXPIRY,
            "only_here_since",
        ),
        WorkList(
            "only-at-bol",
            _("Shipped at bol, not here"),
            _("Somebody told bol of a parcel that did not leave here."),
            "warning",
            OrderQuerySet.shipped_only_at_bol,
            ("-only_at_bol_since",),
            "only_at_bol_since",
        ),
    )
}
