"""Every page of the admin renders, with as many queries for many rows as for few."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connections.models import Connection, Flow, Lane, OutboxMessage, RequestLogEntry
from offers.models import ConflictMember, Drift, EanConflict, Offer, Product, Project, Reconciliation
from offers.rules import check_digit
from orders.models import Order, OrderItem, Shipment, ShipmentItem

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture
def page(client, staff):
    client.force_login(staff)
    return client


def ean(number: int) -> str:
    digits = f"2000{number:08}"
    return digits + check_digit(digits)


def fill(count: int) -> None:
    """Add `count` rows of everything that has a list."""
    start = Product.objects.count()
    shop = Connection.objects.create(name=f"Shop {start}", client_id="id")
    Flow.objects.create(connection=shop, kind="orders", last_success_at=timezone.now())
    project = Project.objects.create(name=f"Project {start}", connection=shop)
    for number in range(start, start + count):
        product = Product.objects.create(reference=f"SKU-{number}", ean=ean(number), title=f"Title {number}")
        offer = Offer.objects.create(project=project, product=product, price="12.50", stock=3)
        conflict = EanConflict.objects.create(
            connection=shop, ean=product.ean, condition=offer.condition, owner=offer
        )
        ConflictMember.objects.create(conflict=conflict, offer=offer)
        message = OutboxMessage.objects.create(
            connection=shop,
            operation="CREATE_OFFER",
            subject=offer.subject,
            lane=Lane.DETAILS,
            waiting_key=offer.subject,
        )
        RequestLogEntry.objects.create(
            connection=shop,
            message=message,
            at=timezone.now(),
            method="GET",
            path="/",
            duration_ms=3,
            status=200,
        )
        order = Order.objects.create(
            connection=shop, order_id=f"A{number}", placed_at=timezone.now() - timedelta(hours=number)
        )
        item = OrderItem.objects.create(
            order=order,
            order_item_id=f"I{number}",
            ean=product.ean,
            title=product.title,
            offer=offer,
            quantity=2,
        )
        shipment = Shipment.objects.create(order=order, transporter_code="TNT", track_and_trace=f"3S{number}")
        ShipmentItem.objects.create(shipment=shipment, item=item, quantity=1)
        look = Reconciliation.objects.create(connection=shop)
        Drift.objects.create(
            connection=shop, reconciliation=look, offer=offer, bol_offer_id=str(number), kind="gone"
        )


def queries(page, address: str) -> int:
    with CaptureQueriesContext(database) as captured:
        assert page.get(address).status_code == 200
    return len(captured)


def list_of(model) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_list_asks_no_more_for_many_rows_than_for_few(page, model):
    fill(2)
    page.get(list_of(model))
    few = queries(page, list_of(model))

    fill(20)

    assert queries(page, list_of(model)) <= few


def test_the_front_page_asks_no_more_for_many_rows_than_for_few(page):
    fill(2)
    page.get(reverse("admin:index"))
    few = queries(page, reverse("admin:index"))

    fill(20)

    assert queries(page, reverse("admin:index")) <= few


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_the_page_of_every_row_renders(page, model):
    fill(1)
    for row in model._default_manager.all()[:1]:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
        assert page.get(address).status_code == 200


def test_what_a_customer_or_a_file_wrote_is_shown_as_text(page):
    fill(1)
    attack = "<script>alert(1)</script>"
    Product.objects.update(title=attack)
    OrderItem.objects.update(title=attack)
    Order.objects.update(shipping_name=attack)

    for model in (Product, Offer, Order, Shipment):
        assert attack not in page.get(list_of(model)).content.decode()
