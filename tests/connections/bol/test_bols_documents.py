"""What the client sends is what bol's OpenAPI documents ask for."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
import responses

from connections import bol
from connections.bol import offers_v10
from tests import openapi
from tests.connections.bol.answering import ACCEPTED, V10, V11, Bol

OFFER_ID = "13722de8-8182-d161-5422-4a0a1caab5c8"
PRICING = bol.Pricing([bol.BundlePrice(1, Decimal("12.50")), bol.BundlePrice(6, Decimal("11.00"))])
FULFILMENT = bol.offers.Fulfilment(
    "FBR", "BOL_DELIVERY_PROMISE", bol.offers.DeliveryPromise(0, 1, ultimate_order_time="14:00"), "p1"
)
FULFILMENT_V10 = offers_v10.Fulfilment("FBR", "24uurs-23")
CONDITIONS = [
    bol.offers.Condition("NEW"),
    bol.offers.Condition("SECONDHAND", state="GOOD", comment="A scratch"),
    bol.offers.Condition("REFURBISHED", grade="A", margin=False),
]
COUNTRIES = [bol.offers.CountryAvailability("NL"), bol.offers.CountryAvailability("BE")]


def create(condition: bol.offers.Condition) -> bol.CreateOffer:
    return bol.CreateOffer(
        ean="0000007740404",
        condition=condition,
        pricing=PRICING,
        fulfilment=FULFILMENT,
        stock=bol.offers.CreateStock(3, managed_by_retailer=True),
        country_availabilities=COUNTRIES,
        reference="AX1",
        unknown_product_title="A lamp",
        economic_operator_id="e1",
        on_hold_by_retailer=True,
    )


PATCH = bol.PatchOffer(
    pricing=PRICING,
    stock=bol.offers.UpdateStock(3, managed_by_retailer=True),
    fulfilment=FULFILMENT,
    country_availabilities=COUNTRIES,
    reference="AX1",
    unknown_product_title="A lamp",
    economic_operator_id="e1",
    on_hold_by_retailer=False,
)
CREATE_V10 = offers_v10.CreateOffer(
    ean="0000007740404",
    condition=offers_v10.Condition("GOOD", "SECONDHAND", "A scratch"),
    pricing=PRICING,
    stock=offers_v10.Stock(3, managed_by_retailer=True),
    fulfilment=FULFILMENT_V10,
    reference="AX1",
)
UPDATE_V10 = offers_v10.UpdateOffer(fulfilment=FULFILMENT_V10, reference="AX1", on_hold_by_retailer=False)
MOMENT = datetime(2026, 11, 21, tzinfo=UTC)
TRANSPORT = bol.Transport("TNT", "3S1")

Call = Callable[[bol.Client], Any]
CALLS: list[Call] = [
    lambda c: c.offers.list(
        eans=["1", "2"],
        offer_ids=[OFFER_ID],
        reference="x",
        for_sale=False,
        last_modified_since=MOMENT,
        cursor="c",
    ),
    lambda c: c.offers.list(),
    lambda c: c.offers.get(OFFER_ID),
    lambda c: c.offers.not_for_sale_reasons(OFFER_ID),
    *(lambda c, condition=condition: c.offers.create(create(condition)) for condition in CONDITIONS),
    lambda c: c.offers.update(OFFER_ID, PATCH),
    lambda c: c.offers.update(OFFER_ID, bol.PatchOffer(stock=bol.offers.UpdateStock(0))),
    lambda c: c.offers.delete(OFFER_ID),
    lambda c: c.offers_v10.create(CREATE_V10),
    lambda c: c.offers_v10.get(OFFER_ID),
    lambda c: c.offers_v10.update(OFFER_ID, UPDATE_V10),
    lambda c: c.offers_v10.update_price(OFFER_ID, PRICING.bundle_prices),
    lambda c: c.offers_v10.update_stock(OFFER_ID, 999, managed_by_retailer=False),
    lambda c: c.offers_v10.delete(OFFER_ID),
    lambda c: c.offers_v10.request_export(),
    lambda c: c.offers_v10.fetch_export("r1", io.BytesIO()),
    lambda c: c.orders.list(),
    lambda c: c.orders.list(
        status="OPEN",
        fulfilment_method="FBB",
        page=2,
        change_interval_minute=60,
        latest_change_date=date(2026, 11, 1),
        vvb_only=True,
    ),
    lambda c: c.orders.get("A2K8290LP8"),
    lambda c: c.orders.cancel("7", "OUT_OF_STOCK"),
    lambda c: c.shipments.list(order_id="A1"),
    lambda c: c.shipments.list(fulfilment_method="FBB", page=2),
    lambda c: c.shipments.get("1"),
    lambda c: c.shipments.create(
        [bol.ShipmentItem("7", 1), bol.ShipmentItem("8")], reference="r", transport=TRANSPORT
    ),
    lambda c: c.shipments.create([bol.ShipmentItem("7", 1)], shipping_label_id="l"),
    lambda c: c.transports.update("1", track_and_trace="3S1", transporter_code="TNT"),
    lambda c: c.shipping_labels.delivery_options([bol.ShipmentItem("7", 1), bol.ShipmentItem("8")]),
    lambda c: c.shipping_labels.create([bol.ShipmentItem("7", 1)], "o1"),
    lambda c: c.shipping_labels.get("l1"),
    lambda c: c.returns.list(),
    lambda c: c.returns.list(handled=True, fulfilment_method="FBB", page=2),
    lambda c: c.returns.get("1"),
    *(
        lambda c, result=result: c.returns.handle("86123452", result, 3)
        for result in bol.returns.HANDLE_RESULTS
    ),
    *(
        lambda c, result=result: c.returns.create("1044796550", 1, result)
        for result in bol.returns.CREATE_RESULTS
    ),
    lambda c: c.process_statuses.get("1"),
    lambda c: c.process_statuses.list("7", "CREATE_SHIPMENT"),
    lambda c: c.process_statuses.bulk(["1", "2"]),
    lambda c: c.subscriptions.list(),
    lambda c: c.subscriptions.get("1234"),
    lambda c: c.subscriptions.create("https://shop.example/", ["ORDER"]),
    lambda c: c.subscriptions.update("1234", "https://shop.example/", ["ORDER"], enabled=False),
    lambda c: c.subscriptions.delete("1234"),
    lambda c: c.subscriptions.test("1234"),
    lambda c: c.subscriptions.signature_keys(),
    lambda c: c.retailers.get(),
]


REASONS = "/retailer/offers/o1/not-for-sale-reasons"
OPTIONS = "/retailer/shipping-labels/delivery-options"
WRAPPERS = {
    "orders",
    "shipments",
    "deliveryOptions",
    "returns",
    "processStatuses",
    "subscriptions",
    "countries",
}


@openapi.needs_documents
@pytest.mark.parametrize("call", CALLS)
def test_a_request_is_as_documented(call: Call) -> None:
    with responses.RequestsMock() as mock, bol.Client(bol.FixedToken("t")) as client:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            mock.add(method, openapi.ANY_ADDRESS, status=418)
        mock.assert_all_requests_are_fired = False
        with pytest.raises(bol.ApiError, match="418"):
            call(client)
        request = mock.calls[0].request

    url = urlsplit(request.url or "")
    media_type = request.headers.get("Content-Type", request.headers["Accept"])
    body = request.body if isinstance(request.body, bytes | None) else request.body.encode()
    assert (
        openapi.request_faults(
            request.method or "", url.path, media_type, body=body, query=parse_qsl(url.query)
        )
        == []
    )


@openapi.needs_documents
@pytest.mark.parametrize(
    ("method", "path", "status", "media_type", "call"),
    [
        ("GET", "/retailer/offers", 200, V11, lambda c: c.offers.list()),
        ("GET", "/retailer/offers/o1", 200, V11, lambda c: c.offers.get("o1")),
        ("GET", REASONS, 200, V11, lambda c: [{"offerId": "o1"}, *c.offers.not_for_sale_reasons("o1")]),
        ("GET", "/retailer/offers/o1", 200, V10, lambda c: c.offers_v10.get("o1")),
        ("POST", "/retailer/offers", 202, V10, lambda c: c.offers_v10.create(CREATE_V10)),
        ("GET", "/retailer/orders", 200, V10, lambda c: c.orders.list()),
        ("GET", "/retailer/orders/A1", 200, V10, lambda c: c.orders.get("A1")),
        ("GET", "/retailer/shipments", 200, V10, lambda c: c.shipments.list()),
        ("GET", "/retailer/shipments/1", 200, V10, lambda c: c.shipments.get("1")),
        ("POST", OPTIONS, 200, V10, lambda c: c.shipping_labels.delivery_options([bol.ShipmentItem("7")])),
        ("GET", "/retailer/returns", 200, V10, lambda c: c.returns.list()),
        ("GET", "/retailer/returns/1", 200, V10, lambda c: c.returns.get("1")),
        ("GET", "/shared/process-status/1", 200, V10, lambda c: c.process_statuses.get("1")),
        ("POST", "/shared/process-status", 200, V10, lambda c: c.process_statuses.bulk(["1"])),
        ("GET", "/retailer/subscriptions", 200, V10, lambda c: c.subscriptions.list()),
        ("GET", "/retailer/subscriptions/1234", 200, V10, lambda c: c.subscriptions.get("1234")),
    ],
)
def test_a_full_answer_as_documented_is_read_whole(
    client: bol.Client, remote: Bol, method: str, path: str, status: int, media_type: str, call: Call
) -> None:
    answer = openapi.sample(method, path, status, media_type)
    remote.answers(method, path, answer, status)

    kept = keys(json.loads(msgspec.json.encode(call(client))))

    assert openapi.response_faults(method, path, status, media_type, answer) == []
    assert keys(json.loads(answer)) - kept <= WRAPPERS


def keys(found: Any) -> set[str]:
    """Collect the names of all fields, at every depth, but for bol's links and what an order keeps raw."""
    if isinstance(found, list):
        return set().union(*map(keys, found))
    if not isinstance(found, dict):
        return set()
    fields = {name: value for name, value in found.items() if name not in {"links", "raw"}}
    return set(fields).union(*map(keys, fields.values()))


@openapi.needs_documents
def test_the_documents_object_to_a_wrong_request() -> None:
    faults = openapi.request_faults("PUT", "/retailer/offers/o1/stock", V10, body=b'{"amount":1000}')
    still_approved = b'{"orderItemId":"1","quantityReturned":1,"handlingResult":"STILL_APPROVED"}'

    assert len(faults) == 2
    assert openapi.request_faults("POST", "/retailer/returns", "application/json", body=still_approved) != []
    assert openapi.response_faults("PUT", "/retailer/offers/o1/stock", 200, V10, b"{}") != []
    assert ACCEPTED["status"] == "PENDING"
