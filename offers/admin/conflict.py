"""EAN conflicts: what waits for a decision, the claimants side by side, and the choice of an owner."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.adminbase import (
    ChoicesDropdownFilter,
    ReadOnlyAdmin,
    RelatedDropdownFilter,
    action,
    display,
    leave_dialog,
    show_age,
    show_label,
)
from offers.admin.claims import compare
from offers.admin.conflict_actions import LOOK_EVERYWHERE, look_everywhere, open_conflicts
from offers.deciding import CannotDecide, decide, undo
from offers.models import EanConflict, Offer
from offers.models.conflict import MAX_REASON, ConflictState


@admin.register(EanConflict)
class EanConflictAdmin(ReadOnlyAdmin):
    list_display = [
        "ean",
        "condition",
        "connection",
        "show_state",
        "show_claimants",
        "show_found",
        "found_by",
        "owner",
        "decided_by",
    ]
    list_filter = [("state", ChoicesDropdownFilter), ("connection", RelatedDropdownFilter)]
    list_select_related = ["connection", "owner__product", "decided_by"]
    search_fields = ["ean", "members__offer__product__reference"]
    search_help_text = gettext_lazy("EAN or reference")
    actions_list = ["look_everywhere"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[EanConflict]:
        return super().get_queryset(request).annotate(claimants=Count("members"))

    def get_urls(self) -> list[Any]:
        own = [
            path(
                f"<int:conflict_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"offers_eanconflict_{name}",
            )
            for name, view in [("decide", self.decide_view), ("undo", self.undo_view)]
        ]
        return [*own, *super().get_urls()]

    def has_look_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("offers.change_offer")

    @action(description=LOOK_EVERYWHERE["title"], permissions=["look"], icon="search", dialog=LOOK_EVERYWHERE)
    def look_everywhere(self, request: HttpRequest, form: Any) -> HttpResponse:
        look_everywhere(request)
        return leave_dialog(open_conflicts())

    # The page of a conflict ----------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = EanConflict.objects.select_related("connection", "owner__product", "owner__project")
        conflict = get_object_or_404(found.select_related("decided_by"), pk=object_id)
        if not self.has_view_permission(request, conflict):
            raise PermissionDenied
        offers = Offer.objects.with_all().filter(conflict_members__conflict=conflict).order_by("pk")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("EAN conflict %(ean)s") % {"ean": conflict.ean},
            "conflict": conflict,
            "state": show_label(
                conflict.get_state_display(), EanConflict.STATE_COLOURS[ConflictState(conflict.state)]
            ),
            "found": show_age(conflict.opened_at),
            "may_decide": self._may_decide(request),
            "max_reason": MAX_REASON,
            **compare(list(offers)),
        }
        return TemplateResponse(request, "admin/offers/eanconflict/conflict.html", context)

    def decide_view(self, request: HttpRequest, conflict_id: int) -> HttpResponse:
        """Give the EAN to the offer that this person chose."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        conflict = self._conflict_to_change(request, conflict_id)
        owner = Offer.objects.filter(pk=_number(request.POST.get("owner"))).first()
        if owner is None:
            messages.error(request, _("Choose the offer that keeps this EAN."))
            return self._back_to(conflict)
        try:
            decided = decide(conflict, owner, request.user, request.POST.get("reason", ""))
        except CannotDecide as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Decided: what differs from bol's is sent for the owner only."))
            conflict = decided
        return self._back_to(conflict)

    def undo_view(self, request: HttpRequest, conflict_id: int) -> HttpResponse:
        """Take the decision back."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        conflict = self._conflict_to_change(request, conflict_id)
        try:
            undo(conflict, request.user)
        except CannotDecide as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The decision is taken back: nothing is sent until the next one."))
        return self._back_to(conflict)

    def _conflict_to_change(self, request: HttpRequest, conflict_id: int) -> EanConflict:
        if not self._may_decide(request):
            raise PermissionDenied
        return get_object_or_404(EanConflict, pk=conflict_id)

    def _may_decide(self, request: HttpRequest) -> bool:
        return request.user.has_perm("offers.change_eanconflict")

    def _back_to(self, conflict: EanConflict) -> HttpResponse:
        return redirect("admin:offers_eanconflict_change", conflict.pk)

    # Columns -------------------------------------------------------------------------------------------

    @display(description=gettext_lazy("State"), ordering="state")
    def show_state(self, conflict: EanConflict) -> str:
        state = ConflictState(conflict.state)
        return show_label(state.label, EanConflict.STATE_COLOURS[state])

    @display(description=gettext_lazy("Claimants"), ordering="claimants")
    def show_claimants(self, conflict: EanConflict) -> int:
        return conflict.claimants  # type: ignore[attr-defined]

    @display(description=gettext_lazy("Found"), ordering="opened_at")
    def show_found(self, conflict: EanConflict) -> str:
        return show_age(conflict.opened_at)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
