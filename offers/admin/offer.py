"""The pages of offers: what we want, what bol has, and what was said about it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from connections.adminbase import (
    ChoicesDropdownFilter,
    ModelAdmin,
    RelatedDropdownFilter,
    display,
    show_age,
    show_label,
)
from connections.models import OutboxMessage
from connections.timeline import show_timeline
from offers import services
from offers.admin import comparison, reasons
from offers.admin.actions import OfferActions
from offers.admin.conflict_actions import ConflictActions
from offers.admin.exporting import AssortmentExport
from offers.admin.forms import NewOfferForm, OfferForm
from offers.admin.operators import OperatorFilter
from offers.admin.parking import ParkingPanel
from offers.admin.searching import by_ean_or_words
from offers.explaining import explain
from offers.history import volume_prices_in_words
from offers.models import WANTED_FIELDS, Offer
from offers.state import price_text


@admin.register(Offer)
class OfferAdmin(OfferActions, ConflictActions, AssortmentExport, ParkingPanel, ModelAdmin):
    actions = [*OfferActions.actions, "check_conflicts"]
    actions_list = ["look_everywhere", "export_csv", "export_xlsx"]
    form = OfferForm
    add_form = NewOfferForm
    list_display = [
        "show_ean",
        "show_title",
        "show_project",
        "condition",
        "show_price",
        "stock",
        "show_status",
        "show_hold",
        "show_difference",
        "show_confirmed",
    ]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("project", RelatedDropdownFilter),
        ("project__connection", RelatedDropdownFilter),
        "on_hold",
        ("fulfilment_method", ChoicesDropdownFilter),
        OperatorFilter,
        reasons.ReasonFilter,
    ]
    list_select_related = ["product", "project__connection"]
    search_fields = ["product__ean", "product__reference", "product__title"]
    search_help_text = _("EAN (with or without leading zeros), reference or title")
    autocomplete_fields = ["product"]
    readonly_fields = [
        "project",
        "product",
        "show_condition",
        "show_volume_prices",
        "show_status",
        "show_conflict",
        "show_parking",
        "show_hold",
        "refusal",
        "offer_id",
        "show_confirmed",
        "show_comparison",
        "show_reasons",
        "show_timeline",
    ]
    fieldsets = [
        (None, {"fields": [("product", "project", "show_condition")]}),
        (
            _("What we want"),
            {
                "fields": [
                    ("price", "stock", "on_hold"),
                    "volume_prices",
                    "show_hold",
                    ("fulfilment_method", "delivery_code", "countries"),
                    ("reference_code", "unknown_product_title"),
                    ("delivery_profile_id", "economic_operator_id"),
                ]
            },
        ),
        (
            _("What bol has"),
            {
                "fields": [
                    ("show_status", "show_confirmed", "offer_id"),
                    "show_conflict",
                    "show_parking",
                    "refusal",
                    "show_comparison",
                ]
            },
        ),
        (_("Why it is not for sale"), {"fields": ["show_reasons"]}),
        (_("What happened"), {"fields": ["show_timeline"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["project", "product", ("price", "stock"), "on_hold", "volume_prices"]}),
        (_("Condition"), {"fields": ["condition", "condition_comment", "is_margin_good"]}),
    ]

    # Pages -------------------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Offer | None = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        (name, first), *rest = super().get_fieldsets(request, obj)
        if not obj.stays_gone:
            rest = [_without(section, "show_parking") for section in rest]
        if obj.for_sale is not False and not obj.reasons:
            rest = [section for section in rest if "show_reasons" not in section[1]["fields"]]
        if not self.has_change_permission(request, obj):
            return [(name, first), *(_for_reading(fieldset) for fieldset in rest)]
        return [(name, {**first, "fields": [*first["fields"], "seen"]}), *rest]

    def get_readonly_fields(self, request: HttpRequest, obj: Offer | None = None) -> Any:
        return super().get_readonly_fields(request, obj) if obj else []

    def get_form(self, request: HttpRequest, obj: Offer | None = None, **kwargs: Any) -> Any:
        return super().get_form(request, obj, **kwargs if obj else {"form": self.add_form, **kwargs})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Offer]:
        return super().get_queryset(request).with_all()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Offer], search_term: str
    ) -> tuple[QuerySet[Offer], bool]:
        return queryset.filter(by_ean_or_words(search_term, "product__")), False

    def has_delete_permission(self, request: HttpRequest, obj: Offer | None = None) -> bool:
        """Only what bol never heard of can be removed here; nothing is deleted at bol by the way."""
        if obj is None or not services.is_unknown_to_bol(obj):
            return False
        return super().has_delete_permission(request, obj)

    # Changes go through the services, which also write the history ----------------------------------

    def save_model(self, request: HttpRequest, obj: Offer, form: Any, change: bool) -> None:
        if not change:
            services.create_offers([obj], request.user)
            return
        wanted = {field: form.cleaned_data[field] for field in form.changed_data if field in WANTED_FIELDS}
        services.change_offer(obj, request.user, **wanted)

    def delete_model(self, request: HttpRequest, obj: Offer) -> None:
        services.discard(obj)

    def log_addition(self, request: HttpRequest, obj: Offer, message: Any) -> None:
        """Written by the service."""

    def log_change(self, request: HttpRequest, obj: Offer, message: Any) -> None:
        """Written by the service."""

    # Columns -----------------------------------------------------------------------------------------

    @display(description=_("EAN"), ordering="product__ean")
    def show_ean(self, offer: Offer) -> str:
        return offer.product.ean

    @display(description=_("Title"), ordering="product__title")
    def show_title(self, offer: Offer) -> str:
        return offer.product.title or offer.product.reference

    @display(description=_("Project"), ordering="project__name")
    def show_project(self, offer: Offer) -> SafeString:
        address = reverse("admin:offers_project_change", args=[offer.project_id])
        return format_html('<a href="{}">{}</a>', address, offer.project)

    @display(description=_("Condition"))
    def show_condition(self, offer: Offer) -> str:
        margin = _("margin scheme") if offer.is_margin_good else ""
        said = [offer.get_condition_display(), offer.condition_comment, str(margin)]
        return ", ".join(part for part in said if part)

    @display(description=_("Volume prices"))
    def show_volume_prices(self, offer: Offer) -> str:
        return volume_prices_in_words(offer.volume_prices)

    @display(description=_("Price"), ordering="price")
    def show_price(self, offer: Offer) -> str:
        return price_text(offer.price)

    @display(description=_("Status"), ordering="status")
    def show_status(self, offer: Offer) -> str:
        status = Offer.Status(offer.status)
        return show_label(status.label, Offer.STATUS_COLOURS[status])

    @display(description=_("Why on hold"), ordering="hold_until")
    def show_hold(self, offer: Offer) -> str:
        return comparison.hold_in_words(offer)

    @display(description=_("What differs"))
    def show_difference(self, offer: Offer) -> str:
        """Return what bol has otherwise, and why, for who points at it."""
        return comparison.hint(offer)

    @display(description=_("Confirmed"), ordering="known_at")
    def show_confirmed(self, offer: Offer) -> SafeString | str:
        return show_age(offer.known_at)

    # Panels ------------------------------------------------------------------------------------------

    @display(description=_("Side by side"))
    def show_comparison(self, offer: Offer) -> str:
        context = {
            "offer": offer,
            "explanation": explain(offer),
            "rows": comparison.rows(offer),
            "at_bol": comparison.at_bol(offer),
            "wanted_age": show_age(offer.changed_at),
            "known_age": show_age(offer.known_at),
            "observed_age": show_age(offer.observed_at),
        }
        return render_to_string("offers/comparison.html", context)

    @display(description=_("bol's reasons"))
    def show_reasons(self, offer: Offer) -> str:
        return reasons.panel(offer)

    @display(description="")
    def show_timeline(self, offer: Offer) -> str:
        said = OutboxMessage.objects.filter(subject=offer.subject)
        everything = reverse("admin:connections_outboxmessage_changelist", query={"q": offer.subject})
        return show_timeline(offer, said, more=everything)


def _without(fieldset: Any, name: str) -> Any:
    title, options = fieldset
    return title, {**options, "fields": [field for field in options["fields"] if field != name]}


def _for_reading(fieldset: Any) -> Any:
    """Show volume prices in words to who may not change them: the field itself would show as data."""
    name, options = fieldset
    shown = ["show_volume_prices" if field == "volume_prices" else field for field in options["fields"]]
    return name, {**options, "fields": shown}
