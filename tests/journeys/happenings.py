"""What happens to a shop on a day: what colleagues, customers and bol do while nobody is at the browser."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from django.core.files import File
from django.utils import timezone

from backoffice.demo import HEADER
from connections import flows
from connections.models import Alert, Connection, Heartbeat
from connections.monitoring.watching import watch
from connections.schedules import WORKER
from offers import services
from offers.imports import runs
from offers.models import ImportRun, Offer, Product, Project
from offers.rules import check_digit
from orders.models import Order
from orders.services import Parcel, mark_shipped
from tests.journeys.shop import NAME, Shop, connect


def have_a_busy_day(shop: Shop) -> None:
    """Let there be something of everything, as on the worst of days."""
    for offer in shop.some_offers(2):
        shop.do(claim_its_ean, offer)
    change_elsewhere(shop, shop.some_offers(3))
    shop.look("reconcile-offers")
    shop.do(services.put_on_hold, shop.some_offers(4), None, reason="The supplier recalls them")
    asking, sent_back, *leaving = shop.some_orders(14)
    shop.bol.request_cancellation(asking.order_id)
    shop.look("orders")
    shop.do(ship, [sent_back])
    shop.work()
    shop.bol.return_items(order_id=sent_back.order_id)
    shop.look("returns")
    shop.do(ship, leaving)
    be_refused(shop, "a-new-secret")
    shop.do(upload, write_with_errors(shop.folder / "prices.csv", shop.some_offers(5)))
    shop.work()
    shop.do(look_around)


def claim_its_ean(offer: Offer) -> Offer:
    """A colleague makes another product with the same EAN, dearer and in another project."""
    product = Product.objects.create(
        reference=f"{offer.product.reference}-B",
        ean=offer.product.ean,
        title=f"{offer.product.title}, new packaging",
    )
    other = Project.objects.exclude(pk=offer.project_id).get(name__in=["Kitchen", "Garden"])
    made = services.create_offer(other, product, None, price=offer.price + Decimal(1), stock=12)
    return Offer.objects.with_all().get(pk=made.pk)


def change_elsewhere(shop: Shop, offers: Sequence[Offer]) -> None:
    """Somebody changes prices in bol's own screens."""
    for offer in offers:
        shop.bol.change_offer(offer.offer_id, {"price": offer.price + 5})


def ship(orders: Sequence[Order]) -> None:
    """A colleague marks orders shipped."""
    mark_shipped([Parcel(order.pk, "TNT", f"3SBACK{order.pk:09}") for order in orders])


def be_refused(shop: Shop, secret: str) -> str:
    """bol refused an account of ours a while ago, because somebody made a new secret there; its name."""
    name = shop.new_name()
    shop.bol.add_retailer(name, secret)
    shop.do(_be_refused, name, shop.bol_url)
    return name


def _be_refused(name: str, bol_url: str) -> None:
    connection = connect(name, name, bol_url, client_secret="an-old-secret")
    flows.attempt(connection, "orders")
    before = timezone.now() - timedelta(minutes=10)
    Connection.objects.filter(pk=connection.pk).update(status_changed_at=before)


def look_around() -> None:
    """The watch looks at everything, and sees that a worker is there."""
    Heartbeat.beat(WORKER)
    watch()


def look_around_later() -> None:
    """The watch looks again when it has been quiet for a while."""
    Alert.objects.update(last_seen_at=timezone.now() - timedelta(hours=1))
    look_around()


def upload(file: Path) -> None:
    """A colleague uploads a spreadsheet."""
    connection = Connection.objects.get(name=NAME)
    with file.open("rb") as opened:
        run = ImportRun.objects.create(
            connection=connection, file=File(opened, name=file.name), original_name=file.name
        )
    runs.start_check(run)


def write_with_errors(file: Path, offers: Sequence[Offer]) -> Path:
    """Write a spreadsheet about five offers with three good rows and two that are not; returns its path.

    A price goes up, one is sold out, one is new; another has a price that is none, and the last an EAN that is none.
    """
    dearer, emptied, new, wrong_price, wrong_ean = offers
    rows = [
        _row(dearer, price=f"{dearer.price + 1}"),
        _row(emptied, stock="0"),
        _row(new, reference=f"NEW-{new.product.reference}", ean=_unused_ean(new), title="A new article"),
        _row(wrong_price, price="a lot"),
        _row(wrong_ean, ean="2000000000001"),
    ]
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, HEADER)
        writer.writeheader()
        writer.writerows(rows)
    return file


def _row(offer: Offer, **cells: str) -> dict[str, str]:
    """Return the row of an offer as the export has it, with other cells."""
    return {
        "project": str(offer.project),
        "reference": offer.product.reference,
        "ean": offer.product.ean,
        "title": offer.product.title,
        "condition": offer.condition,
        "price": f"{offer.price}",
        "stock": f"{offer.stock}",
        "on_hold": "no",
        "fulfilment_method": offer.fulfilment_method,
        "delivery_code": offer.delivery_code,
    } | cells


def _unused_ean(offer: Offer) -> str:
    """Return an EAN like that of an offer, which nothing in the shop has."""
    digits = f"2001{offer.product.ean[4:12]}"
    return digits + check_digit(digits)
