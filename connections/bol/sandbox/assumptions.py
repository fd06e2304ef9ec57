"""What the sandbox assumes about bol where bol's documents are silent.

Every text below was invented: no client may match one. Every switch has a second answer that could
be the true one, so that both can be tested.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Assumptions:
    """The answers the sandbox gives to questions that bol's documents leave open."""

    any_update_moves_the_stock_baseline: bool = False
    """With a stock led by the retailer bol counts orders since "the last offer update": of the stock, or of anything?"""

    omitted_fields_are_kept: bool = True
    """What happens to an optional field that PUT /retailer/offers/{id} (version 10) leaves out: kept, or cleared?"""

    shipment_status_names_the_shipment: bool = True
    """The entityId of a successful CREATE_SHIPMENT: the shipment, or nothing?"""

    a_second_shipment_is_refused: bool = True
    """Announcing more than is open: refused, or does the open remainder go out?"""

    expires_after_the_day: bool = True
    """An open item is cancelled when its expiryDate has passed, or already when that day begins?"""

    a_budget_returns_at_once: bool = False
    """A spent rate budget: comes it back little by little, or whole when its window ends?"""

    no_reasons_is_no_content: bool = True
    """An offer without not-for-sale reasons answers 204, or 200 without countries?"""

    an_operator_is_needed_after: timedelta | None = None
    """How long an offer is sold without a valid economic operator; None: bol only asks for one. Since February 2025 bol
    takes such offers offline; after how long, and with which reason, is not documented."""


MAX_BUNDLE_PRICES = 4
"""Of version 10; version 11 names no maximum."""

MAX_BUNDLE_QUANTITY = 24
"""Of version 10; version 11 names no maximum."""

MAX_STOCK = 999
"""Of version 10; version 11 names no maximum."""

COMMISSION_RATE = "0.15"
HANDLED_ORDERS_STAY_HOURS = 48
EXPORT_IS_REUSED_MINUTES = 15
EXPORT_LASTS_DAYS = 14

ITEM_UNKNOWN = "Order item with id {item} does not exist."
ITEM_NOT_OPEN = "Order item with id {item} has already been handled."
QUANTITY_TOO_HIGH = "Quantity {quantity} exceeds the open quantity {open} of order item {item}."
ITEMS_OF_TWO_ORDERS = "All order items of a shipment must belong to one order."
NOT_YOURS_TO_SHIP = "Order item with id {item} is fulfilled by bol."
OFFER_UNKNOWN = "Offer with id {offer} not found."
TRANSPORT_UNKNOWN = "Transport with id {transport} not found."
LABEL_UNKNOWN = "Shipping label with id {label} not found."
DUPLICATE = "Duplicate found: retailer offer '{offer}' already has EAN {ean} and condition {condition}."
TIMED_OUT = "The request could not be processed in time."
NO_OPERATOR = ("4003-9", "A valid economic operator is missing")
