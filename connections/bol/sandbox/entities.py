"""What bol keeps: retailers, offers, orders, shipments and process statuses, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

Json = dict[str, Any]


def name_of(condition: Json) -> str:
    """NEW, or the category with its state or grade: what keeps two offers for one EAN apart."""
    rank = condition.get("state") or condition.get("grade")
    return f"{condition['category']} {rank}" if rank else str(condition["category"])


@dataclass
class Retailer:
    """A seller's account; `client_id` is the key by which everything else names it."""

    client_id: str
    secret_digest: str = field(repr=False)
    retailer_id: int = 0
    active: bool = True


@dataclass
class Offer:
    """One offer; details are kept in the words of the offers API version 11."""

    number: int
    offer_id: str
    retailer: str
    ean: str
    condition: Json
    pricing: Json
    fulfilment: Json
    created_at: datetime
    modified_at: datetime
    for_sale_from: datetime
    on_hold: bool = False
    reference: str | None = None
    economic_operator_id: str | None = None
    title: str | None = None
    countries: list[str] = field(default_factory=lambda: ["NL", "BE"])
    amount: int = 0
    managed_by_retailer: bool = False
    baseline: int = 0
    quantity_open: int = 0
    quantity_ordered_since: int = 0
    quantity_shipped_since: int = 0

    @property
    def condition_name(self) -> str:
        """What keeps it apart from another offer for the same EAN."""
        return name_of(self.condition)

    @property
    def price(self) -> Decimal:
        """The price of a single unit."""
        return Decimal(self.pricing["bundlePrices"][0]["unitPrice"])


@dataclass
class Customer:
    """An invented buyer: where it goes in bol's words, and business fields when it is a company.

    `home` is the own address of who lets it be sent to a pick-up point; without `tells_billing` bol tells none of it.
    """

    address: Json
    business: Json = field(default_factory=dict)
    pickup_point: str | None = None
    home: Json | None = None
    tells_billing: bool = True


@dataclass
class OrderItem:
    """One line of an order."""

    item_id: str
    offer_id: str
    ean: str
    title: str
    reference: str | None
    method: str
    distribution_party: str
    quantity: int
    unit_price: Decimal
    commission: Decimal
    latest_delivery: date
    expiry: date
    baseline: int
    changed_at: datetime
    shipped: int = 0
    cancelled: int = 0
    cancellation_request: bool = False
    exact_delivery: date | None = None
    time_frame: str = "REGULAR"
    discounts: list[Json] = field(default_factory=list)
    services: list[str] = field(default_factory=list)

    @property
    def total_price(self) -> Decimal:
        """What the customer paid for all units, VAT included."""
        off = sum((discount["amount"] for discount in self.discounts), Decimal(0))
        return Decimal(self.unit_price * self.quantity) - off

    @property
    def open(self) -> int:
        """How many are neither shipped nor cancelled."""
        return self.quantity - self.shipped - self.cancelled


@dataclass
class Order:
    """What one customer bought at one moment."""

    number: int
    order_id: str
    retailer: str
    placed_at: datetime
    changed_at: datetime
    customer: Customer
    items: list[OrderItem]

    @property
    def is_open(self) -> bool:
        """Whether anything is still to be shipped or cancelled."""
        return any(item.open for item in self.items)


@dataclass
class Shipment:
    """One parcel; `quantities` says how many of which order item are in it, `method` whether bol sent it itself.

    `events` are what its carrier reported (``{"code", "at"}``, oldest first), `ahead` the codes of what it will report.
    """

    number: int
    shipment_id: str
    transport_id: str
    retailer: str
    order_id: str
    shipped_at: datetime
    quantities: dict[str, int]
    reference: str | None = None
    transporter_code: str | None = None
    track_and_trace: str | None = None
    label_id: str | None = None
    method: str = "FBR"
    events: list[Json] = field(default_factory=list)
    ahead: list[str] = field(default_factory=list)


@dataclass
class DeliveryOption:
    """What bol asks for carrying units of order items with its own label, and until when; times are aware UTC."""

    option_id: str
    retailer: str
    order_id: str
    quantities: dict[str, int]
    transporter_code: str
    label_type: str
    name: str
    price: Decimal
    max_weight: str
    max_dimensions: str
    recommended: bool
    valid_until: date
    earliest_handover: datetime
    latest_handover: datetime
    is_on_time: bool


@dataclass
class ShippingLabel:
    """A label that was bought; `shipment_id` is the parcel that it is on."""

    number: int
    label_id: str
    retailer: str
    order_id: str
    quantities: dict[str, int]
    name: str
    price: Decimal
    transporter_code: str
    track_and_trace: str
    bought_at: datetime
    ready_at: datetime
    shipment_id: str | None = None


@dataclass
class Processing:
    """What became of so many units of a return item."""

    quantity: int
    handling_result: str
    processing_result: str
    processed_at: datetime


@dataclass
class ReturnItem:
    """So many units of one order item on their way back; `reason` is in bol's words."""

    rma_id: str
    order_id: str
    item_id: str
    ean: str
    title: str
    expected: int
    reason: Json
    handled: bool = False
    results: list[Processing] = field(default_factory=list)

    @property
    def returned(self) -> int:
        """How many units count as returned: none of a return that was cancelled."""
        cancelled = any(result.processing_result == "CANCELLED" for result in self.results)
        return 0 if cancelled else self.expected


@dataclass
class Return:
    """What one customer sends back in one parcel; `method` says whether the retailer or bol handles it."""

    number: int
    return_id: str
    retailer: str
    registered_at: datetime
    method: str
    items: list[ReturnItem]
    customer: Customer
    track_and_trace: str | None = None
    transporter_name: str | None = None

    @property
    def is_handled(self) -> bool:
        """Whether nothing waits for a handling result."""
        return all(item.handled for item in self.items)


@dataclass
class ProcessStatus:
    """The receipt of an asynchronous command, and the command itself until it is carried out."""

    number: int
    process_id: str
    retailer: str
    event_type: str
    description: str
    created_at: datetime
    command: Json
    entity_id: str | None = None
    status: str = "PENDING"
    error: str | None = None
    settled_at: datetime | None = None
    ruling: Json | None = None


@dataclass
class EconomicOperator:
    """Who answers for products of a retailer in the EU; `status` is PENDING, VALID or INVALID."""

    number: int
    operator_id: str
    retailer: str
    name: str
    status: str
    address: Json = field(default_factory=dict)


@dataclass
class Export:
    """A CSV file of a retailer's offers as they were at one moment."""

    report_id: str
    retailer: str
    created_at: datetime
    text: str


@dataclass
class Subscription:
    """Where a retailer wants to be told of which events, in bol's names for them."""

    number: int
    subscription_id: str
    retailer: str
    resources: list[str]
    url: str
    subscription_type: str
    enabled: bool = True
    identity: str | None = None


@dataclass
class SigningKey:
    """A key that signs notifications, in PEM."""

    key_id: str
    private_key: str = field(repr=False)


@dataclass
class Delivery:
    """One notification on its way to one address, with every attempt to hand it over.

    `status` is HELD, PLANNED, DUE, ON_ITS_WAY, DELIVERED, FAILED or DROPPED.
    """

    number: int
    subscription_id: str
    retailer: str
    url: str
    body: str
    created_at: datetime
    status: str = "PLANNED"
    is_forged: bool = False
    key_id: str | None = None
    signature: str = ""
    attempts: list[Json] = field(default_factory=list)


def without_none(values: Mapping[str, Any]) -> Json:
    """A copy that leaves out what has no value, as bol does."""
    return {key: value for key, value in values.items() if value is not None}
