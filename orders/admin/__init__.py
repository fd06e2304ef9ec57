"""The pages about orders and parcels."""

from orders.admin.order import OrderAdmin
from orders.admin.shipment import ShipmentAdmin

__all__ = ["OrderAdmin", "ShipmentAdmin"]
