"""The actions of the list of offers: each opens a page that says what will happen, and changes nothing by itself."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from connections.adminbase import action
from offers.admin.bulk_page import BulkPage, selection
from offers.deeds import (
    DEEDS,
    ChangePrice,
    CheckAtBol,
    DeleteAtBol,
    Hold,
    Release,
    SendAgain,
    SetDeliveryCode,
    SetStock,
    UseProjectOperator,
)


class OfferActions:
    """The actions of the changelist of offers."""

    actions = [
        "put_on_hold",
        "release",
        "change_price",
        "set_stock",
        "set_delivery_code",
        "use_project_operator",
        "stop_selling",
        "send_again",
        "check_at_bol",
        "delete_at_bol",
    ]

    def has_delete_at_bol_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(DeleteAtBol.permission)

    @action(description=Hold.title, permissions=["change"])
    def put_on_hold(self, request: HttpRequest, queryset: Any) -> HttpResponseBase:
        return self._page(request, queryset, Hold.name)

    @action(description=Release.title, permissions=["change"])
    def release(self, request: HttpRequest, queryset: Any) -> HttpResponseBase:
        return self._page(request, queryset, Release.name)

    @action(description=ChangePrice.title, permissions=["change"])
    def change_price(self, request: HttpRequest, queryset: Any) -> HttpResponseBase:
        return self._page(request, queryset, ChangePrice.name)

    @action(description=SetStock.title, permissions=["change"])
    def set_stock(self, request: HttpRequest, queryset: Any) -> HttpResponseBase:
        return self._page(request, queryset, SetStock.name)

    @action(description=SetDeliveryCode.title, permissions=["change"])
    def set_delivery_code(self, request: HttpRequest, queryset: Any) -> HttpResponseBase:
        return self._page(request, queryset, SetDeliveryCode.name)

    @action(description=UseProjectOperator.title, permissions=["change"])
    def use_project_operator(self, request: HttpRequest, queryset: Any) -> HttpResponseBase:
        return self._page(request, queryset, UseProjectOperator.name)

    @action(description=SendAgain.title, permissions=["change"])
    def send_again(self, request: HttpRequest, queryset: Any) -> HttpResponseBase:
        return self._page(request, queryset, SendAgain.name)

    @action(description=CheckAtBol.title, permissions=["view"])
    def check_at_bol(self, request: HttpRequest, queryset: Any) -> HttpResponseBase:
        return self._page(request, queryset, CheckAtBol.name)

    @action(description=DeleteAtBol.title, permissions=["delete_at_bol"])
    def delete_at_bol(self, request: HttpRequest, queryset: Any) -> HttpResponseBase:
        return self._page(request, queryset, DeleteAtBol.name)

    @action(description=_("Stop selling"), permissions=["change"])
    def stop_selling(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        """Explain the three ways, and lead to the page of each."""
        context = {
            **selection(self, request),
            "title": _("Stop selling"),
            "count": queryset.count(),
            "may_delete": self.has_delete_at_bol_permission(request),
        }
        return TemplateResponse(request, "offers/stop_selling.html", context)

    def _page(self, request: HttpRequest, queryset: Any, name: str) -> HttpResponseBase:
        return BulkPage(self, request, queryset, DEEDS[name]).answer()
