"""The page of a project: its connection, and what its offers start with."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from connections.adminbase import ModelAdmin, RelatedDropdownFilter, display
from offers import following, guarding
from offers.admin.bol_choices import ProjectForm
from offers.models import Project

# What a change of these means for bol is worked out for every offer of the project.
CONCERNS_ALL_OFFERS = {"is_active", "stock_managed_by_retailer"}
GUARD_RAILS = ["guard_price_percent", "guard_share_percent", "guard_smallest_project"]


@admin.register(Project)
class ProjectAdmin(ModelAdmin):
    form = ProjectForm
    list_display = ["name", "connection", "show_active", "show_offers"]
    list_filter = ["is_active", ("connection", RelatedDropdownFilter)]
    list_select_related = ["connection"]
    search_fields = ["name"]
    fieldsets = [
        (None, {"fields": ["name", "connection", "is_active"]}),
        (_("Stock"), {"fields": ["stock_managed_by_retailer"]}),
        (
            _("What new offers start with"),
            {
                "fields": [
                    "condition",
                    ("fulfilment_method", "delivery_code"),
                    "countries",
                    ("economic_operator_id", "delivery_profile_id"),
                ]
            },
        ),
        (
            _("Guard rails"),
            {
                "fields": [tuple(GUARD_RAILS)],
                "description": _(
                    "What looks like a mistake waits for somebody with the permission “Can pass guard rails”, who "
                    "may also change these limits. Left empty, the limit of the installation counts."
                ),
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        return super().get_queryset(request).annotate(number_of_offers=Count("offers"))

    def get_readonly_fields(self, request: HttpRequest, obj: Project | None = None) -> Any:
        # Offers have ids of the account they were published with: a project does not move to another.
        fixed = ["connection"] if obj and obj.offers.exists() else []
        return fixed if request.user.has_perm(guarding.PERMISSION) else [*fixed, *GUARD_RAILS]

    def save_model(self, request: HttpRequest, obj: Project, form: Any, change: bool) -> None:
        if not change:
            obj.save()
            return
        obj.save(update_fields=form.changed_data)
        if CONCERNS_ALL_OFFERS & set(form.changed_data):
            following.note(obj)

    @display(description=_("Active"), label={True: "success", False: "warning"}, ordering="is_active")
    def show_active(self, project: Project) -> tuple[bool, Any]:
        return project.is_active, _("active") if project.is_active else _("inactive")

    @display(description=_("Offers"), ordering="number_of_offers")
    def show_offers(self, project: Project) -> int:
        return project.number_of_offers  # type: ignore[attr-defined]
