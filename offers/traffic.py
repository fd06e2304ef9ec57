"""What the traffic about offers is made of: how much, how often too fast, and how much of it for nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncHour
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models import Connection, MessageState, OutboxMessage, RequestLogEntry
from offers import quarrels
from offers.announcing import UPDATES
from offers.dialects.dialect import OFFERS
from offers.models import ConfirmedValue, Offer, Sense

DAY, WEEK = timedelta(days=1), timedelta(days=7)
MOST_UPDATED = 20
# Several offers can have one EAN, so more of them are counted than EANs are shown.
MOST_SUBJECTS = 200

# Kinds of request, each with what it looks like; the first that fits counts.
KINDS: dict[str, tuple[Any, Q]] = {
    "publish": (_("Publish"), Q(method="POST", path=OFFERS)),
    "change": (_("Change (v11)"), Q(method="PATCH")),
    "price": (_("Change price (v10)"), Q(method="PUT", path__endswith="/price")),
    "stock": (_("Change stock (v10)"), Q(method="PUT", path__endswith="/stock")),
    "details": (
        _("Change details (v10)"),
        Q(method="PUT") & ~Q(path__endswith="/price") & ~Q(path__endswith="/stock"),
    ),
    "delete": (_("Delete"), Q(method="DELETE")),
    "list": (_("Read a list"), Q(method="GET", path=OFFERS)),
    "reasons": (_("Read reasons"), Q(method="GET", path__endswith="/not-for-sale-reasons")),
    "export": (_("Export"), Q(path__startswith=f"{OFFERS}/export")),
}


@dataclass(frozen=True)
class Figures:
    """The traffic of one connection since a moment."""

    by_kind: dict[str, int]
    requests: int
    slowed: int
    offers: int
    confirmed: int
    repeated: int
    for_nothing: int

    @property
    def per_offer(self) -> float | None:
        """Return requests per published offer; None without any."""
        return round(self.requests / self.offers, 2) if self.offers else None

    @property
    def slowed_share(self) -> float | None:
        """Return the share of requests that bol answered with 429."""
        return round(self.slowed / self.requests, 4) if self.requests else None

    @property
    def for_nothing_share(self) -> float | None:
        """Return the share of confirmed values that bol had already; None where nothing was confirmed."""
        return round(self.for_nothing / self.confirmed, 4) if self.confirmed else None


@dataclass(frozen=True)
class Traffic:
    """What the traffic page says of a connection."""

    connection: Connection
    day: Figures
    week: Figures
    most_updated: list[tuple[str, int]]
    quarrels: list[quarrels.Quarrel]


def traffic_of(connection: Connection) -> Traffic:
    """Return the traffic of a connection in the last day and week."""
    now = timezone.now()
    return Traffic(
        connection=connection,
        day=figures(connection, now - DAY),
        week=figures(connection, now - WEEK),
        most_updated=most_updated(connection, now - WEEK),
        quarrels=quarrels.quarrels_of(connection, now - DAY),
    )


def figures(connection: Connection, since: datetime) -> Figures:
    """Count the requests and confirmed values of a connection since a moment."""
    kinds = {name: Count("pk", filter=looks) for name, (_label, looks) in KINDS.items()}
    counted = _requests(connection, since).aggregate(
        requests=Count("pk"), slowed=Count("pk", filter=Q(status=429)), **kinds
    )
    values = ConfirmedValue.objects.filter(at__gte=since, offer__project__connection=connection)
    sense = Counter(dict(values.order_by().values_list("sense").annotate(Count("pk"))))
    by_kind = {name: counted[name] for name in KINDS}
    by_kind["one"] = counted["requests"] - sum(by_kind.values())
    return Figures(
        by_kind=by_kind,
        requests=counted["requests"],
        slowed=counted["slowed"],
        offers=Offer.objects.published().filter(project__connection=connection, gone_at=None).count(),
        confirmed=sense.total(),
        repeated=sense[Sense.REPEATED],
        for_nothing=sense[Sense.NOTHING],
    )


def most_updated(connection: Connection, since: datetime) -> list[tuple[str, int]]:
    """Return the EANs with most changes that bol confirmed, and how many."""
    settled = OutboxMessage.objects.filter(
        connection=connection,
        settled_at__gte=since,
        state=MessageState.SUCCEEDED,
        operation__in=UPDATES.values(),
        last_sent_at__isnull=False,
    )
    subjects = settled.order_by().values_list("subject").annotate(count=Count("pk"))
    return _by_ean(subjects.order_by("-count", "subject")[:MOST_SUBJECTS])


def requests_per_hour(connections: Iterable[Connection]) -> list[tuple[datetime, int, int]]:
    """Return for each of the last 24 hours its beginning, the requests about offers, and those refused with 429."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    hours = [hour - timedelta(hours=number) for number in range(23, -1, -1)]
    counted = (
        RequestLogEntry.objects.filter(connection__in=connections, at__gte=hours[0], path__startswith=OFFERS)
        .order_by()
        .annotate(hour=TruncHour("at"))
        .values_list("hour")
        .annotate(all=Count("pk"), slowed=Count("pk", filter=Q(status=429)))
    )
    found = {begin: (every, slowed) for begin, every, slowed in counted}
    return [(begin, *found.get(begin, (0, 0))) for begin in hours]


def label_of(kind: str) -> Any:
    """Return the name of a kind of request."""
    return KINDS[kind][0] if kind in KINDS else _("Read one offer")


def as_json(traffic: Traffic) -> dict[str, Any]:
    """Return the traffic of a connection for scripts."""
    return {
        "connection": traffic.connection.name,
        "day": _figures_as_json(traffic.day),
        "week": _figures_as_json(traffic.week),
        "most_updated": [{"ean": ean, "updates": count} for ean, count in traffic.most_updated],
        "quarrels": [
            {
                "ean": quarrel.offer.product.ean,
                "component": quarrel.component,
                "values": list(quarrel.values),
                "sources": list(quarrel.sources),
                "last_at": quarrel.last_at.isoformat(),
            }
            for quarrel in traffic.quarrels
        ],
    }


def _figures_as_json(figures: Figures) -> dict[str, Any]:
    return {
        "requests": figures.requests,
        "by_kind": figures.by_kind,
        "offers": figures.offers,
        "requests_per_offer": figures.per_offer,
        "slowed_share": figures.slowed_share,
        "values_confirmed": figures.confirmed,
        "values_repeated": figures.repeated,
        "values_for_nothing": figures.for_nothing,
        "for_nothing_share": figures.for_nothing_share,
    }


def _requests(connection: Connection, since: datetime) -> QuerySet[RequestLogEntry]:
    return RequestLogEntry.objects.filter(
        connection=connection, at__gte=since, path__startswith=OFFERS
    ).order_by()


def _by_ean(subjects: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    counts = {int(subject.partition(":")[2]): count for subject, count in subjects}
    found: Counter[str] = Counter()
    for pk, ean in Offer.objects.filter(pk__in=counts).values_list("pk", "product__ean"):
        found[ean] += counts[pk]
    return found.most_common(MOST_UPDATED)
