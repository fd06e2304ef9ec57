"""The ways from the list and the page of an order to cancelling items."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from connections.adminbase import action
from orders.admin.cancelling.page import MOST, CancelPage
from orders.models import Order


class CancellingActions:
    """What the admin of orders needs to cancel items and to answer customers who ask for it."""

    admin_site: Any

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.show_cancel)
        return [path("cancel/", view, name="orders_order_cancel"), *super().get_urls()]  # type: ignore[misc]

    def has_cancel_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return bool(request.user.has_perm("orders.change_order"))

    def has_answer_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whether a person may answer a customer; on the page of an order only where the customer asks something."""
        if not self.has_cancel_permission(request):
            return False
        asking = Order.objects.asking_to_cancel()
        return object_id is None or asking.filter(pk=object_id).exists()

    @action(description=_("Cancel items"), permissions=["cancel"])
    def cancel_items(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse | None:
        return CancelPage(self, request).open(queryset.values_list("pk", flat=True)[: MOST + 1])

    @action(description=_("Cancel what customers asked to cancel"), permissions=["cancel"])
    def accept_requests(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse | None:
        keys = queryset.values_list("pk", flat=True)[: MOST + 1]
        return CancelPage(self, request).open(keys, only_asked=True)

    @action(description=_("Cancel items"), permissions=["cancel"], icon="cancel", url_path="open-cancel")
    def open_cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect(reverse("admin:orders_order_cancel", query={"order": object_id}))

    @action(
        description=_("Cancel as the customer asked"),
        permissions=["answer"],
        icon="person_cancel",
        url_path="open-accept-request",
    )
    def open_accept_request(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect(reverse("admin:orders_order_cancel", query={"order": object_id, "asked": "yes"}))

    @action(
        description=_("Ship anyway"),
        permissions=["answer"],
        icon="local_shipping",
        url_path="open-ship-anyway",
    )
    def open_ship_anyway(self, request: HttpRequest, object_id: str) -> HttpResponse:
        query = {"order": object_id, "anyway": "yes"}
        return redirect(reverse("admin:orders_order_mark_shipped", query=query))

    def show_cancel(self, request: HttpRequest) -> HttpResponse:
        return CancelPage(self, request).answer()
