"""What the back office knows of orders at bol and of the parcels that left for them."""

from orders.models.fetching import Listing, OrderToFetch
from orders.models.item import OrderItem
from orders.models.order import Order, OrderStatus
from orders.models.shipment import Shipment, ShipmentItem, ShipmentState

__all__ = [
    "Listing",
    "Order",
    "OrderItem",
    "OrderStatus",
    "OrderToFetch",
    "Shipment",
    "ShipmentItem",
    "ShipmentState",
]
