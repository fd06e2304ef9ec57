"""Shipments: telling bol that a parcel left, and reading what bol knows of parcels (Retailer API v10, Shipments)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from msgspec import field

from connections.bol.answers import Answer, Body, Day, Moment, json_as
from connections.bol.paging import by_page
from connections.bol.resources.customers import BillingDetails, ShipmentDetails
from connections.bol.resources.orders import OrderOffer, OrderProduct
from connections.bol.resources.process_statuses import ProcessStatus, accepted
from connections.bol.resources.resource import Query, Resource
from connections.bol.transport import segment

_PATH = "/retailer/shipments"


class ShipmentItem(Body):
    """An order item in a parcel and how many of it. Without a quantity bol ships all that is open: give one."""

    order_item_id: str
    quantity: int | None = None


class Transport(Body):
    """Who carries the parcel: bol's transporter code and the carrier's track and trace."""

    code: str = field(name="transporterCode")
    track_and_trace: str | None = None


class _Request(Body):
    order_items: list[ShipmentItem]
    shipment_reference: str | None = None
    shipping_label_id: str | None = None
    transport: Transport | None = None


class ReducedShipmentItem(Answer):
    """An item in a list of shipments, without its quantity."""

    order_item_id: str
    ean: str = ""


class ShipmentOrder(Answer):
    """The order a shipment belongs to."""

    order_id: str
    order_placed_date_time: Moment | None = None


class ReducedTransport(Answer):
    """The transport of a shipment in a list."""

    transport_id: str | None = None


class ReducedShipment(Answer):
    """A shipment in a list; fetch it by id for the rest. `shipment_reference` is ours."""

    shipment_id: str
    shipment_date_time: Moment | None = None
    shipment_reference: str | None = None
    order: ShipmentOrder | None = None
    shipment_items: list[ReducedShipmentItem] = []
    transport: ReducedTransport | None = None


class _Shipments(Answer):
    shipments: list[ReducedShipment] = []


class ShipmentFulfilment(Answer):
    """How an item of a shipment is delivered."""

    method: str = ""
    distribution_party: str | None = None
    latest_delivery_date: Day | None = None


class ShippedItem(Answer):
    """An item in a shipment, amounts in euros. `quantity` is the order's, `quantity_shipped` the parcel's."""

    order_item_id: str
    fulfilment: ShipmentFulfilment | None = None
    offer: OrderOffer | None = None
    product: OrderProduct | None = None
    quantity: int = 0
    quantity_shipped: int | None = None
    unit_price: Decimal | None = None
    commission: Decimal | None = None


class TransportEvent(Answer):
    """Something the carrier reported, such as AT_TRANSPORTER."""

    event_code: str
    event_date_time: Moment | None = None


class ShipmentTransport(Answer):
    """The transport of a shipment; its id is what corrections go to."""

    transport_id: str | None = None
    transporter_code: str | None = None
    track_and_trace: str | None = None
    shipping_label_id: str | None = None
    transport_events: list[TransportEvent] = []


class Shipment(Answer):
    """A shipment as bol has it."""

    shipment_id: str
    shipment_date_time: Moment | None = None
    shipment_reference: str | None = None
    pickup_point: bool | None = None
    pick_up_point: bool | None = None
    """How old answers spell `pickup_point`."""
    order: ShipmentOrder | None = None
    shipment_details: ShipmentDetails | None = None
    billing_details: BillingDetails | None = None
    shipment_items: list[ShippedItem] = []
    transport: ShipmentTransport | None = None

    def __post_init__(self) -> None:
        if self.pickup_point is None:
            self.pickup_point = self.pick_up_point


_read_page = json_as(_Shipments)
_read_shipment = json_as(Shipment)


class Shipments(Resource):
    """Announces and reads shipments."""

    def create(
        self,
        items: Sequence[ShipmentItem],
        *,
        reference: str | None = None,
        transport: Transport | None = None,
        shipping_label_id: str | None = None,
    ) -> ProcessStatus:
        """Announce a parcel with 1 to 100 items of one order; once only, bol knows no repeated announcement.

        Give a transport or the id of a label bought at bol, not both. `reference` is ours, at most 90 characters.
        """
        body = _Request(list(items), reference or None, shipping_label_id, transport)
        return self._send("POST", _PATH, accepted, body)

    def list(
        self, *, order_id: str | None = None, fulfilment_method: str = "FBR", page: int = 1
    ) -> list[ReducedShipment]:
        """Give one page (50, newest first, at most 3 months back) of shipments; empty beyond the last.

        With an `order_id` bol ignores the fulfilment method (FBR or FBB).
        """
        method = None if order_id else fulfilment_method
        query: Query = {"order-id": order_id, "fulfilment-method": method, "page": page}
        return self._get(_PATH, _read_page, query).shipments

    def iterate(
        self, *, order_id: str | None = None, fulfilment_method: str = "FBR"
    ) -> Iterator[ReducedShipment]:
        """Give the shipments of all pages."""
        return by_page(
            lambda page: self.list(order_id=order_id, fulfilment_method=fulfilment_method, page=page)
        )

    def get(self, shipment_id: str) -> Shipment:
        """Give one shipment. Raises NotFound."""
        return self._get(f"{_PATH}/{segment(shipment_id)}", _read_shipment)
