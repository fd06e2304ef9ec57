"""Catching up after a gap: started by itself or by hand, followed while it runs, and printed when it is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from connections import recovering
from connections.adminbase import (
    MomentWidget,
    ReadOnlyAdmin,
    RelatedDropdownFilter,
    UnfoldAdminCheckboxSelectMultipleWidget,
    display,
    show_age,
    show_label,
)
from connections.models import Connection, Recovery, RecoveryPhase
from connections.recovery_report import fetched_of, lines_of, make_report

# bol's lists of orders by day reach back three months (Retailer API v10, GET orders).
FURTHEST = timedelta(days=89)
PHASES = [phase for phase in RecoveryPhase if phase is not RecoveryPhase.DONE]


class RecoverForm(forms.Form):
    """Which connections, and since when."""

    connections = forms.ModelMultipleChoiceField(
        label=_("Connections"),
        queryset=Connection.objects.none(),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Paused connections are not listed: resume them, and they catch up by themselves."),
    )
    since = forms.DateTimeField(
        label=_("Everything since"),
        widget=MomentWidget,
        help_text=_("At most three months ago: bol lists orders no further back."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["connections"].queryset = Connection.objects.active()  # type: ignore[attr-defined]

    def clean_since(self) -> Any:
        since = self.cleaned_data["since"]
        if since > timezone.now():
            raise ValidationError(gettext("This moment is still to come: choose one that has passed."))
        if since < timezone.now() - FURTHEST:
            raise ValidationError(
                gettext("bol lists orders of the last three months only: choose a later day.")
            )
        return since


@admin.register(Recovery)
class RecoveryAdmin(ReadOnlyAdmin):
    list_display = ["connection", "show_phase", "show_since", "show_began", "show_took", "begun_by"]
    list_filter: list[Any] = [("connection", RelatedDropdownFilter)]
    list_select_related = ["connection", "begun_by"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("connections.change_connection"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for connections and a moment, and have them catch up."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = RecoverForm(request.POST or None, initial=_initial(request))
        if request.method == "POST" and form.is_valid():
            return self._begin(request, form.cleaned_data)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Recover"),
            "form": form,
        }
        return TemplateResponse(request, "admin/connections/recovery/begin.html", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show how far it is, and what it has come to."""
        recovery = get_object_or_404(Recovery.objects.select_related("connection", "begun_by"), pk=object_id)
        if not self.has_view_permission(request, recovery):
            raise PermissionDenied
        report = recovery.report or make_report(recovery)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Recovery of %(connection)s") % {"connection": recovery.connection},
            "recovery": recovery,
            "steps": _steps(recovery),
            "is_moving": recovery.ended_at is None,
            "fetched": fetched_of(report),
            "lines": lines_of(report),
            "needs_a_person": sum(line["needs_a_person"] for line in report["told"].values()),
        }
        return TemplateResponse(request, "admin/connections/recovery/recovery.html", context)

    def _begin(self, request: HttpRequest, wanted: dict[str, Any]) -> HttpResponse:
        begun = [
            recovering.begin(connection, wanted["since"], by=request.user)
            for connection in wanted["connections"]
        ]
        text = ngettext(
            "%(count)d connection catches up now: orders first, then stock, then parcels, then the rest.",
            "%(count)d connections catch up now: orders first, then stock, then parcels, then the rest.",
            len(begun),
        )
        messages.success(request, text % {"count": len(begun)})
        if len(begun) == 1:
            return HttpResponseRedirect(reverse("admin:connections_recovery_change", args=[begun[0].pk]))
        return HttpResponseRedirect(reverse("admin:connections_recovery_changelist"))

    @display(description=_("State"), ordering="phase")
    def show_phase(self, recovery: Recovery) -> str:
        phase = RecoveryPhase(recovery.phase)
        return show_label(phase.label, Recovery.PHASE_COLOURS.get(phase, "info"))

    @display(description=_("Out of touch since"), ordering="since")
    def show_since(self, recovery: Recovery) -> str:
        return show_age(recovery.since)

    @display(description=_("Began"), ordering="began_at")
    def show_began(self, recovery: Recovery) -> str:
        return show_age(recovery.began_at)

    @display(description=_("Took"))
    def show_took(self, recovery: Recovery) -> str:
        if recovery.ended_at is None:
            return gettext("under way")
        minutes = round((recovery.ended_at - recovery.began_at).total_seconds() / 60)
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


def _initial(request: HttpRequest) -> dict[str, Any]:
    yesterday = timezone.localtime() - timedelta(days=1)
    return {
        "connections": request.GET.getlist("connection"),
        "since": yesterday.strftime("%Y-%m-%dT%H:%M"),
    }


def _steps(recovery: Recovery) -> list[dict[str, Any]]:
    """Return the phases in order, each with whether it is over or under way."""
    reached = list(RecoveryPhase).index(RecoveryPhase(recovery.phase))
    return [
        {"label": phase.label, "is_over": index < reached, "is_now": index == reached}
        for index, phase in enumerate(PHASES)
    ]
