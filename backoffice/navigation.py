"""The frame of every page: title, colours, and the way to everything."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _item(title: Any, icon: str, route: str, permission: str | None = None) -> dict[str, Any]:
    item: dict[str, Any] = {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{route}")}
    if permission:
        item["permission"] = lambda request: request.user.has_perm(permission)
    return item


def _list(title: Any, icon: str, app: str, model: str) -> dict[str, Any]:
    return _item(title, icon, f"{app}_{model}_changelist", f"{app}.view_{model}")


UNFOLD_SITE: dict[str, Any] = {
    "SITE_TITLE": _("Back office for bol"),
    "SITE_HEADER": _("Back office"),
    "SITE_SUBHEADER": _("for sellers on bol"),
    "SITE_SYMBOL": "storefront",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("backoffice/icon.svg")}
    ],
    "STYLES": [lambda request: static("backoffice/backoffice.css")],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "GLOBAL_CALLBACK": "backoffice.badges.for_every_page",
    "DASHBOARD_CALLBACK": "backoffice.dashboard.show",
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "#eff6ff",
            "100": "#dbeafe",
            "200": "#bfdbfe",
            "300": "#93c5fd",
            "400": "#60a5fa",
            "500": "#3b82f6",
            "600": "#2563eb",
            "700": "#1d4ed8",
            "800": "#1e40af",
            "900": "#1e3a8a",
            "950": "#172554",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "items": [
                    _item(_("Today"), "dashboard", "index"),
                ],
            },
            {
                "title": _("Orders"),
                "separator": True,
                "items": [
                    _list(_("Orders"), "shopping_cart", "orders", "order"),
                    _list(_("Shipments"), "local_shipping", "orders", "shipment"),
                    # Who may see parcels may see which of them left together.
                    _item(
                        _("Marked together"),
                        "stacks",
                        "orders_shipmentbatch_changelist",
                        "orders.view_shipment",
                    ),
                    _item(
                        _("Cancellations"), "cancel", "orders_cancellation_changelist", "orders.view_order"
                    ),
                    _list(_("Shipping labels"), "label", "orders", "shippinglabel"),
                    _list(_("Returns"), "assignment_return", "orders", "returnitem"),
                ],
            },
            {
                "title": _("Assortment"),
                "separator": True,
                "items": [
                    _list(_("Offers"), "sell", "offers", "offer"),
                    _list(_("EAN conflicts"), "call_split", "offers", "eanconflict")
                    | {"badge": "backoffice.badges.ean_conflicts"},
                    _list(_("Products"), "inventory_2", "offers", "product"),
                    _list(_("Projects"), "folder", "offers", "project"),
                    _list(_("Imports"), "upload_file", "offers", "importrun"),
                    # Who may see offers may see what was done to them.
                    _item(_("Bulk actions"), "checklist", "offers_bulkrun_changelist", "offers.view_offer"),
                    _list(_("Economic operators"), "verified_user", "offers", "economicoperator"),
                    _list(_("Delivery profiles"), "event_available", "offers", "deliveryprofile"),
                    _list(_("Differences with bol"), "compare_arrows", "offers", "drift")
                    | {"badge": "backoffice.dashboard.open_drift", "badge_variant": "primary"},
                    _item(
                        _("Batches of changes"), "undo", "offers_changebatch_changelist", "offers.view_offer"
                    ),
                ],
            },
            {
                "title": _("bol"),
                "separator": True,
                "items": [
                    _list(_("Connections"), "link", "connections", "connection"),
                    _list(_("Alerts"), "notifications", "connections", "alert"),
                    _list(_("Recoveries"), "healing", "connections", "recovery"),
                    _list(_("Outbox"), "outbox", "connections", "outboxmessage"),
                    _list(_("Notifications"), "inbox", "connections", "notification"),
                    _list(_("Subscriptions"), "notifications_active", "connections", "subscription"),
                    _list(_("Flows"), "sync_alt", "connections", "flow"),
                    _list(_("Request log"), "list_alt", "connections", "requestlogentry"),
                    _item(_("Traffic"), "monitoring", "offers_traffic", "offers.view_offer"),
                ],
            },
            {
                "title": _("Administration"),
                "separator": True,
                "collapsible": True,
                "items": [
                    _list(_("Users"), "person", "auth", "user"),
                    _list(_("Groups"), "group", "auth", "group"),
                    _list(_("Schedules"), "schedule", "django_q", "schedule"),
                    _list(_("Queued tasks"), "pending_actions", "django_q", "ormq"),
                    _list(_("Failed tasks"), "error", "django_q", "failure"),
                    _list(_("Notices"), "forward_to_inbox", "connections", "notice"),
                    _list(_("Heartbeats"), "favorite", "connections", "heartbeat"),
                ],
            },
        ],
    },
}
