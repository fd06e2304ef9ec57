"""The pages about orders, parcels and returns."""

from orders.admin.batch import ShipmentBatchAdmin
from orders.admin.cancellation import CancellationAdmin
from orders.admin.fetching import MissedOrderAdmin, OrderToFetchAdmin
from orders.admin.labels import ShippingLabelAdmin
from orders.admin.order import OrderAdmin
from orders.admin.returns import ReturnAdmin, ReturnItemAdmin
from orders.admin.shipment import ShipmentAdmin

__all__ = [
    "CancellationAdmin",
    "MissedOrderAdmin",
    "OrderAdmin",
    "OrderToFetchAdmin",
    "ReturnAdmin",
    "ReturnItemAdmin",
    "ShipmentAdmin",
    "ShipmentBatchAdmin",
    "ShippingLabelAdmin",
]
