from __future__ import annotations

import pytest

from connections import bol
from tests.connections.bol.answering import ACCEPTED, Bol

PATH = "/retailer/shipments"
ITEMS = [bol.ShipmentItem("2012345678", 1)]


def test_a_parcel_is_announced_with_its_transport(client: bol.Client, remote: Bol) -> None:
    remote.answers("POST", PATH, ACCEPTED, 202)
    client.shipments.create(ITEMS, reference="B321SR", transport=bol.Transport("TNT", "3SBOL0987654321"))

    assert remote.last_body == {
        "orderItems": [{"orderItemId": "2012345678", "quantity": 1}],
        "shipmentReference": "B321SR",
        "transport": {"transporterCode": "TNT", "trackAndTrace": "3SBOL0987654321"},
    }


def test_a_parcel_is_announced_with_its_label(client: bol.Client, remote: Bol) -> None:
    remote.answers("POST", PATH, ACCEPTED, 202)
    client.shipments.create(ITEMS, reference="", shipping_label_id="PLR00000014")

    assert remote.last_body == {
        "orderItems": [{"orderItemId": "2012345678", "quantity": 1}],
        "shippingLabelId": "PLR00000014",
    }


def test_shipments_of_an_order_are_listed(client: bol.Client, remote: Bol) -> None:
    shipment = {"shipmentId": "914587795", "transport": {"transportId": "358612589"}}
    remote.answers("GET", PATH, {"shipments": [shipment]})
    remote.answers("GET", PATH, {})

    [found] = client.shipments.iterate(order_id="A1")

    assert found.transport is not None
    assert (found.transport.transport_id, found.shipment_reference) == ("358612589", None)
    assert remote.last_query == [("order-id", "A1"), ("page", "2")]


def test_a_shipment_is_read(client: bol.Client, remote: Bol) -> None:
    answer = {
        "shipmentId": "1",
        "order": {"orderId": "A1"},
        "shipmentItems": [{"orderItemId": "7", "quantity": 3, "quantityShipped": 2, "unitPrice": 9.99}],
        "transport": {
            "transportId": "9",
            "transportEvents": [{"eventCode": "TELEPORTED", "eventDateTime": "2026-11-20T10:00:00+01:00"}],
        },
    }
    remote.answers("GET", f"{PATH}/1", answer)
    shipment = client.shipments.get("1")

    assert shipment.shipment_items[0].quantity_shipped == 2
    assert shipment.transport is not None
    assert shipment.transport.transport_events[0].event_code == "TELEPORTED"


@pytest.mark.parametrize(
    ("code", "body"),
    [(None, {"trackAndTrace": "3S1"}), ("DPD-NL", {"trackAndTrace": "3S1", "transporterCode": "DPD-NL"})],
)
def test_a_track_and_trace_is_corrected(
    client: bol.Client, remote: Bol, code: str | None, body: dict[str, str]
) -> None:
    remote.answers("PUT", "/retailer/transports/358612589", ACCEPTED, 202)
    client.transports.update("358612589", track_and_trace="3S1", transporter_code=code)

    assert remote.last_body == body
