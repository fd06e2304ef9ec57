"""Shipping labels of Verzenden via bol: what they cost, buying one, fetching it (Retailer API v10, Shipping Labels)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from connections.bol.answers import Answer, Body, Day, Moment, json_as
from connections.bol.errors import Unreadable
from connections.bol.resources.process_statuses import ProcessStatus, accepted
from connections.bol.resources.resource import V10_PDF, Resource
from connections.bol.resources.shipments import ShipmentItem
from connections.bol.transport import segment
from connections.bol.wire import MEBIBYTE, Reply

MAX_BYTES = 8 * MEBIBYTE
_PATH = "/retailer/shipping-labels"


class LabelPrice(Answer):
    """What a label costs in euros, without VAT."""

    total_price: Decimal | None = None


class PackageRestrictions(Answer):
    """How heavy and large the parcel may be: text for people, such as ``10 kg`` and ``38 x 26,5 x 3,2 cm``."""

    max_weight: str = ""
    max_dimensions: str = ""


class HandoverDetails(Answer):
    """When the carrier must have the parcel. Earlier and later both count against the shop.

    `meets_customer_expectation` is False where the parcel can no longer, or not yet, arrive on the promised day.
    `collection_method` is DROP_OFF or PICK_UP.
    """

    meets_customer_expectation: bool | None = None
    earliest_handover_date_time: Moment | None = None
    latest_handover_date_time: Moment | None = None
    collection_method: str | None = None


class DeliveryOption(Answer):
    """A label that can be bought until its price ends. `label_type` is PARCEL, MAILBOX or MAILBOX_LIGHT."""

    shipping_label_offer_id: str
    recommended: bool = False
    valid_until_date: Day | None = None
    transporter_code: str = ""
    label_type: str = ""
    label_display_name: str = ""
    label_price: LabelPrice | None = None
    package_restrictions: PackageRestrictions | None = None
    handover_details: HandoverDetails | None = None


class _Options(Answer):
    delivery_options: list[DeliveryOption] = []


class _OptionsRequest(Body):
    order_items: list[ShipmentItem]


class _LabelRequest(Body):
    order_items: list[ShipmentItem]
    shipping_label_offer_id: str


@dataclass(frozen=True)
class ShippingLabel:
    """A label that was bought. Its PDF shows an address, so no repr shows the PDF; asked for its head, it has none."""

    transporter_code: str
    track_and_trace: str
    pdf: bytes = field(default=b"", repr=False)


_read_options = json_as(_Options)


class ShippingLabels(Resource):
    """Buys and fetches the labels with which bol carries a parcel."""

    def delivery_options(self, items: Sequence[ShipmentItem]) -> list[DeliveryOption]:
        """Give the labels that can be bought for these items of one order. Raises NotFound for an unknown item.

        There are none for items that bol does not carry: fulfilled by bol, not via bol, or of several orders.
        """
        body = _OptionsRequest(list(items))
        return self._send("POST", f"{_PATH}/delivery-options", _read_options, body).delivery_options

    def create(self, items: Sequence[ShipmentItem], shipping_label_offer_id: str) -> ProcessStatus:
        """Buy a label for the items of a delivery option; once only: each request is another label to pay.

        The `entity_id` of the SUCCESS is the label's id.
        """
        body = _LabelRequest(list(items), shipping_label_offer_id)
        return self._send("POST", _PATH, accepted, body)

    def get(self, shipping_label_id: str) -> ShippingLabel:
        """Give a label with its PDF. Raises NotFound, also for a while after it was bought."""
        path = f"{_PATH}/{segment(shipping_label_id)}"
        return self._get(path, _read_label, accept=V10_PDF, max_bytes=MAX_BYTES)

    def head(self, shipping_label_id: str) -> ShippingLabel:
        """Give the transport of a label without its PDF. Raises NotFound as `get` does."""
        return self._head(f"{_PATH}/{segment(shipping_label_id)}", _read_head, accept=V10_PDF)


def _read_label(reply: Reply) -> ShippingLabel:
    if not reply.body.startswith(b"%PDF-"):
        raise Unreadable(f"bol answered {reply.status} with a shipping label that is no PDF")
    return _label(reply, reply.body)


def _read_head(reply: Reply) -> ShippingLabel:
    return _label(reply, b"")


def _label(reply: Reply, pdf: bytes) -> ShippingLabel:
    code = reply.headers.get("X-Transporter-Code", "")
    return ShippingLabel(code, reply.headers.get("X-Track-And-Trace-Code", ""), pdf)
