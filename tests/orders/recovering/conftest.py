"""A connection that was out of touch for hours, with something of every kind waiting to be said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from connections import confirming, flows
from connections.models import Connection, Flow, OffersApi
from offers import services
from offers.models import Offer, Product, Project
from orders.models import Order
from tests.conftest import CLIENT_ID, due_now
from tests.orders.conftest import mark

FLOWS = ("orders", "outbox", "process-statuses", "returns")
AWAY = timedelta(hours=3)
OIL, SALT, PEPPER = "8710400000013", "8710400000020", "8710400000037"


@pytest.fixture(params=[OffersApi.V11, OffersApi.V10])
def gone(request, shop, staff, fetch, relay, sandbox, monkeypatch) -> Gone:
    """A live shop that leads its stock, paused three hours ago in the middle of a busy day."""
    monkeypatch.setattr(confirming, "PAUSE_SECONDS", 0)
    shop.offers_api, shop.created_at = request.param, timezone.now() - 8 * AWAY
    shop.save(update_fields=["offers_api", "created_at"])
    project = Project.objects.create(name="Pantry", connection=shop, stock_managed_by_retailer=True)
    offers = [_publish(project, ean, number) for number, ean in enumerate((OIL, SALT, PEPPER))]
    fetch(shop)
    relay(shop)
    shop.pause("A release went wrong", staff)
    return Gone(shop, offers, sandbox, fetch)


def _publish(project: Project, ean: str, number: int) -> Offer:
    product = Product.objects.create(reference=f"SKU-{number}", ean=ean, title=f"Article {number}")
    return services.create_offer(project, product, None, price=Decimal("12.50"), stock=10)


class Gone:
    """The shop while nobody was in touch with bol."""

    def __init__(self, shop: Connection, offers: list[Offer], sandbox: Any, fetch: Callable) -> None:
        self.shop = shop
        self.offers = offers
        self.sandbox = sandbox
        self.since = timezone.now() - AWAY
        self.fetch = fetch
        self.before = 0

    def sell(self, ean: str, quantity: int = 1) -> str:
        """A customer buys."""
        items = [{"ean": ean, "quantity": quantity}]
        return str(self.sandbox.place_orders(retailer=CLIENT_ID, items=items)[0])

    def work_meanwhile(self, order: Order) -> None:
        """People ship, count the shelf and change a price; all of it waits."""
        mark(order)
        _oil, salt, pepper = self.offers
        services.change_offer(salt, None, stock=7)
        services.change_offer(pepper, None, price=Decimal("13.00"))

    def let_hours_pass(self) -> None:
        """Make it three hours since anything was heard of bol."""
        Flow.objects.filter(connection=self.shop).update(
            caught_up_at=self.since, last_success_at=self.since, cursor=self.since
        )

    def told(self) -> list[str]:
        """Return the kinds of requests that bol got since we are back, in order, each once."""
        kinds = [self._kind_of(request) for request in self.sandbox.requests(after=self.before)]
        return list(dict.fromkeys(kind for kind in kinds if kind))

    def forget_requests(self) -> None:
        self.before = max((request["n"] for request in self.sandbox.requests()), default=0)

    def run_as_workers_do(self, *, first: str = "outbox") -> None:
        """Run every flow, the one that sends first: the order must not depend on who wakes up first."""
        for _round in range(12):
            due_now(self.shop)
            for name in (first, *(name for name in FLOWS if name != first)):
                flows.attempt(self.shop, name)

    def _kind_of(self, request: dict[str, Any]) -> str:
        method, path = request["method"], request["path"]
        if method == "GET" and path.startswith("/retailer/orders"):
            return "orders read"
        if method == "POST" and path == "/retailer/shipments":
            return "shipment"
        if method not in {"PUT", "PATCH"}:
            return ""
        offer_id = Offer.objects.get(product__ean=PEPPER).offer_id
        return "price" if offer_id in path else "stock"
