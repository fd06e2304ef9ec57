"""Orders for the bookkeeping as a spreadsheet: a row per order item, with what bol says of money and quantities.

No customer is in it: no name, address, e-mail or phone number. The VAT data of a business is, because the law asks for it
on an invoice; see orders.businesses.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from offers.spreadsheets import Cell, Table
from orders.businesses import Business, business_of
from orders.days import end_of, start_of
from orders.models import Order, OrderItem, ShipmentItem
from orders.models.shipment import ShipmentState

HEADER = (
    "order_id",
    "order_item_id",
    "connection",
    "placed_at",
    "status",
    "fulfilment_method",
    "distribution_party",
    "country",
    "ean",
    "reference",
    "title",
    "quantity",
    "quantity_shipped",
    "quantity_cancelled",
    "unit_price",
    "discount",
    "discount_titles",
    "total_price",
    "commission",
    "additional_services",
    "delivery_date",
    "shipped_at",
    "changed_at",
    "company",
    "vat_number",
    "kvk_number",
    "order_reference",
    "billing_country",
)
AT_ONCE = 2000


def bookkeeping(orders: QuerySet[Order]) -> Table:
    """Return the items of these orders as a table, oldest order first; times are Amsterdam's, money is in euros with VAT."""
    return Table("Orders", HEADER, _rows(items_in(orders)))


def items_in(orders: QuerySet[Order]) -> QuerySet[OrderItem]:
    """Return the items of these orders, however the orders were found."""
    return OrderItem.objects.filter(order__in=orders.order_by().values("pk"))


def placed_between(orders: QuerySet[Order], since: date | None, until: date | None) -> QuerySet[Order]:
    """Return the orders placed on these days in Amsterdam, the first and the last included."""
    if since:
        orders = orders.filter(placed_at__gte=start_of(since))
    return orders.filter(placed_at__lt=end_of(until)) if until else orders


def _rows(items: QuerySet[OrderItem]) -> Iterator[list[Cell]]:
    rows = (
        items.select_related("order__connection")
        .defer("order__raw", "order__shipping_details")
        .annotate(left_at=Subquery(_last_parcels()))
        .order_by("order__placed_at", "order_id", "pk")
    )
    for item in rows.iterator(AT_ONCE):
        yield _row(item)


def _last_parcels() -> QuerySet[Any, Any]:
    parcels = ShipmentItem.objects.filter(item=OuterRef("pk")).exclude(shipment__state=ShipmentState.REFUSED)
    return parcels.order_by().values("item").annotate(last=Max("shipment__shipped_at")).values("last")


def _row(item: OrderItem) -> list[Cell]:
    order, business = item.order, business_of(item.order.billing_details)
    return [
        order.order_id,
        item.order_item_id,
        order.connection.name,
        _amsterdam(order.placed_at),
        order.status,
        item.fulfilment_method,
        item.distribution_party,
        order.shipping_country,
        item.ean,
        item.reference,
        item.title,
        item.quantity,
        item.quantity_shipped,
        item.quantity_cancelled,
        *_money(item),
        ", ".join(item.additional_services),
        item.exact_delivery_date or item.latest_delivery_date,
        _amsterdam(item.left_at),  # type: ignore[attr-defined]
        _amsterdam(item.latest_changed_at),
        *_business_cells(business),
        str(order.billing_details.get("countryCode") or ""),
    ]


def _money(item: OrderItem) -> list[Cell]:
    amounts = [Decimal(discount["amount"]) for discount in item.discounts]
    return [
        item.unit_price,
        sum(amounts, Decimal("0.00")),
        ", ".join(discount["title"] for discount in item.discounts),
        item.total_price,
        item.commission,
    ]


def _business_cells(business: Business | None) -> list[Cell]:
    if business is None:
        return [""] * 4
    return [business.company, business.vat_number, business.kvk_number, business.order_reference]


def _amsterdam(moment: datetime | None) -> datetime | None:
    return timezone.localtime(moment).replace(microsecond=0, tzinfo=None) if moment else None
