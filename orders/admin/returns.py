"""Returns: what waits for a word of ours, and the story of each."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connections.adminbase import (
    ChoicesDropdownFilter,
    ReadOnlyAdmin,
    RelatedDropdownFilter,
    TabularInline,
    action,
    display,
    show_age,
    show_label,
)
from orders.admin.handling import MOST, HandleReturnsPage
from orders.models import HandlingResult, OrderItem, Return, ReturnCreation, ReturnHandling, ReturnItem
from orders.models.returned import STATE_COLOURS, UNSETTLED, CommandState
from orders.queries import search_returns


class ToHandleFilter(admin.SimpleListFilter):
    """What waits for a word of ours, unless one asks for something else."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("open", _("To handle")),
            ("told", _("bol is being told")),
            ("refused", _("Refused by bol")),
            ("handled", _("Handled")),
            ("all", _("All")),
        ]

    def choices(self, changelist: Any) -> Any:
        for value, title in self.lookup_choices:
            yield {
                "selected": (self.value() or "open") == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[ReturnItem]) -> QuerySet[ReturnItem]:
        wanted = self.value() or "open"
        if wanted == "all":
            return queryset
        if wanted == "handled":
            return queryset.filter(is_handled=True)
        if wanted == "open":
            return queryset.to_handle()  # type: ignore[attr-defined]
        states = UNSETTLED if wanted == "told" else [CommandState.REFUSED]
        return queryset.filter(
            pk__in=ReturnHandling.objects.filter(state__in=states, item__is_handled=False).values("item")
        )


class HandlingInline(TabularInline):
    """What we said became of it, newest first."""

    model = ReturnHandling
    fields = readonly_fields = [
        "handling_result",
        "quantity",
        "created_at",
        "created_by",
        "show_state",
        "answer",
    ]
    extra = 0
    can_delete = False
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("State"))
    def show_state(self, handling: ReturnHandling) -> str:
        return show_command_state(handling.state)


@admin.register(ReturnItem)
class ReturnItemAdmin(ReadOnlyAdmin):
    list_display = [
        "show_article",
        "show_registered",
        "show_order",
        "show_reason",
        "show_parcel",
        "show_state",
        "show_connection",
    ]
    list_filter = [
        ToHandleFilter,
        ("parcel__connection", RelatedDropdownFilter),
        ("parcel__fulfilment_method", ChoicesDropdownFilter),
    ]
    list_select_related = ["parcel__connection", "order_item"]
    search_fields = ["rma_id"]  # what is really searched: search_returns
    search_help_text = _("Order, return, RMA, EAN or track and trace")
    ordering = ["-id"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("show_article", "show_order"),
                    ("rma_id", "show_return_id"),
                    ("show_state", "show_registered"),
                    ("show_reason", "customer_comments"),
                    ("show_parcel", "show_connection"),
                ]
            },
        ),
        (_("At bol"), {"fields": ["show_results"]}),
    ]
    readonly_fields = [
        "show_article",
        "show_order",
        "show_return_id",
        "show_state",
        "show_registered",
        "show_reason",
        "show_parcel",
        "show_connection",
        "show_results",
    ]
    inlines = [HandlingInline]
    actions = ["handle"]
    actions_detail = ["open_handle"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReturnItem]:
        return super().get_queryset(request).prefetch_related("handlings")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ReturnItem], search_term: str
    ) -> tuple[QuerySet[ReturnItem], bool]:
        term = search_term.strip()
        return (search_returns(queryset, term) if term else queryset), False

    # Handling --------------------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.show_handle)
        return [path("handle/", view, name="orders_returnitem_handle"), *super().get_urls()]

    def has_handle_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("orders.change_returnitem")

    @action(description=_("Say what became of them"), permissions=["handle"])
    def handle(self, request: HttpRequest, queryset: QuerySet[ReturnItem]) -> HttpResponse | None:
        return HandleReturnsPage(self, request).open(queryset.values_list("pk", flat=True)[: MOST + 1])

    @action(
        description=_("Say what became of it"), permissions=["handle"], icon="undo", url_path="open-handle"
    )
    def open_handle(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect(reverse("admin:orders_returnitem_handle", query={"item": object_id}))

    def show_handle(self, request: HttpRequest) -> HttpResponse:
        return HandleReturnsPage(self, request).answer()

    # Columns ---------------------------------------------------------------------------------------

    @display(description=_("Article"), ordering="title")
    def show_article(self, item: ReturnItem) -> str:
        return str(item)

    @display(description=_("Registered"), ordering="parcel__registered_at")
    def show_registered(self, item: ReturnItem) -> str:
        return show_age(item.parcel.registered_at)

    @display(description=_("Return"))
    def show_return_id(self, item: ReturnItem) -> str:
        return item.parcel.return_id

    @display(description=_("Order"), ordering="order_id")
    def show_order(self, item: ReturnItem) -> SafeString | str:
        if item.order_item is None:
            return item.order_id
        address = reverse("admin:orders_order_change", args=[item.order_item.order_id])
        return format_html('<a class="underline" href="{}">{}</a>', address, item.order_id)

    @display(description=_("Why"))
    def show_reason(self, item: ReturnItem) -> str:
        return " · ".join(filter(None, [item.main_reason, item.detailed_reason]))

    @display(description=_("Parcel"))
    def show_parcel(self, item: ReturnItem) -> str:
        return " ".join(filter(None, [item.parcel.transporter_name, item.parcel.track_and_trace]))

    @display(description=_("Connection"), ordering="parcel__connection")
    def show_connection(self, item: ReturnItem) -> str:
        return str(item.parcel.connection)

    @display(description=_("State"))
    def show_state(self, item: ReturnItem) -> str:
        newest = next(iter(item.handlings.all()), None)
        if newest and newest.state in [*UNSETTLED, CommandState.REFUSED]:
            return show_command_state(newest.state)
        if item.is_handled:
            return show_label(_("Handled"), "success")
        if item.parcel.fulfilment_method != "FBR":
            return show_label(_("bol handles it"), "default")
        return show_label(_("To handle"), "warning")

    @display(description=_("What bol knows became of it"))
    def show_results(self, item: ReturnItem) -> SafeString | str:
        lines = [(result.get("quantity"), result_in_words(result)) for result in item.results]
        return format_html_join("", "{} × {}<br>", lines) or gettext("Nothing yet.")  # noqa: RUF001


def show_command_state(state: str) -> str:
    """Return what bol knows of something we told it about a return, as a label."""
    known = CommandState(state)
    return show_label(known.label, STATE_COLOURS[known])


def result_in_words(result: dict[str, Any]) -> str:
    """Return one of bol's processing results in words; what nobody knows is shown as bol says it."""
    code = str(result.get("handlingResult") or "")
    words = str(dict(HandlingResult.choices).get(code, code))
    if result.get("processingResult") == "CANCELLED":
        return gettext("%(result)s (bol cancelled it)") % {"result": words}
    return words


def show_returns(order_items: QuerySet[OrderItem]) -> SafeString | str:
    """Return what came back of these order items, and what we created, each with its state and a link."""
    came = ReturnItem.objects.filter(order_item__in=order_items).select_related("parcel")
    rows = [
        (
            reverse("admin:orders_returnitem_change", args=[item.pk]),
            str(item),
            show_age(item.parcel.registered_at),
            ", ".join(map(result_in_words, item.results)) or gettext("to be handled"),
        )
        for item in came
    ]
    listed = set(came.values_list("parcel__return_id", flat=True))
    made = ReturnCreation.objects.filter(order_item__in=order_items).exclude(return_id__in=listed)
    told = [(str(creation), show_command_state(creation.state), creation.answer) for creation in made]
    return format_html(
        "{}{}",
        format_html_join("", '<p><a class="underline" href="{}">{}</a> · {} · {}</p>', rows),
        format_html_join("", "<p>{} {} {}</p>", told),
    )


@admin.register(Return)
class ReturnAdmin(ReadOnlyAdmin):
    """A parcel that comes back, with the customer who sends it."""

    list_display = ["return_id", "connection", "track_and_trace", "registered_at"]
    search_fields = ["return_id__exact", "track_and_trace__exact"]
    list_select_related = ["connection"]
    fields = ["return_id", "connection", "registered_at", "track_and_trace", "transporter_name", "read_at"]
