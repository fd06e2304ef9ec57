"""The ways from the list and the page of an order to marking shipped."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from connections.adminbase import action
from orders.admin.marking.page import MOST, MarkShippedPage
from orders.admin.marking.parcel_list import ParcelListPage
from orders.models import Order


class ShippingActions:
    """What the admin of orders needs to mark parcels shipped."""

    admin_site: Any

    def get_urls(self) -> list[Any]:
        pages = [
            ("mark-shipped/", self.show_mark_shipped, "orders_order_mark_shipped"),
            ("parcel-list/", self.show_parcel_list, "orders_order_parcel_list"),
        ]
        own = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def has_ship_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return bool(request.user.has_perm("orders.change_order"))

    @action(description=_("Mark shipped"), permissions=["ship"])
    def mark_shipped(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse | None:
        return MarkShippedPage(self, request).open(queryset.values_list("pk", flat=True)[: MOST + 1])

    @action(description=_("Ship anyway, although the customer wants to cancel"), permissions=["ship"])
    def ship_anyway(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse | None:
        keys = queryset.values_list("pk", flat=True)[: MOST + 1]
        return MarkShippedPage(self, request).open(keys, despite_request=True)

    @action(
        description=_("Mark shipped"),
        permissions=["ship"],
        icon="local_shipping",
        url_path="open-mark-shipped",
    )
    def open_mark_shipped(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect(reverse("admin:orders_order_mark_shipped", query={"order": object_id}))

    @action(description=_("Mark a list shipped"), permissions=["ship"], icon="upload_file")
    def open_parcel_list(self, request: HttpRequest) -> HttpResponse:
        """Go to the page; a link that changes nothing."""
        return redirect("admin:orders_order_parcel_list")

    def show_mark_shipped(self, request: HttpRequest) -> HttpResponse:
        return MarkShippedPage(self, request).answer()

    def show_parcel_list(self, request: HttpRequest) -> HttpResponse:
        return ParcelListPage(self, request).answer()
