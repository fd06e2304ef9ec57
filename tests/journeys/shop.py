"""The demo shop of the journeys: 5,000 offers and 2,000 orders, a local bol.com, and a worker to call on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from backoffice import demo
from connections import flows
from connections.bol.sandbox import Sandbox
from connections.models import Connection, Flow, Heartbeat
from connections.schedules import WORKER
from offers.admin.searching import by_ean_or_words
from offers.choices import OfferStatus
from offers.models import Offer
from orders.models import Order, OrderToFetch
from orders.worklists import BY_TIME_TO_SHIP
from tests.conftest import due_now
from tests.journeys import assortment, history

NAME, CLIENT_ID = "Demo shop", "demo-shop"
OFFERS, ORDERS = 5_000, 2_000
LATE, OPEN = 9, 90
USERNAME, PASSWORD = "sanne", "open-sesame"
LONG_AGO = "2020-01-01T00:00:00Z"
ROUNDS = 20

Answer = TypeVar("Answer")


class Shop:
    """A merchant's shop as the journeys find it; `url` is the back office's address, `bol_url` the local bol.com's.

    All that touches the database happens in one thread, the office: the browser has the other one.
    """

    def __init__(self, bol: Sandbox, bol_url: str, folder: Path) -> None:
        self.bol, self.bol_url, self.folder, self.url = bol, bol_url, folder, ""
        self._office = ThreadPoolExecutor(1, thread_name_prefix="office")
        self._offers: list[Offer] = []
        self._orders: list[Order] = []
        self._titles: list[tuple[str, list[Offer]]] = []
        self._numbers = count(2)
        self._materials = list(demo.MATERIALS[: len(demo.MATERIALS) // 2])

    def do(self, task: Callable[..., Answer], *arguments: Any, **options: Any) -> Answer:
        """Do something with the database, and wait until it is done."""
        return self._office.submit(task, *arguments, **options).result()

    def fill(self, offers: int = OFFERS, orders: int = ORDERS) -> None:
        """Fill the database and the local bol.com."""
        self.do(_fill, self, offers, orders)

    def close(self) -> None:
        """Let go of the database."""
        self.do(connections.close_all)
        self._office.shutdown()

    def new_name(self) -> str:
        """Return a name for a shop that no journey used before."""
        return f"shop-{next(self._numbers)}"

    def some_offers(self, number: int) -> list[Offer]:
        """Return offers on sale that no journey had before and nobody ever bought."""
        self._offers = self._offers or self.do(_offers_to_give)
        return [self._offers.pop() for _each in range(number)]

    def some_title(self) -> tuple[str, list[Offer]]:
        """Return a title that no journey had before, and the offers on sale that have it: a few."""
        self._titles = self._titles or self.do(_titles_to_give)
        return self._titles.pop()

    def some_words(self) -> tuple[str, list[Offer]]:
        """Return words to search for that no journey had before, and the offers that are found: more than a page."""
        words = f"{self._materials.pop()} {demo.COLOURS[0]}"
        return words, self.do(_offers_named, words)

    def some_orders(self, number: int) -> list[Order]:
        """Return orders to ship that no journey had before, and that are not the next ones to leave."""
        self._orders = self._orders or self.do(_orders_to_give)
        return [self._orders.pop() for _each in range(number)]

    def work(self) -> None:
        """Do what a worker does until nothing is left: what was rung for, what waits, what bol has to confirm."""
        self.do(_work)

    def look(self, flow: str, account: str = NAME) -> None:
        """Let a flow run that otherwise waits for the clock."""
        self.do(_look, flow, account)


def _offers_to_give() -> list[Offer]:
    on_sale = Offer.objects.with_all().filter(status="on_sale", on_hold=False, order_items=None, stock__gt=5)
    return list(on_sale.order_by("-pk"))


def _offers_named(words: str) -> list[Offer]:
    found = Offer.objects.with_all().filter(by_ean_or_words(words, "product__"))
    return list(found.order_by("-pk"))


def _titles_to_give() -> list[tuple[str, list[Offer]]]:
    others = demo.MATERIALS[len(demo.MATERIALS) // 2 :]
    titled: dict[str, list[Offer]] = defaultdict(list)
    for offer in Offer.objects.with_all().order_by("pk"):
        if offer.product.title.startswith(others):
            titled[offer.product.title].append(offer)
    few = [(title, offers) for title, offers in titled.items() if 4 <= len(offers) <= 8]
    return [
        (title, offers)
        for title, offers in few
        if all(offer.stock and offer.status == OfferStatus.ON_SALE for offer in offers)
    ]


def _orders_to_give() -> list[Order]:
    waiting = Order.objects.to_ship().filter(is_cancellation_requested=False, is_vvb=False)
    return list(waiting.order_by(*BY_TIME_TO_SHIP, "pk"))


def _look(flow: str, account: str = NAME) -> None:
    flows.run_until_complete(Connection.objects.get(name=account), flow)


def _work() -> None:
    for _round in range(ROUNDS):
        for connection in Connection.objects.live():
            due_now(connection)
            flows.attempt(connection, "outbox")
            flows.attempt(connection, "process-statuses")
        OrderToFetch.objects.update(not_before=LONG_AGO)
        if not answer_bells():
            return


def answer_bells() -> int:
    """Do every task that is queued, as a worker does; return how many there were."""
    done = 0
    while queued := OrmQ.objects.order_by("pk").first():
        task = SignedPackage.loads(queued.payload)
        queued.delete()
        import_string(task["func"])(*task["args"], **task["kwargs"])
        done += 1
    return done


def _fill(shop: Shop, offers: int, orders: int) -> None:
    _make_tables()
    User.objects.create_superuser(USERNAME, "sanne@example.test", PASSWORD, first_name="Sanne")
    connection = connect(NAME, CLIENT_ID, shop.bol_url)
    assortment.fill(shop.bol, connection, shop.folder, offers)
    sold = list(Offer.objects.with_all().filter(status="on_sale").order_by("-pk"))
    history.write(connection, sold, orders - LATE - OPEN)
    _let_customers_buy(shop.bol, sold)
    _look("orders")
    # All else was looked at as well, and finds nothing new.
    Flow.objects.update(last_success_at=timezone.now(), next_run_at=timezone.now() + timedelta(days=1))
    Heartbeat.beat(WORKER)


def _make_tables() -> None:
    """Make the tables without going through the migrations, which other tests do and which takes longer than the rest."""
    with override_settings(MIGRATION_MODULES={app.label: None for app in apps.get_app_configs()}):
        call_command("migrate", run_syncdb=True, verbosity=0, interactive=False)


def connect(name: str, client_id: str, bol_url: str, **fields: Any) -> Connection:
    """Make a live connection to the local bol.com."""
    usual = {"client_secret": "secret", "api_url": bol_url, "login_url": bol_url, "is_live": True}
    connection = Connection.objects.create(name=name, client_id=client_id, **usual | fields)
    flows.open_for(connection)
    return connection


def _let_customers_buy(bol: Sandbox, sold: list[Offer]) -> None:
    """Customers bought some days ago, which is late by now, and today; at bol it stays the moment of the last one."""
    clock = bol.state.clock
    for days, customers in ((3, LATE), (0, OPEN)):
        clock.start = timezone.now() - timedelta(days=days)
        for number in range(customers):
            bol.place_orders(
                retailer=CLIENT_ID, items=[{"ean": sold[number * 3 % len(sold)].product.ean}], force=True
            )
