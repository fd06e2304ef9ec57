"""The front page: what needs a person now, and the numbers behind it. True figures, few queries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.figures import FIGURES, OPTIONS
from connections import flows
from connections.adminbase import age_in_words
from connections.models import Connection, Flow, MessageState, OutboxMessage, Subscription
from offers.models import Drift, EanConflict
from offers.models.conflict import ConflictState
from offers.operators import without_valid_operator
from orders.models import MissedOrder, OrderToFetch, ReturnItem
from orders.worklists import WORK_LISTS, WorkList

LATE_CONFIRMATION = timedelta(hours=1)
MOST_IN_BADGE = 999


@dataclass(frozen=True)
class Task:
    """One kind of thing that needs a person: how many, how old the oldest is, and where to go."""

    title: str
    hint: str
    link: str
    colour: str
    rows: QuerySet[Any]
    moment: str

    def count(self) -> dict[str, Any]:
        """Return the task with its figures, in one query."""
        figures = self.rows.order_by().aggregate(count=Count("pk"), oldest=Min(self.moment))
        return {
            "title": self.title,
            "hint": self.hint,
            "link": self.link,
            "colour": self.colour if figures["count"] else "none",
            "count": figures["count"],
            "oldest": _age(figures["oldest"]),
        }


def show(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the front page."""
    may = request.user.has_perm
    tasks = [make().count() for needed, make in TASKS if may(needed)]
    return context | {
        "title": _("Today"),
        "tasks": tasks,
        "is_calm": not any(task["count"] for task in tasks),
        "figures": [figure() for needed, figure in FIGURES if may(needed)],
        "figure_options": OPTIONS,
        "connections": _connections() if may("connections.view_connection") else [],
    }


def _work_list(listed: WorkList) -> Task:
    return Task(
        str(listed.title),
        str(listed.hint),
        _list("orders_order", list=listed.name),
        listed.colour,
        listed.orders(),
        listed.moment,
    )


def _returns_to_handle() -> Task:
    return Task(
        _("Returns to handle"),
        _("Say what became of them; the customer waits for it."),
        _list("orders_returnitem"),
        "primary",
        ReturnItem.objects.to_handle(),
        "parcel__registered_at",
    )


def _refused_messages() -> Task:
    return Task(
        _("Refused by bol"),
        _("Each says why, and what to do."),
        reverse("admin:connections_outboxmessage_attention"),
        "danger",
        OutboxMessage.objects.failed(),
        "created_at",
    )


def _unknown_outcomes() -> Task:
    return Task(
        _("Outcome unknown"),
        _("Being looked up at bol; nothing is repeated blindly."),
        _list("connections_outboxmessage", state__exact=MessageState.UNCONFIRMED),
        "warning",
        OutboxMessage.objects.unconfirmed(),
        "created_at",
    )


def _slow_messages() -> Task:
    before = timezone.now() - LATE_CONFIRMATION
    return Task(
        _("Under way for more than an hour"),
        _("Waiting for bol, or for their turn."),
        _list("connections_outboxmessage", state__exact=MessageState.PENDING),
        "warning",
        OutboxMessage.objects.open().filter(changed_at__lt=before, connection__in=Connection.objects.live()),
        "changed_at",
    )


def _unread_orders() -> Task:
    return Task(
        _("Orders that cannot be read"),
        _("bol lists them and does not show them; they are tried again."),
        _list("orders_ordertofetch"),
        "danger",
        OrderToFetch.objects.failing(),
        "requested_at",
    )


def _missed_orders() -> Task:
    return Task(
        _("Orders found by the second look only"),
        _("They are here now. Why the first look missed them needs an answer."),
        _list("orders_missedorder"),
        "danger",
        MissedOrder.objects.recent(),
        "found_at",
    )


def _ean_conflicts() -> Task:
    return Task(
        _("EAN conflicts"),
        _("Nothing is sent about these offers until you choose the owner."),
        _list("offers_eanconflict", state__exact=ConflictState.OPEN),
        "danger",
        EanConflict.objects.open(),
        "opened_at",
    )


def _stopped_connections() -> Task:
    return Task(
        _("Connections that stand still"),
        _("Paused by a person or refused by bol."),
        _list("connections_connection", status__exact=Connection.Status.SUSPENDED),
        "danger",
        Connection.objects.exclude(status=Connection.Status.ACTIVE),
        "status_changed_at",
    )


def _subscriptions_in_trouble() -> Task:
    return Task(
        _("Notifications that do not come"),
        _("Everything is polled meanwhile; the page of the connection says what to do."),
        _list("connections_subscription"),
        "warning",
        Subscription.objects.in_trouble(),
        "since",
    )


def _without_operator() -> Task:
    return Task(
        _("Without a valid economic operator"),
        _("bol takes these offers offline."),
        _list("offers_offer", operator="none"),
        "warning",
        without_valid_operator(),
        "created_at",
    )


def _differences() -> Task:
    return Task(
        _("Differences with bol"),
        _("Somebody changed, made or removed offers there."),
        _list("offers_drift", state__exact=Drift.State.OPEN),
        "warning",
        Drift.objects.open(),
        "found_at",
    )


def open_drift(request: HttpRequest) -> str:
    """Return how many differences with bol are undecided, for the navigation; beyond a limit it says "more"."""
    if not request.user.has_perm("offers.view_drift"):
        return "0"
    count = Drift.objects.open().order_by()[: MOST_IN_BADGE + 1].count()
    return f"{MOST_IN_BADGE}+" if count > MOST_IN_BADGE else str(count)


TASKS: list[tuple[str, Callable[[], Task]]] = [
    *(("orders.view_order", partial(_work_list, listed)) for listed in WORK_LISTS.values()),
    ("orders.view_returnitem", _returns_to_handle),
    ("connections.view_outboxmessage", _refused_messages),
    ("connections.view_outboxmessage", _unknown_outcomes),
    ("connections.view_outboxmessage", _slow_messages),
    ("orders.view_ordertofetch", _unread_orders),
    ("orders.view_missedorder", _missed_orders),
    ("offers.view_eanconflict", _ean_conflicts),
    ("offers.view_offer", _without_operator),
    ("connections.view_connection", _stopped_connections),
    ("connections.view_subscription", _subscriptions_in_trouble),
    ("offers.view_drift", _differences),
]


def _connections() -> list[dict[str, Any]]:
    found = list(Connection.objects.prefetch_related("flows"))
    return [
        {
            "name": connection.name,
            "link": reverse("admin:connections_connection_change", args=[connection.pk]),
            "status": connection.get_status_display(),
            "colour": Connection.STATUS_COLOURS[Connection.Status(connection.status)],
            "mode": _("sends to bol") if connection.is_live else _("read only"),
            "flows": [_freshness(flow, connection) for flow in connection.flows.all()],
        }
        for connection in found
    ]


def _freshness(flow: Flow, connection: Connection) -> dict[str, Any]:
    flow.connection = connection
    health, word = flows.health(flow)
    colours = {"fresh": "success", "stale": "danger", "new": "info"}
    age = _age(flow.last_success_at)
    return {
        "name": dict(flows.labels()).get(flow.kind, flow.kind),
        "colour": colours.get(health, "default"),
        "word": word,
        "age": age,
    }


def _age(moment: datetime | None) -> str:
    return age_in_words(moment) if moment else ""


def _list(model: str, **filters: str) -> str:
    address = reverse(f"admin:{model}_changelist")
    return f"{address}?{urlencode(filters)}" if filters else address
