"""The pages of what bol keeps for an account, and the offers that lack it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from connections import doorbell
from connections.adminbase import (
    BaseDialogForm,
    ChoicesDropdownFilter,
    ReadOnlyAdmin,
    RelatedDropdownFilter,
    action,
    display,
    leave_dialog,
    show_age,
    show_label,
)
from connections.models import Connection
from offers import operators
from offers.models import DeliveryProfile, EconomicOperator, Offer, OperatorStatus


class OperatorFilter(admin.SimpleListFilter):
    """Offers that bol may take offline for want of a valid economic operator."""

    title = _("economic operator")
    parameter_name = "operator"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("none", _("Without a valid one"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Offer]) -> QuerySet[Offer]:
        if self.value() != "none":
            return queryset
        return queryset.filter(pk__in=operators.without_valid_operator().values("pk"))


class SettingsAdmin(ReadOnlyAdmin):
    """Rows that are made at bol; here they are read again."""

    list_filter: list[Any] = [("connection", RelatedDropdownFilter)]
    list_select_related = ["connection"]
    search_fields = ["name"]
    actions_list = ["read_again"]

    def has_read_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("offers.change_offer")

    @action(
        description=_("Read again"),
        permissions=["read_again"],
        icon="refresh",
        dialog={
            "title": _("Read them at bol again?"),
            "description": _(
                "Economic operators and delivery profiles of every active connection, in the background."
            ),
            "form_class": None,
            "form_submit_text": _("Read again"),
        },
    )
    def read_again(self, request: HttpRequest, form: BaseDialogForm) -> HttpResponse:
        for connection in Connection.objects.active():
            doorbell.ring(connection.pk, operators.FLOW)
        messages.success(request, _("They are being read; this page shows the result in a moment."))
        opts = self.model._meta  # noqa: SLF001 - Django's own word for it
        return leave_dialog(reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"))

    @display(description=_("Read"), ordering="read_at")
    def show_read(self, row: Any) -> str:
        return show_age(row.read_at)

    @display(description=_("At bol"), ordering="gone_at")
    def show_presence(self, row: Any) -> str:
        return show_label(_("gone"), "danger") if row.gone_at else show_label(_("there"), "success")


@admin.register(EconomicOperator)
class EconomicOperatorAdmin(SettingsAdmin):
    list_display = ["name", "show_status", "connection", "show_presence", "show_read", "operator_id"]
    list_filter = [("status", ChoicesDropdownFilter), ("connection", RelatedDropdownFilter)]
    fields = ["connection", "name", "show_status", "address", "operator_id", "show_presence", "show_read"]
    readonly_fields = ["show_status", "show_presence", "show_read"]

    @display(description=_("Status"), ordering="status")
    def show_status(self, operator: EconomicOperator) -> str:
        if operator.status not in OperatorStatus.values:
            return show_label(operator.status or _("not told"), "warning")
        status = OperatorStatus(operator.status)
        return show_label(status.label, EconomicOperator.STATUS_COLOURS[status])


@admin.register(DeliveryProfile)
class DeliveryProfileAdmin(SettingsAdmin):
    list_display = ["name", "connection", "is_default", "show_presence", "show_read", "profile_id"]
    fields = ["connection", "name", "is_default", "profile_id", "show_presence", "show_read"]
    readonly_fields = ["show_presence", "show_read"]
