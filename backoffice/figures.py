"""The plots of the front page: true figures, one query each, whatever the size of the shop."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncDate, TruncHour
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from connections.models import Lane, OutboxMessage, RequestLogEntry
from offers.choices import OfferStatus
from offers.models import Offer
from orders.models import Order

DAYS = 14
HOURS = 24
STRONG, SOFT = "var(--color-primary-600)", "var(--color-primary-400)"

OPTIONS = json.dumps(
    {
        "maintainAspectRatio": False,
        "plugins": {"legend": {"display": False}},
        "scales": {
            "y": {"beginAtZero": True, "ticks": {"display": True, "precision": 0}, "grid": {"display": True}},
            "x": {"grid": {"display": False}},
        },
    }
)


@dataclass(frozen=True)
class Figure:
    """A plot: its title, its data for the page, and the same in a sentence for who does not see it."""

    title: str
    data: str
    in_words: str


def _orders_per_day() -> Figure:
    first = timezone.localdate() - timedelta(days=DAYS - 1)
    since = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    counted = Order.objects.filter(placed_at__gte=since).order_by().annotate(day=TruncDate("placed_at"))
    per_day: dict[date, int] = dict(counted.values_list("day").annotate(count=Count("pk")))
    days = [first + timedelta(days=number) for number in range(DAYS)]
    bars = [(date_format(day, "j M"), per_day.get(day, 0)) for day in days]
    return _plot(_("Orders per day"), _("Orders"), bars, STRONG)


def _orders_per_hour() -> Figure:
    first = timezone.localtime().replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    counted = Order.objects.filter(placed_at__gte=first).order_by().annotate(hour=TruncHour("placed_at"))
    per_hour: dict[datetime, int] = dict(counted.values_list("hour").annotate(count=Count("pk")))
    hours = [first + timedelta(hours=number) for number in range(HOURS)]
    bars = [(date_format(hour, "G:i"), per_hour.get(hour, 0)) for hour in hours]
    return _plot(_("Orders in the last 24 hours"), _("Orders"), bars, STRONG)


def _offers_by_status() -> Figure:
    counted: dict[str, int] = dict(
        Offer.objects.order_by().values_list("status").annotate(count=Count("pk")).order_by()
    )
    bars = [(str(status.label), counted[status]) for status in OfferStatus if counted.get(status)]
    return _plot(_("Offers by status"), _("Offers"), bars, SOFT)


def _backlog() -> Figure:
    counted = OutboxMessage.objects.open().order_by().values_list("lane").annotate(count=Count("pk"))
    by_lane: dict[int, int] = dict(counted)
    bars = [(str(lane.label), by_lane.get(lane, 0)) for lane in Lane]
    return _plot(_("Waiting for bol"), _("Messages"), bars, SOFT)


def _requests_per_hour() -> Figure:
    first = timezone.localtime().replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    counted = RequestLogEntry.objects.filter(at__gte=first).order_by().annotate(hour=TruncHour("at"))
    per_hour: dict[datetime, int] = dict(counted.values_list("hour").annotate(count=Count("pk")))
    hours = [first + timedelta(hours=number) for number in range(HOURS)]
    bars = [(date_format(hour, "G:i"), per_hour.get(hour, 0)) for hour in hours]
    return _plot(_("Requests to bol in the last 24 hours"), _("Requests"), bars, SOFT)


def _plot(title: str, name: str, bars: Iterable[tuple[str, int]], colour: str) -> Figure:
    labels, numbers = zip(*bars, strict=True) if (bars := list(bars)) else ((), ())
    dataset = {"label": name, "data": numbers, "backgroundColor": colour, "maxBarThickness": 48}
    words = ", ".join(f"{label}: {number}" for label, number in zip(labels, numbers, strict=True) if number)
    return Figure(title, json.dumps({"labels": labels, "datasets": [dataset]}), words or _("nothing"))


# Who needs to be allowed what to see a plot.
FIGURES: list[tuple[str, Callable[[], Any]]] = [
    ("orders.view_order", _orders_per_hour),
    ("orders.view_order", _orders_per_day),
    ("offers.view_offer", _offers_by_status),
    ("connections.view_outboxmessage", _backlog),
    ("connections.view_requestlogentry", _requests_per_hour),
]
