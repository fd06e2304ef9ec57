"""Many shops of two kinds in one installation, their customers and their people, before and during an outage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from connections import flows
from connections.models import Connection, OffersApi
from offers import services
from offers.models import Offer, Product, Project
from offers.rules import check_digit
from orders.models import Order, OrderToFetch
from orders.services import Parcel, mark_shipped
from tests.conftest import CLIENT_SECRET, RunningSandbox, due_now

SHELF = 400
FLOWS = ("outbox", "orders", "process-statuses", "returns", "notifications", "subscriptions", "offers")
# What people count anew is not what customers buy: so it is clear what each number must be in the end.
COUNTED = 20


def ean_of(number: int) -> str:
    digits = f"871010{number:06}"
    return digits + check_digit(digits)


@dataclass
class World:
    """All shops, and what has to be true in the end: `shelf` is by shop and EAN the number that bol must have."""

    sandbox: RunningSandbox
    staff: User
    shops: list[Connection] = field(default_factory=list)
    shelf: dict[tuple[str, str], int] = field(default_factory=dict)
    random: Random = field(default_factory=lambda: Random(17))

    # Before -----------------------------------------------------------------------------------------

    def open_shops(self, count: int, offers: int) -> None:
        """Open so many shops, half of them in each dialect, each with so many published offers."""
        products = Product.objects.bulk_create(
            Product(reference=f"SKU-{number}", ean=ean_of(number), title=f"Article {number}")
            for number in range(offers)
        )
        for number in range(count):
            dialect = OffersApi.V10 if number % 2 else OffersApi.V11
            self.shops.append(self._open_shop(f"shop-{number:02}", dialect, products))

    def _open_shop(self, name: str, dialect: str, products: Iterable[Product]) -> Connection:
        shop = Connection.objects.create(
            name=name, client_id=name, client_secret=CLIENT_SECRET, offers_api=dialect, is_live=True,
            api_url=self.sandbox.url, login_url=self.sandbox.url, created_at=timezone.now() - timedelta(days=9),
        )  # fmt: skip
        project = Project.objects.create(
            name=f"All of {name}", connection=shop, stock_managed_by_retailer=True
        )
        Offer.objects.bulk_create([self._published(project, product) for product in products], batch_size=500)
        return shop

    def _published(self, project: Project, product: Product) -> Offer:
        shop = project.connection
        offer = Offer(
            project=project, product=product, price=Decimal("12.50"), stock=SHELF, **project.offer_defaults
        )
        offer_id = self.sandbox.add_offer(
            shop.client_id,
            {
                "ean": product.ean,
                "price": 12.5,
                "stock": {"amount": SHELF, "managedByRetailer": True},
                "reference": product.reference,
                "unknownProductTitle": product.title,
            },
        )
        offer.adopt(offer_id, offer.wanted)
        self.shelf[shop.client_id, product.ean] = SHELF
        return offer

    # What happens -----------------------------------------------------------------------------------

    def buy(self, shop: Connection, count: int) -> list[str]:
        """Customers buy one article each, one to three of it."""
        return [self._buy_one(shop) for _order in range(count)]

    def _buy_one(self, shop: Connection) -> str:
        eans = [ean for client, ean in self.shelf if client == shop.client_id][COUNTED:]
        ean, quantity = self.random.choice(eans), self.random.choice((1, 1, 2, 3))
        self.shelf[shop.client_id, ean] -= quantity
        items = [{"ean": ean, "quantity": quantity}]
        return str(self.sandbox.place_orders(retailer=shop.client_id, items=items)[0])

    def cancel_some(self, shop: Connection, orders: Iterable[str]) -> None:
        """bol cancels one order in twenty before anybody ships it; what was sold is on the shelf again."""
        for order_id in orders:
            if self.random.random() < 0.05:
                (item,) = self.item_of(order_id)
                self.sandbox.cancel_order(order_id)
                self.shelf[shop.client_id, item["ean"]] += item["quantity"]

    def item_of(self, order_id: str) -> list[dict[str, Any]]:
        return [
            {"ean": item["product"]["ean"], "quantity": item["quantity"]}
            for order in self.sandbox.orders()
            if order["orderId"] == order_id
            for item in order["orderItems"]
        ]

    def ship(self, shop: Connection, share: float) -> None:
        """People mark a share of what is open as shipped, some of it in part."""
        orders = Order.objects.to_ship().filter(connection=shop, is_cancellation_requested=False)
        parcels = [
            Parcel(order.pk, "TNT", f"3S{order.order_id}", self._part_of(order))
            for order in orders
            if self.random.random() < share
        ]
        mark_shipped(parcels)

    def _part_of(self, order: Order) -> dict[int, int] | None:
        item = order.items.get()
        return {item.pk: 1} if item.quantity > 1 and self.random.random() < 0.3 else None

    def count_shelves(self, shop: Connection) -> None:
        """People count two articles anew."""
        for number in self.random.sample(range(COUNTED), 2):
            offer = Offer.objects.with_all().get(project__connection=shop, product__ean=ean_of(number))
            amount = self.random.randrange(10, 300)
            services.change_offer(offer, None, stock=amount)
            self.shelf[shop.client_id, ean_of(number)] = amount

    # Workers ----------------------------------------------------------------------------------------

    def work(self, shops: Iterable[Connection], rounds: int = 1) -> None:
        """Let the workers come to every flow of these shops; what sends wakes first."""
        for _round in range(rounds):
            for shop in Connection.objects.filter(pk__in=[shop.pk for shop in shops]):
                due_now(shop)
                OrderToFetch.objects.filter(connection=shop).update(not_before="2020-01-01T00:00:00Z")
                for name in FLOWS:
                    flows.attempt(shop, name)

    def catch_up(self) -> None:
        """Let everything that there is to fetch be here."""
        for shop in self.shops:
            flows.run_until_complete(shop, "orders")
        self.work(self.shops)

    def of(self, dialect: str) -> list[Connection]:
        return [shop for shop in self.shops if shop.offers_api == dialect]
