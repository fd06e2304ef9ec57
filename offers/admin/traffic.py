"""The traffic page, and the list of confirmed values behind it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from connections.adminbase import (
    ChoicesDropdownFilter,
    ReadOnlyAdmin,
    RelatedDropdownFilter,
    display,
    show_age,
)
from connections.models import Connection
from offers import traffic
from offers.admin.searching import by_ean_or_words
from offers.models import ConfirmedValue, Sense
from offers.traffic import Figures, Traffic

OPTIONS = json.dumps(
    {
        "maintainAspectRatio": False,
        "scales": {
            "y": {"beginAtZero": True, "stacked": True, "ticks": {"precision": 0}},
            "x": {"stacked": True, "grid": {"display": False}},
        },
    }
)


@admin.register(ConfirmedValue)
class ConfirmedValueAdmin(ReadOnlyAdmin):
    list_display = ["show_when", "show_ean", "component", "value", "show_sense", "show_source"]
    list_filter = [
        ("sense", ChoicesDropdownFilter),
        ("offer__project__connection", RelatedDropdownFilter),
    ]
    list_select_related = ["offer__product", "offer__project", "by"]
    search_fields = ["offer__product__ean"]
    search_help_text = gettext_lazy("EAN (with or without leading zeros), reference or title")
    fields = ["offer", "component", "value", "show_sense", "show_source", "show_when"]
    readonly_fields = ["show_sense", "show_source", "show_when"]
    list_display_links = ["show_ean"]

    def get_urls(self) -> list[Any]:
        page = path("traffic/", self.admin_site.admin_view(self.traffic_view), name="offers_traffic")
        return [page, *super().get_urls()]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return queryset.filter(by_ean_or_words(search_term, "offer__product__")), False

    @method_decorator(require_safe)
    def traffic_view(self, request: HttpRequest) -> HttpResponse:
        """Show what the traffic about offers is made of."""
        if not request.user.has_perm("offers.view_offer"):
            raise PermissionDenied
        connections = list(Connection.objects.order_by("name"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Traffic"),
            "chart": _chart(connections),
            "chart_options": OPTIONS,
            "connections": [_show(traffic.traffic_of(connection)) for connection in connections],
        }
        return TemplateResponse(request, "admin/offers/traffic.html", context)

    @display(description=gettext_lazy("Confirmed"), ordering="id")
    def show_when(self, row: ConfirmedValue) -> str:
        return show_age(row.at)

    @display(description=gettext_lazy("EAN"))
    def show_ean(self, row: ConfirmedValue) -> str:
        return row.offer.product.ean

    @display(
        description=gettext_lazy("Effect"),
        label={Sense.CHANGED: "success", Sense.REPEATED: "info", Sense.NOTHING: "danger"},
        ordering="sense",
    )
    def show_sense(self, row: ConfirmedValue) -> tuple[str, Any]:
        return row.sense, row.get_sense_display()

    @display(description=gettext_lazy("Source"))
    def show_source(self, row: ConfirmedValue) -> str:
        return row.told_by or _("the back office itself")


def _chart(connections: list[Connection]) -> str:
    hours = traffic.requests_per_hour(connections)
    return json.dumps(
        {
            "labels": [localtime(begin).strftime("%H:%M") for begin, _all, _slowed in hours],
            "datasets": [
                {
                    "label": _("Answered"),
                    "data": [every - slowed for _begin, every, slowed in hours],
                    "backgroundColor": "var(--color-primary-600)",
                },
                {
                    "label": _("Too many requests (429)"),
                    "data": [slowed for _begin, _all, slowed in hours],
                    "backgroundColor": "#dc2626",
                },
            ],
        }
    )


def _show(found: Traffic) -> dict[str, Any]:
    return {
        "name": str(found.connection),
        "totals": _totals(found),
        "kinds": _kinds(found),
        "most_updated": [(ean, count, _offers_with(ean)) for ean, count in found.most_updated],
        "quarrels": [
            {
                "ean": quarrel.offer.product.ean,
                "link": reverse("admin:offers_offer_change", args=[quarrel.offer.pk]),
                "words": quarrel.in_words,
                "age": show_age(quarrel.last_at),
            }
            for quarrel in found.quarrels
        ],
    }


def _totals(found: Traffic) -> list[tuple[str, str, str, bool]]:
    """Return name, value of the day, value of the week, and whether the latter is no good."""
    rows: list[tuple[str, Callable[[Figures], str], bool]] = [
        (_("Requests about offers"), lambda figures: str(figures.requests), False),
        (_("Requests per offer"), lambda figures: _number(figures.per_offer), False),
        (_("Slowed down by bol (429)"), lambda figures: _share(figures.slowed_share), False),
        (_("Values confirmed by bol"), lambda figures: str(figures.confirmed), False),
        (_("… sent again because bol's state was in doubt"), lambda figures: str(figures.repeated), False),
        (_("… that changed nothing"), _for_nothing, bool(found.week.for_nothing)),
    ]
    return [(name, value(found.day), value(found.week), is_bad) for name, value, is_bad in rows]


def _kinds(found: Traffic) -> list[tuple[Any, int, int]]:
    return [
        (traffic.label_of(kind), found.day.by_kind[kind], count)
        for kind, count in found.week.by_kind.items()
        if count
    ]


def _for_nothing(figures: Figures) -> str:
    return f"{figures.for_nothing} ({_share(figures.for_nothing_share)})"


def _number(number: float | None) -> str:
    return "-" if number is None else f"{number:g}"


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share * 100:.2f} %"


def _offers_with(ean: str) -> str:
    return f"{reverse('admin:offers_offer_changelist')}?q={ean}"
