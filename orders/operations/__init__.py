"""What the orders app says to bol, a module per kind of subject."""

from orders.operations.cancellations import CancelOrder
from orders.operations.labels import ChooseLabel, CreateLabel, FetchLabel
from orders.operations.returns import CreateReturn, HandleReturn
from orders.operations.shipments import CreateShipment
from orders.operations.transports import ChangeTransport

__all__ = [
    "CancelOrder",
    "ChangeTransport",
    "ChooseLabel",
    "CreateLabel",
    "CreateReturn",
    "CreateShipment",
    "FetchLabel",
    "HandleReturn",
]
