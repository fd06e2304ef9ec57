"""An installation with a bol of its own and real workers, which are frozen, killed and robbed of their queue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import environ
import psutil
from django.db.utils import ConnectionHandler

from offers.rules import check_digit
from tests.processes import Installation, RemoteSandbox, installation, kill_session, start_sandbox

# Short leases: what a dead worker held is free again after seconds instead of a minute.
HURRY = {
    "BOL_LEASE_SECONDS": "8",
    "BOL_CALL_SECONDS": "4",
    "BOL_SETTLE_SECONDS": "4",
    "ORDERS_INTERVAL": "10",
}
HEADER = "project,reference,ean,title,price,stock,delivery_code"
CONNECT = """
from connections.models import Connection
for name in {names!r}:
    Connection.objects.create(
        name=name, client_id=name, client_secret="secret", is_live=True, api_url={url!r}, login_url={url!r},
        offers_api="v10" if name.endswith("v10") else "v11",
    )
result = Connection.objects.count()
"""
SHIP = """
from orders.models import Order
from orders.services import Parcel, mark_shipped
parcels = [Parcel(order.pk, "TNT", f"3STEST{order.pk:09}") for order in Order.objects.to_ship()]
result = len(mark_shipped(parcels).shipments)
"""


@contextmanager
def workplace(folder: Path, *sandbox_arguments: str, **environment: str) -> Iterator[Workplace]:
    """Open an installation beside a bol of its own."""
    with installation(folder, **HURRY | environment) as shop:
        made = Workplace(shop, start_sandbox(shop, *sandbox_arguments))
        try:
            yield made
        finally:
            made.database.close()


class Workplace:
    """An installation, its bol, and its tables as they are read from outside."""

    def __init__(self, shop: Installation, sandbox: RemoteSandbox) -> None:
        self.shop = shop
        self.sandbox = sandbox
        url = environ.Env.db_url_config(shop.environment["DATABASE_URL"])
        self.database = ConnectionHandler({"default": url})["default"]

    def connect(self, *names: str) -> None:
        """Add live connections to bol; one whose name ends with v10 speaks that dialect."""
        self.shop.shell(CONNECT.format(names=names, url=self.sandbox.url))

    def write_file(self, name: str, numbers: Sequence[int]) -> Path:
        """Write a spreadsheet with these articles for a project."""
        rows = [f"{name},{name}-{n},{ean_of(n)},Article {n},12.50,900,1-2d" for n in numbers]
        file = self.shop.folder / f"{name}-{numbers[0]}.csv"
        file.write_text("\n".join([HEADER, *rows]))
        return file

    def import_offers(self, name: str, numbers: Sequence[int]) -> None:
        """Load a spreadsheet with these articles into a project of a connection."""
        self.shop.manage("import_assortment", str(self.write_file(name, numbers)), "--connection", name)

    def sell(self, name: str, count: int) -> None:
        """Let customers buy."""
        self.sandbox.ask("POST", "/_sandbox/orders", {"retailer": name, "count": count})

    def sell_something_else(self, name: str, count: int) -> None:
        """Let customers buy an article that was offered in bol's own screens, and fetch their orders."""
        fields = {"retailer": name, "ean": "8710000000017", "price": 9, "stock": 900}
        self.sandbox.ask("POST", "/_sandbox/offers", fields)
        self.sell(name, count)
        self.shop.manage("run_flow", "orders")

    # What has come of it --------------------------------------------------------------------------------

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.database.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def count(self, table: str, condition: str = "1 = 1") -> int:
        """Return how many rows of a table there are."""
        return int(self.rows(f"SELECT COUNT(*) FROM {table} WHERE {condition}")[0][0])  # noqa: S608

    def messages(self) -> dict[str, int]:
        """Return how many messages there are in each state."""
        return dict(self.rows("SELECT state, COUNT(*) FROM connections_outboxmessage GROUP BY state"))

    def has_nothing_to_send(self) -> bool:
        return set(self.messages()) <= {"succeeded", "superseded"}

    def effects(self, name: str) -> list[dict[str, Any]]:
        """Return what really happened at bol under this name."""
        return [line for line in self.sandbox.ledger() if line["effect"] == name]

    def check_parcels(self) -> None:
        """Everything that was bought was announced once, in the right number."""
        shipped = [(line["item"], line["quantity"]) for line in self.effects("ITEM_SHIPPED")]
        bought = self.rows("SELECT order_item_id, quantity FROM orders_orderitem")
        assert sorted(shipped) == sorted(bought)
        ordered = {item["item"] for line in self.effects("ORDER_PLACED") for item in line["items"]}
        assert {item for item, _quantity in bought} == ordered

    def check_offers(self, count: int) -> None:
        """We made so many offers, each of them once, and bol has the prices that we want."""
        ours = [line for line in self.effects("OFFER_CREATED") if line["by"] != "elsewhere"]
        made = Counter((line["retailer"], line["ean"]) for line in ours)
        assert (len(made), set(made.values())) == (count, {1})
        shown = self.sandbox.ask("GET", "/_sandbox/offers")["offers"]
        at_bol = {offer["offerId"]: float(_price(offer)) for offer in shown}
        here = self.rows("SELECT offer_id, price FROM offers_offer")
        assert [offer_id for offer_id, price in here if at_bol[offer_id] != float(price)] == []


class Workers:
    """Some clusters of workers; one that lost its head is swept up and started again, as systemd does."""

    def __init__(self, shop: Installation, clusters: int) -> None:
        self._shop = shop
        self._heads = [shop.start("qcluster") for _cluster in range(clusters)]

    def kill_one(self, random: Random) -> None:
        """`kill -9` one of all processes, and start again what does not run any more."""
        everyone = [process for head in self._heads for process in _family(head)]
        if everyone:
            random.choice(everyone).kill()
        for place, head in enumerate(self._heads):
            if not _runs(head):
                kill_session(head.pid)
                self._heads[place] = self._shop.start("qcluster")


def ean_of(number: int) -> str:
    """Return an EAN that is nobody's."""
    digits = f"8716{number:08}"
    return digits + check_digit(digits)


def _price(offer: dict[str, Any]) -> Any:
    return offer["pricing"]["bundlePrices"][0]["unitPrice"]


def _family(head: psutil.Process) -> list[psutil.Process]:
    try:
        return [head, *head.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _runs(process: psutil.Process) -> bool:
    return bool(process.is_running()) and process.status() != psutil.STATUS_ZOMBIE
