"""Looking for EAN conflicts on request: among the selected offers, or everywhere."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_q.tasks import async_task

from connections.adminbase import action, display, leave_dialog
from offers.conflicts import FLAGS, find_conflicts, find_conflicts_of
from offers.models import EanConflict, FoundBy, Offer

# A page load can carry a look at so many offers; beyond that a background task looks at everything.
LARGE = 20_000

LOOK_EVERYWHERE: dict[str, Any] = {
    "title": gettext_lazy("Check all EANs"),
    "description": gettext_lazy(
        "Looks at every offer of every active project. Offers that claim an EAN together are not sent any more until "
        "somebody chooses the owner; what bol has of them stays there as it is."
    ),
    "form_class": None,
    "form_submit_text": gettext_lazy("Check"),
}


class ConflictActions:
    """What the pages of offers offer and show about EAN conflicts."""

    @action(description=gettext_lazy("Check for EAN conflicts"), permissions=["change"])
    def check_conflicts(self, request: HttpRequest, queryset: QuerySet[Offer]) -> HttpResponse | None:
        """Look at the EANs of the selected offers; where some are contested, show these."""
        if _is_large(queryset):
            look_everywhere(request)
            return None
        offers = list(queryset.select_related(None).only("pk", *FLAGS))
        find_conflicts_of(offers, FoundBy.PERSON)
        contested = sum(offer.is_in_conflict for offer in offers)
        _tell(request, contested)
        return redirect(open_conflicts()) if contested else None

    @action(
        description=LOOK_EVERYWHERE["title"], permissions=["change"], icon="search", dialog=LOOK_EVERYWHERE
    )
    def look_everywhere(self, request: HttpRequest, form: Any) -> HttpResponse:
        look_everywhere(request)
        return leave_dialog(open_conflicts())

    @display(description=gettext_lazy("EAN conflict"))
    def show_conflict(self, offer: Offer) -> SafeString | str:
        conflict = EanConflict.objects.current().filter(members__offer=offer).first()
        if conflict is None:
            return "-"
        parked = _("Parked: %(reason)s") % {"reason": offer.parked_reason}
        words = parked if offer.parked_reason else conflict.get_state_display()
        address = reverse("admin:offers_eanconflict_change", args=[conflict.pk])
        return format_html('<a class="text-primary-600 underline" href="{}">{}</a>', address, words)


def look_everywhere(request: HttpRequest) -> None:
    """Look at everything, in the background where it is much, and say what came of it."""
    if _is_large(Offer.objects.all()):
        async_task("offers.tasks.look_for_conflicts", FoundBy.PERSON.value)
        messages.info(request, _("All offers are being checked in the background. Conflicts appear here."))
        return
    find_conflicts(FoundBy.PERSON)
    _tell(request, Offer.objects.filter(is_in_conflict=True).count())


def _is_large(offers: QuerySet[Offer]) -> bool:
    return offers.order_by()[: LARGE + 1].count() > LARGE


def _tell(request: HttpRequest, contested: int) -> None:
    if not contested:
        messages.success(
            request, _("No EAN conflict: each EAN belongs to one product in one active project.")
        )
        return
    messages.warning(
        request,
        ngettext(
            "%(count)d offer claims an EAN that another one claims too. Nothing is sent until you choose the owner.",
            "%(count)d offers claim an EAN that another one claims too. Nothing is sent until you choose the owner.",
            contested,
        )
        % {"count": contested},
    )


def open_conflicts() -> str:
    """Return the address of the list of what waits for a decision."""
    return f"{reverse('admin:offers_eanconflict_changelist')}?state__exact=open"
