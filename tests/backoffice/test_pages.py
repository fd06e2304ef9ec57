"""Every page of the admin renders, with as many queries for many rows as for few."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connections.models import (
    Connection,
    Flow,
    Lane,
    Notification,
    NotificationRefusal,
    OutboxMessage,
    RequestLogEntry,
    Subscription,
)
from connections.models.inbox import RefusalReason
from offers.models import ConflictMember, Drift, EanConflict, Offer, Product, Project, Reconciliation
from offers.rules import check_digit
from orders.models import (
    Cancellation,
    Order,
    OrderItem,
    Return,
    ReturnHandling,
    ReturnItem,
    Shipment,
    ShipmentBatch,
    ShipmentItem,
)

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
    for reason in RefusalReason:
        NotificationRefusal.count_one(shop.pk, reason)
    for number in range(start, start + count):
        offer = add_offer(project, number)
        say_something_about(offer)
        hear_something(shop, number, is_ours=number == start)
        add_return(add_order(offer, number), number)


def add_offer(project: Project, number: int) -> Offer:
    """A product for sale, whose EAN is contested, and that is gone at bol."""
    product = Product.objects.create(reference=f"SKU-{number}", ean=ean(number), title=f"Title {number}")
    offer = Offer.objects.create(project=project, product=product, price="12.50", stock=3)
    shop = project.connection
    conflict = EanConflict.objects.create(
        connection=shop, ean=product.ean, condition=offer.condition, owner=offer
    )
    ConflictMember.objects.create(conflict=conflict, offer=offer)
    look = Reconciliation.objects.create(connection=shop)
    Drift.objects.create(
        connection=shop, reconciliation=look, offer=offer, bol_offer_id=str(number), kind="gone"
    )
    return offer


def say_something_about(offer: Offer) -> None:
    """A message that waits, and a request that was made for it."""
    shop = offer.project.connection
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


def hear_something(shop: Connection, number: int, *, is_ours: bool) -> None:
    """A notification, and a subscription by which it may have come."""
    Notification.objects.create(
        connection=shop,
        event_key=str(number),
        resource="ORDER",
        resource_id=f"A{number}",
        happened_at=timezone.now(),
    )
    Subscription.objects.create(
        connection=shop,
        url=f"https://tool.example/{number}",
        resources=["ORDER"],
        is_ours=is_ours,
        known={"url": "https://tool.example", "resources": ["ORDER"], "enabled": True},
    )


def add_order(offer: Offer, number: int) -> OrderItem:
    """An order of two, of which one was shipped."""
    order = Order.objects.create(
        connection=offer.project.connection,
        order_id=f"A{number}",
        placed_at=timezone.now() - timedelta(hours=number),
    )
    item = OrderItem.objects.create(
        order=order,
        order_item_id=f"I{number}",
        ean=offer.product.ean,
        title=offer.product.title,
        offer=offer,
        quantity=2,
    )
    shipment = Shipment.objects.create(
        order=order,
        transporter_code="TNT",
        track_and_trace=f"3S{number}",
        batch=ShipmentBatch.objects.create(),
    )
    ShipmentItem.objects.create(shipment=shipment, item=item, quantity=1)
    Cancellation.objects.create(item=item, reason_code="OUT_OF_STOCK", quantity=1)
    return item


def add_return(item: OrderItem, number: int) -> None:
    """An article that came back, and a word about it that bol refused."""
    order = item.order
    parcel = Return.objects.create(
        connection=order.connection, return_id=f"R{number}", registered_at=timezone.now()
    )
    came = ReturnItem.objects.create(
        parcel=parcel, rma_id=f"{number}", order_id=order.order_id, order_item=item, expected_quantity=1
    )
    ReturnHandling.objects.create(item=came, handling_result="RETURN_RECEIVED", quantity=1, state="refused")


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


def test_boxes_headers_and_labels_are_not_drawn_anew_for_every_row(page):
    fill(2)
    page.get(list_of(Offer))
    few = drawn(page, list_of(Offer))

    fill(20)

    assert drawn(page, list_of(Offer)) == few


def drawn(page, address: str) -> int:
    """How often a page drew a box or a label."""
    names = [template.name or "" for template in page.get(address).templates]
    return sum(name in {"django/forms/widgets/checkbox.html", "unfold/helpers/label.html"} for name in names)


def test_the_box_of_a_row_is_named_after_the_row(page):
    fill(1)
    Product.objects.update(reference="SKU <1>")

    shown = page.get(list_of(Product)).content.decode()

    assert 'aria-label="Select this object for an action - SKU &lt;1&gt; · Title 0"' in shown


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
