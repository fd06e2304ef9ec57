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

    a_bulk_answer_keeps_the_order: bool = True
    """Many process statuses at once: in the order in which they were asked for, or in another?"""

    an_order_names_its_offers: bool = True
    """Sellers have seen orders without the offer that was bought."""

    answers_use_older_spellings: bool = False
    """Answers of earlier years say pickUpPoint, and id where it is processStatusId now."""

    only_items_via_bol_have_options: bool = True
    """Delivery options for an item that the retailer promised to carry itself: none, or labels all the same? bol's pages
    of version 8 speak of both; those of version 10 of shipping via bol."""

    a_label_is_ready_after: timedelta = timedelta(0)
    """How long after it was bought a label answers 404: bol says that it is not always ready at once."""

    a_list_of_returns_is_of_unhandled_ones: bool = True
    """GET /retailer/returns without `handled`: only what waits for the retailer, or everything?"""

    any_handling_result_handles_a_return: bool = True
    """A return item with a result for fewer units than expected: handled, or open until all units have one?"""

    a_return_expires_after: timedelta | None = timedelta(days=30)
    """bol shows EXPIRED on returns whose parcel never came; after how long is not documented. None: never."""

    an_operator_is_needed_after: timedelta | None = None
    """How long an offer is sold without a valid economic operator; None: bol only asks for one. Since February 2025 bol
    takes such offers offline; after how long, and with which reason, is not documented."""

    webhooks_on_this_machine_need_no_https: bool = True
    """bol posts notifications to https only. For those who try things out, the sandbox also posts to http on loopback."""

    offer_events_reach_webhooks: bool = False
    """Events about the sale of offers go to GCP_PUBSUB and AWS_SQS only, say bol's pages; does bol refuse a webhook for
    them, or post them?"""

    a_cancellation_request_names_the_order: bool = True
    """The resourceId of ORDER_ITEM_CANCELLATION_REQUEST: the order, or the order item?"""

    notifications_are_spelled_as_in_2021: bool = False
    """`timestamp`, as bol documents it, or `timeStamp` with `metadata` and `links`, as bol was seen to post?"""

    notification_waits_s: tuple[float, ...] = (1, 2, 4, 8, 16, 32, 64, 128, 256)
    """The pauses between the attempts to post a notification: ten within about ten minutes. An older page of bol speaks
    of retries after 1, 2, 4 and 8 minutes."""

    failed_notifications_end_a_subscription: bool = True
    """After the last attempt bol switches the subscription off, say its news of December 2023; before, it only let go of
    the notification."""


MAX_BUNDLE_PRICES = 4
"""Of version 10; version 11 names no maximum."""

MAX_BUNDLE_QUANTITY = 24
"""Of version 10; version 11 names no maximum."""

MAX_STOCK = 999
"""Of version 10; version 11 names no maximum."""

COMMISSION_RATE = "0.15"
HANDLED_ORDERS_STAY_HOURS = 48
BOL_SHIPS_AFTER_HOURS = 12
BOL_HANDLES_RETURNS_AFTER_DAYS = 5
EXPORT_IS_REUSED_MINUTES = 15
EXPORT_LASTS_DAYS = 14

ITEM_UNKNOWN = "Order item with id {item} does not exist."
ITEM_NOT_OPEN = "Order item with id {item} has already been handled."
QUANTITY_TOO_HIGH = "Quantity {quantity} exceeds the open quantity {open} of order item {item}."
ITEMS_OF_TWO_ORDERS = "All order items of a shipment must belong to one order."
NOT_YOURS_TO_SHIP = "Order item with id {item} is fulfilled by bol."
RETURN_UNKNOWN = "Return item with rma id {rma} not found."
RETURN_TOO_MANY = "Quantity {quantity} exceeds the {left} units of order item {item} that can be returned."
RETURN_TOO_LATE = "Order item with id {item} was shipped more than 90 days ago."
RESULT_TOO_MANY = "Quantity {quantity} exceeds the expected quantity {expected} of rma id {rma}."
NOT_YOURS_TO_HANDLE = "The return with rma id {rma} is handled by bol."
OFFER_UNKNOWN = "Offer with id {offer} not found."
TRANSPORT_UNKNOWN = "Transport with id {transport} not found."
NOT_YOUR_TRANSPORT = "Transport with id {transport} is arranged by bol."
OPTION_UNKNOWN = "Shipping label offer with id {option} not found, or not for these order items."
OPTION_EXPIRED = "Shipping label offer with id {option} is no longer valid."
LABEL_USED = "Shipping label with id {label} has been used for another shipment."
LABEL_FOR_OTHERS = "Shipping label with id {label} was made for other order items."
LABEL_UNKNOWN = "Shipping label with id {label} not found."
DUPLICATE = "Duplicate found: retailer offer '{offer}' already has EAN {ean} and condition {condition}."
SUBSCRIPTION_UNKNOWN = "Subscription with id {subscription} not found."
SUBSCRIPTION_EXISTS = "Subscription {subscription} already posts to {url}."
FAILED = "The request could not be processed."
TIMED_OUT = "The request could not be processed in time."
NO_OPERATOR = ("4003-9", "A valid economic operator is missing")
