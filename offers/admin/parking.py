"""That an offer stays gone, as its page tells it: why, who decided it, and where to take it back."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.adminbase import display, show_age
from offers.models import Drift, Offer
from offers.models.drift import Resolution


class ParkingPanel:
    """What the page of an offer shows about its parking."""

    @display(description=gettext_lazy("Stays gone"))
    def show_parking(self, offer: Offer) -> SafeString | str:
        """Return the decision in words, with the way to it."""
        made = Drift.objects.filter(offer=offer, resolution=Resolution.PARK).select_related("resolved_by")
        decision = made.order_by("-resolved_at").first() if offer.stays_gone else None
        if decision is None:
            return offer.parked_reason if offer.stays_gone else "-"
        return format_html(
            '{} · {} · {} · <a class="text-primary-600 underline" href="{}">{}</a>',
            offer.parked_reason,
            decision.resolved_by or _("somebody"),
            show_age(decision.resolved_at),
            reverse("admin:offers_drift_change", args=[decision.pk]),
            _("See the decision, or take it back"),
        )
