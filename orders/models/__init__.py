"""What the back office knows of orders at bol and of the parcels that left for them."""

from orders.models.batch import ShipmentBatch
from orders.models.cancellation import Cancellation, CancellationReason, CancellationState
from orders.models.fetching import Listing, MissedOrder, OrderToFetch
from orders.models.item import OrderItem
from orders.models.label import (
    LabelChoice,
    LabelDocument,
    LabelState,
    ShippingLabel,
    ShippingLabelLine,
)
from orders.models.order import Order, OrderQuerySet, OrderStatus
from orders.models.returned import (
    CommandState,
    HandlingResult,
    Return,
    ReturnCommand,
    ReturnCreation,
    ReturnHandling,
    ReturnItem,
)
from orders.models.shipment import Shipment, ShipmentItem, ShipmentState, TransportState
from orders.models.tombstone import Tombstone
from orders.models.word import OrderWord

__all__ = [
    "Cancellation",
    "CancellationReason",
    "CancellationState",
    "CommandState",
    "HandlingResult",
    "LabelChoice",
    "LabelDocument",
    "LabelState",
    "Listing",
    "MissedOrder",
    "Order",
    "OrderItem",
    "OrderQuerySet",
    "OrderStatus",
    "OrderToFetch",
    "OrderWord",
    "Return",
    "ReturnCommand",
    "ReturnCreation",
    "ReturnHandling",
    "ReturnItem",
    "Shipment",
    "ShipmentBatch",
    "ShipmentItem",
    "ShipmentState",
    "ShippingLabel",
    "ShippingLabelLine",
    "Tombstone",
    "TransportState",
]
