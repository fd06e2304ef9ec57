"""Differences with bol: what was found, and the decisions about it, one or many at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from connections import doorbell
from connections.adminbase import (
    BaseDialogForm,
    ChoicesDropdownFilter,
    ReadOnlyAdmin,
    RelatedDropdownFilter,
    UnfoldAdminSelectWidget,
    action,
    display,
    leave_dialog,
    show_age,
    show_label,
)
from connections.models import Connection
from offers.admin import comparison
from offers.admin.drift_choices import CHOICES, Choice, fitting, form_for
from offers.models import Drift, Reconciliation
from offers.models.drift import DriftKind, PassState
from offers.reconciling import ordering, passes
from offers.reconciling.deciding import TAKE_BACK, decide

# More than a page load can carry: these go to the background, a part at a time.
LARGE = 500
EXAMPLES = 10
LIST = "admin:offers_drift_changelist"


class CompareForm(BaseDialogForm):
    """Which account is compared; all active ones where none is chosen."""

    connection = forms.ModelChoiceField(
        Connection.objects.active(),
        label=_("Connection"),
        required=False,
        empty_label=_("All active connections"),
        widget=UnfoldAdminSelectWidget,
    )


@admin.register(Drift)
class DriftAdmin(ReadOnlyAdmin):
    list_display = [
        "show_kind",
        "ean",
        "show_offer",
        "show_ours",
        "show_theirs",
        "connection",
        "show_state",
        "show_found",
    ]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("connection", RelatedDropdownFilter),
        ("resolution", ChoicesDropdownFilter),
    ]
    list_select_related = ["connection", "offer__product", "resolved_by"]
    search_fields = ["ean", "bol_offer_id", "offer__product__reference"]
    search_help_text = _("EAN, reference or offer ID")
    actions_list = ["compare"]
    actions = list(CHOICES)
    actions_detail = ["unpark"]
    fields = [
        "show_kind",
        "show_offer",
        "ean",
        "bol_offer_id",
        "show_ours",
        "show_theirs",
        "show_found",
        "show_state",
        "reason",
        "resolved_by",
        "resolved_at",
    ]

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        user: Any = request.user
        return bool(user.has_perm("offers.change_drift"))

    def has_unpark_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Only what is parked can be taken back."""
        found = Drift.objects.filter(pk=object_id or 0)
        return self.has_decide_permission(request) and fitting(found, TAKE_BACK).exists()

    # Compare now ------------------------------------------------------------------------------------

    @action(
        description=_("Compare with bol now"),
        permissions=["decide"],
        icon="compare_arrows",
        dialog={
            "title": _("Compare the assortment with bol?"),
            "description": _(
                "Everything bol has is read and compared with what it last confirmed. Nothing is changed at bol."
            ),
            "form_class": CompareForm,
            "form_submit_text": _("Compare"),
        },
    )
    def compare(self, request: HttpRequest, form: CompareForm) -> HttpResponse:
        chosen = form.cleaned_data["connection"]
        for connection in [chosen] if chosen else Connection.objects.active():
            doorbell.ring(connection.pk, passes.FLOW)
        messages.info(request, _("The comparison runs in the background; what it finds appears here."))
        return leave_dialog(reverse(LIST))

    # Decisions --------------------------------------------------------------------------------------

    @action(description=CHOICES["send_ours"].title, permissions=["decide"])
    def send_ours(self, request: HttpRequest, queryset: QuerySet[Drift]) -> TemplateResponse | None:
        return self._ask_or_do(request, queryset, CHOICES["send_ours"])

    @action(description=CHOICES["take_theirs"].title, permissions=["decide"])
    def take_theirs(self, request: HttpRequest, queryset: QuerySet[Drift]) -> TemplateResponse | None:
        return self._ask_or_do(request, queryset, CHOICES["take_theirs"])

    @action(description=CHOICES["leave"].title, permissions=["decide"])
    def leave(self, request: HttpRequest, queryset: QuerySet[Drift]) -> TemplateResponse | None:
        return self._ask_or_do(request, queryset, CHOICES["leave"])

    @action(description=CHOICES["publish_again"].title, permissions=["decide"])
    def publish_again(self, request: HttpRequest, queryset: QuerySet[Drift]) -> TemplateResponse | None:
        return self._ask_or_do(request, queryset, CHOICES["publish_again"])

    @action(description=CHOICES["park"].title, permissions=["decide"])
    def park(self, request: HttpRequest, queryset: QuerySet[Drift]) -> TemplateResponse | None:
        return self._ask_or_do(request, queryset, CHOICES["park"])

    @action(description=CHOICES["take_back"].title, permissions=["decide"])
    def take_back(self, request: HttpRequest, queryset: QuerySet[Drift]) -> TemplateResponse | None:
        return self._ask_or_do(request, queryset, CHOICES["take_back"])

    @action(description=CHOICES["adopt"].title, permissions=["decide"])
    def adopt(self, request: HttpRequest, queryset: QuerySet[Drift]) -> TemplateResponse | None:
        return self._ask_or_do(request, queryset, CHOICES["adopt"])

    @action(description=CHOICES["ignore"].title, permissions=["decide"])
    def ignore(self, request: HttpRequest, queryset: QuerySet[Drift]) -> TemplateResponse | None:
        return self._ask_or_do(request, queryset, CHOICES["ignore"])

    @action(
        description=CHOICES["take_back"].title,
        permissions=["unpark"],
        icon="undo",
        dialog={
            "title": CHOICES["take_back"].title,
            "description": CHOICES["take_back"].effect,
            "form_class": None,
            "form_submit_text": CHOICES["take_back"].title,
        },
    )
    def unpark(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        _do(request, Drift.objects.filter(pk=object_id), CHOICES["take_back"], {})
        return leave_dialog(reverse("admin:offers_drift_change", args=[object_id]))

    def _ask_or_do(
        self, request: HttpRequest, queryset: QuerySet[Drift], choice: Choice
    ) -> TemplateResponse | None:
        chosen = fitting(queryset, choice.name)
        form = form_for(request, choice.name, chosen)
        if "confirmed" not in request.POST or (form and not form.is_valid()):
            return self._ask(request, queryset, chosen, choice, form)
        _do(request, chosen, choice, form.cleaned_data if form else {})
        return None

    def _ask(
        self,
        request: HttpRequest,
        queryset: QuerySet[Drift],
        chosen: QuerySet[Drift],
        choice: Choice,
        form: forms.Form | None,
    ) -> TemplateResponse:
        count = chosen.count()
        context = {
            **self.admin_site.each_context(request),
            "title": choice.title,
            "opts": self.opts,
            "choice": choice,
            "count": count,
            "left_out": queryset.count() - count,
            "examples": [
                (drift, _in_words(drift, drift.ours), _in_words(drift, drift.theirs))
                for drift in chosen[:EXAMPLES]
            ],
            "form": form,
            "selected": request.POST.getlist(helpers.ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across", "0"),
            "action_checkbox_name": helpers.ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "offers/confirm_decision.html", context)

    # Columns ----------------------------------------------------------------------------------------

    @display(description=_("What"), ordering="kind")
    def show_kind(self, drift: Drift) -> str:
        kind = DriftKind(drift.kind)
        return show_label(kind.label, Drift.KIND_COLOURS[kind])

    @display(description=_("Offer"))
    def show_offer(self, drift: Drift) -> SafeString | str:
        if drift.offer is None:
            return str((drift.theirs.get("details") or {}).get("unknown_product_title") or "-")
        address = reverse("admin:offers_offer_change", args=[drift.offer_id])
        return format_html('<a class="underline" href="{}">{}</a>', address, drift.offer.product)

    @display(description=_("Ours"))
    def show_ours(self, drift: Drift) -> str:
        return _in_words(drift, drift.ours)

    @display(description=_("At bol"))
    def show_theirs(self, drift: Drift) -> str:
        return _in_words(drift, drift.theirs)

    @display(description=_("State"), ordering="state")
    def show_state(self, drift: Drift) -> Any:
        return drift.get_resolution_display() or drift.get_state_display()

    @display(description=_("Found"), ordering="found_at")
    def show_found(self, drift: Drift) -> str:
        return show_age(drift.found_at)


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin):
    list_display = ["connection", "show_state", "seen", "show_started", "finished_at"]
    list_filter = [("state", ChoicesDropdownFilter), ("connection", RelatedDropdownFilter)]
    list_select_related = ["connection"]
    fields = ["connection", "show_state", "seen", "started_at", "finished_at"]

    @display(description=_("State"), ordering="state")
    def show_state(self, look: Reconciliation) -> str:
        state = PassState(look.state)
        return show_label(state.label, Reconciliation.STATE_COLOURS[state])

    @display(description=_("Started"), ordering="started_at")
    def show_started(self, look: Reconciliation) -> str:
        return show_age(look.started_at)


def _do(request: HttpRequest, chosen: QuerySet[Drift], choice: Choice, given: Mapping[str, Any]) -> None:
    keys = list(chosen.values_list("pk", flat=True))
    project, reason = given.get("project"), given.get("reason", "")
    if len(keys) > LARGE:
        ordering.order(choice.name, keys, request.user, project, reason)
        messages.info(
            request, _("%(count)d differences are being decided in the background.") % {"count": len(keys)}
        )
        return
    outcome = decide(choice.name, Drift.objects.filter(pk__in=keys), request.user, project, reason)
    if outcome.done or not outcome.refused:
        told = ngettext("%(title)s: %(count)d difference.", "%(title)s: %(count)d differences.", outcome.done)
        messages.success(request, told % {"title": choice.title, "count": outcome.done})
    for drift, refused in outcome.refused[:EXAMPLES]:
        messages.warning(request, f"{drift}: {refused}")


def _in_words(drift: Drift, side: dict[str, Any]) -> str:
    if drift.kind != DriftKind.MADE_ELSEWHERE:
        return comparison.component_in_words(side) or "-"
    shown = {
        "bundle_prices": (side.get("price") or {}).get("bundle_prices"),
        "amount": (side.get("stock") or {}).get("amount"),
    }
    return comparison.component_in_words(shown)
