"""The answers of the sandbox are those of bol's documents."""

from __future__ import annotations

import pytest

from tests import openapi
from tests.openapi import V10, V11

from .seller import offer

pytestmark = openapi.needs_documents


@pytest.fixture
def paths(bol, seller, order, offer_id):
    """Something to read behind every endpoint."""
    outcome = seller.ship(order["orderItems"][0]["orderItemId"], 1, shipmentReference="S1")
    shipment = seller.send("GET", "/retailer/shipments").json()["shipments"][0]
    [return_id] = bol.return_items(order_id=order["orderId"])
    rma_id = bol.returns()[0]["returnItems"][0]["rmaId"]
    handling = {"handlingResult": "RETURN_RECEIVED", "quantityReturned": 1}
    seller.outcome(seller.command("PUT", f"/retailer/returns/{rma_id}", handling))
    return [
        (V10, "/retailer/orders"),
        (V10, f"/retailer/orders/{order['orderId']}"),
        (V10, "/retailer/shipments"),
        (V10, f"/retailer/shipments/{shipment['shipmentId']}"),
        (V10, "/retailer/returns?handled=true"),
        (V10, f"/retailer/returns/{return_id}"),
        (V10, f"/shared/process-status/{outcome['processStatusId']}"),
        (V10, f"/retailer/offers/{offer_id}"),
        (V11, f"/retailer/offers/{offer_id}"),
        (V11, "/retailer/offers"),
    ]


def test_everything_that_can_be_read_is_as_documented(seller, paths):
    for media, path in paths:
        answer = seller.session.get(seller.url + path, headers={"Accept": media})

        assert answer.status_code == 200
        assert (
            openapi.response_faults("GET", path.split("?", maxsplit=1)[0], 200, media, answer.content) == []
        ), path


def test_a_refusal_is_as_documented(seller):
    answer = seller.session.post(
        f"{seller.url}/retailer/offers", json=offer(ean="1"), headers={"Accept": V11, "Content-Type": V11}
    )

    assert openapi.response_faults("POST", "/retailer/offers", 400, V11, answer.content) == []
