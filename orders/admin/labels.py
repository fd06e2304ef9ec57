"""Shipping labels: what was bought, what has to be printed, and those of which a person has to say how it ended."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from connections.adminbase import (
    BaseDialogForm,
    ChoicesDropdownFilter,
    ReadOnlyAdmin,
    RelatedDropdownFilter,
    TabularInline,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    action,
    display,
    leave_dialog,
    show_age,
    show_label,
)
from orders import transporters
from orders.admin.buying import BuyLabelsPage
from orders.admin.paper import MOST_ON_PAPER, send_paper
from orders.labels.printing import merge_labels
from orders.labels.services import settle_as_bought, settle_as_not_bought, ship_with_labels
from orders.models import LabelState, ShippingLabel, ShippingLabelLine


class LabelLineInline(TabularInline):
    """What the label was bought for."""

    model = ShippingLabelLine
    fields = readonly_fields = ["item", "quantity"]
    extra = 0
    can_delete = False
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class FoundLabelForm(BaseDialogForm):
    """The label as it stands in bol's own screens."""

    transporter_code = forms.ChoiceField(
        label=_("Transporter"), choices=transporters.choices, widget=UnfoldAdminSelectWidget
    )
    track_and_trace = forms.CharField(
        label=_("Track and trace"), max_length=100, widget=UnfoldAdminTextInputWidget
    )


class PrintedFilter(admin.SimpleListFilter):
    """By what is to be done with a label."""

    title = _("to do")
    parameter_name = "to_do"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("print", _("To print")), ("ship", _("To ship")), ("settle", _("To be settled by hand"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ShippingLabel]) -> QuerySet[ShippingLabel]:
        match self.value():
            case "print":
                return queryset.printable().filter(printed_at=None)  # type: ignore[attr-defined]
            case "ship":
                return queryset.unused().filter(state=LabelState.READY)  # type: ignore[attr-defined]
            case "settle":
                return queryset.filter(state=LabelState.UNKNOWN)
        return queryset


@admin.register(ShippingLabel)
class ShippingLabelAdmin(ReadOnlyAdmin):
    list_display = [
        "show_label",
        "show_order",
        "price",
        "track_and_trace",
        "show_hand_over",
        "show_state",
        "show_printed",
        "show_shipment",
    ]
    list_filter = [
        PrintedFilter,
        ("state", ChoicesDropdownFilter),
        ("order__connection", RelatedDropdownFilter),
    ]
    list_select_related = ["order", "shipment"]
    search_fields = ["track_and_trace__exact", "order__order_id__exact", "shipping_label_id__exact"]
    search_help_text = _("Order or track and trace")
    fieldsets = [
        (
            None,
            {"fields": [("show_label", "show_order"), ("show_state", "reason"), ("price", "highest_price")]},
        ),
        (
            _("Transport"),
            {"fields": [("transporter_code", "track_and_trace"), ("show_hand_over", "show_shipment")]},
        ),
        (
            _("History"),
            {"fields": [("created_at", "created_by"), ("bought_at", "printed_at"), "shipping_label_id"]},
        ),
    ]
    readonly_fields = ["show_label", "show_order", "show_state", "show_hand_over", "show_shipment"]
    inlines = [LabelLineInline]
    actions = ["print_labels", "ship"]
    actions_detail = ["print_one", "say_bought", "say_not_bought"]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.show_buy)
        return [path("buy/", view, name="orders_shippinglabel_buy"), *super().get_urls()]

    def show_buy(self, request: HttpRequest) -> HttpResponse:
        return BuyLabelsPage(self, request).answer()

    # Permissions -----------------------------------------------------------------------------------

    def has_buy_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("orders.buy_shippinglabel")

    def has_ship_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("orders.change_order")

    def has_settle_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        unknown = ShippingLabel.objects.filter(pk=object_id or 0, state=LabelState.UNKNOWN)
        return self.has_buy_permission(request) and unknown.exists()

    # Actions ---------------------------------------------------------------------------------------

    @action(description=_("Print labels"), permissions=["view"])
    def print_labels(self, request: HttpRequest, queryset: QuerySet[ShippingLabel]) -> HttpResponse | None:
        printable = queryset.printable().order_by("pk")  # type: ignore[attr-defined]
        return self._print(request, printable[: MOST_ON_PAPER + 1], queryset.count())

    @action(
        description=_("Print"),
        permissions=["view"],
        icon="print",
        url_path="print",
        attrs={"target": "_blank"},
    )
    def print_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        label = get_object_or_404(ShippingLabel.objects.printable(), pk=object_id)
        return send_paper(merge_labels([label]), f"label-{label.track_and_trace}", "inline")

    def _print(
        self, request: HttpRequest, labels: QuerySet[ShippingLabel], chosen: int
    ) -> HttpResponse | None:
        found = list(labels.select_related("document"))
        if not found or len(found) > MOST_ON_PAPER:
            messages.error(
                request,
                _("None of these labels is ready to print.")
                if not found
                else _("Choose at most %d labels at a time.") % MOST_ON_PAPER,
            )
            return None
        if len(found) < chosen:
            text = ngettext(
                "%d label is not ready to print.", "%d labels are not ready to print.", chosen - len(found)
            )
            messages.warning(request, text % (chosen - len(found)))
        name = f"labels-{timezone.localtime():%Y-%m-%d-%H%M}"
        return send_paper(merge_labels(found), name, "attachment")

    @action(description=_("Mark shipped with these labels"), permissions=["ship"])
    def ship(self, request: HttpRequest, queryset: QuerySet[ShippingLabel]) -> None:
        done = ship_with_labels(list(queryset.prefetch_related("lines").order_by("pk")), by=request.user)
        count = len(done.shipments)
        if count:
            text = ngettext("%d parcel is marked shipped.", "%d parcels are marked shipped.", count)
            messages.success(request, text % count)
        for refusal in done.refusals[:10]:
            messages.error(request, f"{refusal.parcel.track_and_trace}: {refusal.reason}")

    @action(
        description=_("It was bought"),
        permissions=["settle"],
        icon="check",
        dialog={
            "title": _("You saw the label at bol?"),
            "description": _("Copy its track and trace code; the parcel can be shipped with it."),
            "form_class": FoundLabelForm,
            "form_submit_text": _("It was bought"),
        },
    )
    def say_bought(self, request: HttpRequest, form: FoundLabelForm, object_id: str) -> HttpResponse:
        label = get_object_or_404(ShippingLabel, pk=object_id)
        code, track_and_trace = form.cleaned_data["transporter_code"], form.cleaned_data["track_and_trace"]
        return self._settle(
            request, label, lambda: settle_as_bought(label, code, track_and_trace, by=request.user)
        )

    @action(
        description=_("It was not bought"),
        permissions=["settle"],
        icon="close",
        dialog={
            "title": _("There is no such label at bol?"),
            "description": _(
                "Look at your labels in bol's own screens first. Afterwards another one can be bought."
            ),
            "form_class": None,
            "form_submit_text": _("It was not bought"),
        },
    )
    def say_not_bought(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        label = get_object_or_404(ShippingLabel, pk=object_id)
        return self._settle(request, label, lambda: settle_as_not_bought(label, by=request.user))

    def _settle(self, request: HttpRequest, label: ShippingLabel, settle: Any) -> HttpResponse:
        try:
            settle()
        except ValueError:
            messages.error(request, _("This is known already, or still being found out."))
        else:
            messages.success(request, _("Noted."))
        return leave_dialog(reverse("admin:orders_shippinglabel_change", args=[label.pk]))

    # Columns ---------------------------------------------------------------------------------------

    @display(description=_("Label"), ordering="name")
    def show_label(self, label: ShippingLabel) -> str:
        return str(label)

    @display(description=_("Order"), ordering="order__order_id")
    def show_order(self, label: ShippingLabel) -> SafeString:
        address = reverse("admin:orders_order_change", args=[label.order_id])
        return format_html('<a class="underline" href="{}">{}</a>', address, label.order)

    @display(description=_("Hand over before"), ordering="hand_over_before")
    def show_hand_over(self, label: ShippingLabel) -> str:
        moment = label.hand_over_before
        return formats.date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT") if moment else ""

    @display(description=_("State"), ordering="state")
    def show_state(self, label: ShippingLabel) -> str:
        state = ShippingLabel.State(label.state)
        return show_label(state.label, ShippingLabel.STATE_COLOURS[state])

    @display(description=_("Printed"), ordering="printed_at")
    def show_printed(self, label: ShippingLabel) -> str:
        return show_age(label.printed_at) if label.printed_at else ""

    @display(description=_("Shipment"))
    def show_shipment(self, label: ShippingLabel) -> SafeString | str:
        if label.shipment is None:
            return ""
        address = reverse("admin:orders_shipment_change", args=[label.shipment_id])
        return format_html('<a class="underline" href="{}">{}</a>', address, label.shipment)
