"""How each kind of traffic is doing: health is freshness."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from connections import flows
from connections.adminbase import ReadOnlyAdmin, RelatedDropdownFilter, display, show_age
from connections.models import Flow


class FlowRow:
    """The columns of a flow, in its own list and on the page of its connection."""

    @display(description=_("Flow"), ordering="kind")
    def show_kind(self, flow: Flow) -> Any:
        return dict(flows.labels()).get(flow.kind, flow.kind)

    @display(description=_("Last success"), ordering="last_success_at")
    def show_success(self, flow: Flow) -> str:
        return show_age(flow.last_success_at)

    @display(
        description=_("Health"),
        label={"fresh": "success", "stale": "danger", "new": "info", "idle": "default"},
    )
    def show_health(self, flow: Flow) -> tuple[str, Any]:
        return flows.health(flow)


@admin.register(Flow)
class FlowAdmin(FlowRow, ReadOnlyAdmin):
    list_display = ["connection", "show_kind", "show_health", "show_success", "failures", "last_error"]
    list_filter = [("connection", RelatedDropdownFilter)]
    list_select_related = ["connection"]
    list_display_links = ["show_kind"]
