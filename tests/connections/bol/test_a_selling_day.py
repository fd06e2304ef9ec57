"""The client against the local bol.com, over real HTTP: what counts is what happened there."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO

import msgspec
import pytest
from pypdf import PdfReader

from connections import bol
from connections.bol.sandbox import Sandbox, serve

EAN = "8710000000048"
OFFER = bol.CreateOffer(
    ean=EAN,
    condition=bol.offers.Condition("NEW"),
    pricing=bol.Pricing([bol.BundlePrice(1, Decimal("12.50"))]),
    fulfilment=bol.offers.Fulfilment(
        "FBR", "BOL_DELIVERY_PROMISE", bol.offers.DeliveryPromise(0, 1, ultimate_order_time="15:00")
    ),
    stock=bol.offers.CreateStock(10, managed_by_retailer=False),
)


@pytest.fixture
def world() -> Sandbox:
    return Sandbox(seed=1, limits="off")


@pytest.fixture
def seller(world: Sandbox) -> Iterator[bol.Client]:
    with serve(world) as running:
        tokens = bol.MemoryTokens(bol.Login("shop-a", "secret", running.url))
        with bol.Client(tokens, api_url=running.url) as client:
            yield client


def effects(world: Sandbox) -> list[str]:
    return [entry["effect"] for entry in world.ledger()]


def test_an_order_goes_from_offer_to_corrected_parcel(world: Sandbox, seller: bol.Client) -> None:
    offer_id = seller.offers.create(OFFER)
    world.place_orders(items=[{"offerId": offer_id, "quantity": 3}])
    [listed] = seller.orders.iterate(status="OPEN")
    [item] = seller.orders.get(listed.order_id).order_items
    parcel = [bol.ShipmentItem(item.order_item_id, 2)]
    accepted = seller.shipments.create(parcel, reference="r", transport=bol.Transport("TNT", "3S1"))
    [ended] = seller.process_statuses.bulk([accepted.process_status_id, "unknown"])
    [shipment] = seller.shipments.iterate(order_id=listed.order_id)
    assert shipment.transport is not None
    seller.transports.update(shipment.transport.transport_id or "", track_and_trace="3S2")

    assert (accepted.status, ended.status) == ("PENDING", "SUCCESS")
    assert item.total_price == Decimal("37.50")
    assert effects(world) == ["OFFER_CREATED", "ORDER_PLACED", "ITEM_SHIPPED", "TRANSPORT_CHANGED"]
    assert world.ledger()[2]["quantity"] == 2
    assert world.ledger()[3]["track_and_trace"] == "3S2"


def test_a_parcel_travels_with_bols_own_label(world: Sandbox, seller: bol.Client) -> None:
    fulfilment = bol.offers.Fulfilment("FBR", "SHIPPING_VIA_BOL")
    offer_id = seller.offers.create(msgspec.structs.replace(OFFER, fulfilment=fulfilment))
    [order_id] = world.place_orders(items=[{"offerId": offer_id, "quantity": 2}])
    parcel = [bol.ShipmentItem(item.order_item_id, 2) for item in seller.orders.get(order_id).order_items]

    option = next(each for each in seller.shipping_labels.delivery_options(parcel) if each.recommended)
    bought = seller.shipping_labels.create(parcel, option.shipping_label_offer_id)
    label_id = seller.process_statuses.get(bought.process_status_id).entity_id
    label = seller.shipping_labels.get(label_id)
    seller.shipments.create(parcel, shipping_label_id=label_id)
    [shipment] = seller.shipments.iterate(order_id=order_id)
    transport = seller.shipments.get(shipment.shipment_id).transport

    assert option.label_price is not None
    assert effects(world)[-2:] == ["LABEL_BOUGHT", "ITEM_SHIPPED"]
    assert world.ledger()[-2]["price"] == option.label_price.total_price
    assert PdfReader(BytesIO(label.pdf)).pages[0].extract_text()
    assert seller.shipping_labels.head(label_id) == dataclasses.replace(label, pdf=b"")
    assert transport is not None
    assert (transport.transporter_code, transport.track_and_trace, transport.shipping_label_id) == (
        label.transporter_code,
        label.track_and_trace,
        label_id,
    )


def test_a_parcel_comes_back_and_is_handled(world: Sandbox, seller: bol.Client) -> None:
    offer_id = seller.offers.create(OFFER)
    [order_id] = world.place_orders(items=[{"offerId": offer_id, "quantity": 3}])
    [item] = seller.orders.get(order_id).order_items
    seller.shipments.create([bol.ShipmentItem(item.order_item_id, 3)])
    world.return_items(items=[{"orderItemId": item.order_item_id, "quantity": 2}])

    [listed] = seller.returns.iterate()
    [coming] = seller.returns.get(listed.return_id).return_items
    seller.returns.handle(coming.rma_id, "RETURN_RECEIVED", 2)
    created = seller.returns.create(item.order_item_id, 1, "CUSTOMER_KEEPS_PRODUCT_PAID")
    [ended] = seller.process_statuses.bulk([created.process_status_id])

    assert list(seller.returns.iterate()) == []
    assert {found.return_id for found in seller.returns.iterate(handled=True)} == {
        listed.return_id,
        ended.entity_id,
    }
    results = [
        (entry["result"], entry["quantity"])
        for entry in world.ledger()
        if entry["effect"] == "RETURN_HANDLED"
    ]
    assert results == [("RETURN_RECEIVED", 2), ("CUSTOMER_KEEPS_PRODUCT_PAID", 1)]


def test_a_duplicate_offer_is_named_and_not_made(world: Sandbox, seller: bol.Client) -> None:
    offer_id = seller.offers.create(OFFER)

    with pytest.raises(bol.Conflict) as caught:
        seller.offers.create(OFFER)

    assert caught.value.existing_offer_id == offer_id
    assert effects(world) == ["OFFER_CREATED"]


def test_an_expired_token_costs_one_request_and_nothing_twice(world: Sandbox, seller: bol.Client) -> None:
    seller.orders.list()
    world.expire_tokens()
    seller.offers.create(OFFER)

    assert effects(world) == ["OFFER_CREATED"]
    assert world.stats()["tokens_issued"] == 2


@pytest.mark.parametrize("kind", ["reset", "truncate", "html", "status"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_fault_is_one_request_and_never_looks_like_success(
    world: Sandbox, seller: bol.Client, kind: str, when: str
) -> None:
    seller.orders.list()
    world.add_fault({"kind": kind, "when": when, "method": "POST", "path": "/retailer/offers"})

    with pytest.raises(bol.BolError) as caught:
        seller.offers.create(OFFER)

    assert bol.decide(caught.value, bol.Effect.ONCE).advice is bol.Advice.OUTCOME_UNKNOWN
    assert effects(world) == (["OFFER_CREATED"] if when == "after" else [])
    assert [request["path"] for request in world.requests() if request["method"] == "POST"].count(
        "/retailer/offers"
    ) == 1
