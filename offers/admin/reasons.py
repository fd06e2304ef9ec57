"""Why an offer is not for sale, as the pages of offers show it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from connections.adminbase import show_age
from offers import catalogue
from offers.models import Offer


class ReasonFilter(admin.SimpleListFilter):
    """Offers by the kind of reason why bol does not sell them."""

    title = _("why not for sale")
    parameter_name = "reason_category"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return catalogue.Category.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Offer]) -> QuerySet[Offer]:
        return queryset.filter(reason_category=self.value()) if self.value() else queryset


def panel(offer: Offer) -> str:
    """Return bol's reasons with what they mean and what to do."""
    reasons = [
        {**reason, "entry": catalogue.for_reason(reason["code"], reason["category"])}
        for reason in offer.reasons
    ]
    return render_to_string("offers/reasons.html", {"reasons": reasons, "age": show_age(offer.reasons_at)})
