"""The one list of everything that the orders app keeps as text: what tells of a customer, and what does not.

A model of this app is in it with each of its texts, JSON, files and bytes; a test fails where one is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from orders.businesses import REGISTERED, business_of
from orders.models import (
    Cancellation,
    LabelDocument,
    Listing,
    MissedOrder,
    Order,
    OrderItem,
    OrderToFetch,
    OrderWord,
    Return,
    ReturnCreation,
    ReturnHandling,
    ReturnItem,
    Shipment,
    ShipmentBatch,
    ShippingLabel,
    Tombstone,
)

Erase = Callable[[Any], Any]


@dataclass(frozen=True)
class Holding:
    """What one model keeps.

    It forgets when its `root` does, an order or a return; `path` is the lookup that leads to the key of that. A model
    without a root has nothing to forget. `erased` maps a field to what makes its value anonymous, `kept` are the texts
    that tell nothing of a person. `subject` is what the outbox calls such a row, before the colon. Of a model that
    `is_removed` the rows go as a whole.
    """

    model: type[Model]
    root: type[Model] | None
    path: str
    kept: frozenset[str]
    erased: Mapping[str, Erase] = field(default_factory=dict)
    subject: str = ""
    is_removed: bool = False


def no_text(_value: Any) -> str:
    """Leave nothing of a text."""
    return ""


def no_data(_value: Any) -> dict[str, Any]:
    """Leave nothing of JSON data."""
    return {}


def only_country(details: dict[str, Any]) -> dict[str, Any]:
    """Leave the country of an address."""
    return {name: details[name] for name in ("countryCode",) if details.get(name)}


def only_business(details: dict[str, Any]) -> dict[str, Any]:
    """Leave the country, and of a registered business what an invoice must name for as long as the tax law says."""
    names = REGISTERED if business_of(details) else ()
    return only_country(details) | {name: details[name] for name in names if details.get(name)}


HOLDINGS = (
    Holding(
        Order,
        Order,
        "pk",
        kept=frozenset({"order_id", "status", "fulfilment_method", "shipping_country"}),
        erased={
            "shipping_name": no_text,
            "shipping_company": no_text,
            "shipping_postcode": no_text,
            "shipping_city": no_text,
            "shipping_details": only_country,
            "billing_details": only_business,
            "raw": no_data,
        },
    ),
    Holding(
        OrderItem,
        Order,
        "order",
        kept=frozenset(
            {
                "order_item_id",
                "ean",
                "title",
                "reference",
                "discounts",
                "additional_services",
                "fulfilment_method",
                "distribution_party",
                "time_frame",
                "bol_offer_id",
            }
        ),
    ),
    Holding(
        Shipment,
        Order,
        "order",
        kept=frozenset(
            {
                "reference",
                "transporter_code",
                "state",
                "shipped_before",
                "shipment_id",
                "transport_id",
                "known_transporter_code",
                "sent_transporter_code",
                "transport_state",
            }
        ),
        # A carrier shows name and address to who has the code.
        erased={
            "track_and_trace": no_text,
            "known_track_and_trace": no_text,
            "sent_track_and_trace": no_text,
            "reason": no_text,
            "transport_reason": no_text,
        },
        subject="shipment",
    ),
    Holding(
        Cancellation,
        Order,
        "item__order",
        kept=frozenset({"reason_code", "state"}),
        erased={"answer": no_text},
        subject="cancellation",
    ),
    Holding(OrderWord, Order, "order", kept=frozenset(), is_removed=True),
    Holding(
        ShippingLabel,
        Order,
        "order",
        kept=frozenset(
            {
                "choice",
                "shipping_label_offer_id",
                "name",
                "label_type",
                "state",
                "shipping_label_id",
                "transporter_code",
            }
        ),
        erased={"reason": no_text, "track_and_trace": no_text},
        subject="label",
    ),
    Holding(LabelDocument, Order, "label__order", kept=frozenset(), is_removed=True),
    Holding(
        ReturnCreation,
        Order,
        "order_item__order",
        kept=frozenset({"handling_result", "state", "return_id"}),
        erased={"answer": no_text},
        subject="return-creation",
    ),
    Holding(
        Return,
        Return,
        "pk",
        kept=frozenset({"return_id", "fulfilment_method", "transporter_name"}),
        erased={"track_and_trace": no_text, "customer_details": only_country},
    ),
    Holding(
        ReturnItem,
        Return,
        "parcel",
        # The reasons are bol's own words, chosen from a list.
        kept=frozenset({"rma_id", "order_id", "ean", "title", "main_reason", "detailed_reason", "results"}),
        erased={"customer_comments": no_text},
    ),
    Holding(
        ReturnHandling,
        Return,
        "item__parcel",
        kept=frozenset({"handling_result", "state", "results_before"}),
        erased={"answer": no_text},
        subject="return-handling",
    ),
    Holding(Listing, None, "", kept=frozenset({"flow"})),
    Holding(MissedOrder, None, "", kept=frozenset({"order_id"})),
    Holding(ShipmentBatch, None, "", kept=frozenset({"source"})),
    Holding(OrderToFetch, None, "", kept=frozenset({"order_id", "last_error"})),
    Holding(Tombstone, None, "", kept=frozenset({"order_id"})),
)


def anonymous(model: type[Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return these values of a row of `model` without what tells of a customer."""
    erased = next(holding.erased for holding in HOLDINGS if holding.model is model)
    return {
        name: erased[name](value) if value and name in erased else value for name, value in values.items()
    }
