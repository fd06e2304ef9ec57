"""What the sandbox remembers across restarts, and how it repeats itself."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from connections.bol.sandbox import Sandbox, serve

from .seller import EAN, OTHER_EAN, SECRET, THIRD_EAN, Seller

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def trade(url):
    """A little of everything, always in the same way."""
    seller = Seller(url)
    with seller.session:
        seller.log_in()
        control = f"{url}/_sandbox"
        offer_id = seller.create_offer(stock={"amount": 50, "managedByRetailer": True})
        seller.create_offer(ean=OTHER_EAN)
        via_bol = seller.create_offer(
            ean=THIRD_EAN, fulfilment={"method": "FBR", "schedule": "SHIPPING_VIA_BOL"}
        )
        body = {"items": [{"offerId": via_bol}]}
        [order_id] = seller.session.post(f"{control}/orders", json=body).json()["orderIds"]
        items = [{"orderItemId": seller.order(order_id)["orderItems"][0]["orderItemId"]}]
        path = "/retailer/shipping-labels"
        options = seller.send("POST", f"{path}/delivery-options", {"orderItems": items}).json()
        option_id = options["deliveryOptions"][0]["shippingLabelOfferId"]
        label = {"orderItems": items, "shippingLabelOfferId": option_id}
        seller.outcome(seller.command("POST", path, label))
        orders = seller.session.post(f"{control}/orders", json={"count": 5}).json()["orderIds"]
        item = seller.order(orders[0])["orderItems"][0]
        seller.ship(item["orderItemId"], 1, shipmentReference="S1")
        [return_id] = seller.session.post(f"{control}/returns", json={"count": 1}).json()["returnIds"]
        [sent_back] = seller.send("GET", f"/retailer/returns/{return_id}").json()["returnItems"]
        handling = {"handlingResult": "RETURN_RECEIVED", "quantityReturned": 1}
        seller.outcome(seller.command("PUT", f"/retailer/returns/{sent_back['rmaId']}", handling))
        seller.session.post(f"{control}/orders/{orders[1]}/cancellation-request")
        seller.v11("PATCH", f"/retailer/offers/{offer_id}", {"stock": {"amount": 7}})
        seller.session.post(f"{control}/clock", json={"advance_s": 3600})
        seller.outcome(seller.command("POST", "/retailer/offers/export", {"format": "CSV"}))
    return offer_id


def run_once(**options):
    bol = Sandbox(limits="off", start=NOON, **options)
    with serve(bol) as server:
        trade(server.url)
    return bol


def test_the_same_seed_tells_the_same_story():
    first, second = run_once(seed=7), run_once(seed=7)

    assert first.ledger() == second.ledger()
    assert first.orders() == second.orders()
    assert first.returns() == second.returns()
    assert first.shipping_labels() == second.shipping_labels()
    assert first.offers() == second.offers()
    assert len(first.ledger()) > 8


def test_another_seed_tells_another_story():
    assert run_once(seed=7).orders() != run_once(seed=8).orders()


def test_a_restart_forgets_nothing(tmp_path):
    file = tmp_path / "bol.json"
    before = run_once(state_file=file)

    after = Sandbox(limits="off", start=NOON, state_file=file)

    assert after.ledger() == before.ledger()
    assert after.offers() == before.offers()
    assert after.orders() == before.orders()
    assert after.returns() == before.returns()
    assert after.shipping_labels() == before.shipping_labels()
    assert after.state.delivery_options == before.state.delivery_options
    assert len(after.shipping_labels()) == 1
    assert len(after.returns()[0]["returnItems"][0]["processingResults"]) == 1
    assert after.retailers() == before.retailers()
    assert after.state.now == before.state.now
    assert after.stats()["tokens_issued"] == 1
    assert SECRET not in file.read_text()


def test_a_restart_goes_on_where_it_was(tmp_path):
    file = tmp_path / "bol.json"
    known = {entry["subject"] for entry in run_once(state_file=file).ledger()}

    bol = Sandbox(limits="off", start=NOON, state_file=file)
    with serve(bol) as server:
        seller = Seller(server.url)
        with seller.session:
            seller.log_in()
            orders = seller.send("GET", "/retailer/orders?status=ALL").json()["orders"]
            assert len(orders) == 6
            shipment = seller.send("GET", "/retailer/shipments").json()["shipments"][0]
            assert shipment["shipmentReference"] == "S1"
            assert (
                seller.v11("GET", f"/retailer/offers?eans={EAN}").json()["offers"][0]["stock"]["amount"] == 7
            )
    [order_id] = bol.place_orders(items=[{"ean": EAN}])

    assert order_id not in known, "numbers go on as well"
    bol.advance(timedelta(days=9))
    assert bol.ledger()[-1]["effect"] == "ITEM_CANCELLED"


def test_a_restart_still_settles_what_was_pending(tmp_path):
    file = tmp_path / "bol.json"
    options = {"limits": "off", "start": NOON, "process_delay": timedelta(minutes=1), "state_file": file}
    with serve(Sandbox(**options)) as server:
        seller = Seller(server.url)
        with seller.session:
            seller.log_in()
            [order_id] = server.sandbox.place_orders(items=[{"offerId": seller.create_offer()}])
            item_id = seller.order(order_id)["orderItems"][0]["orderItemId"]
            seller.command("POST", "/retailer/shipments", {"orderItems": [{"orderItemId": item_id}]})

    after = Sandbox(**options)
    after.advance(timedelta(minutes=1))

    assert after.ledger()[-1]["effect"] == "ITEM_SHIPPED"


def test_the_state_is_saved_while_it_changes(tmp_path):
    file = tmp_path / "bol.json"
    bol = Sandbox(state_file=file)
    with serve(bol):
        bol.add_offer("shop-a", {"ean": EAN, "price": 3, "stock": 2})
        deadline = time.monotonic() + 10
        while not (file.exists() and EAN in file.read_text()):
            assert time.monotonic() < deadline
            time.sleep(0.02)

    assert json.loads(file.read_text())
    assert list(tmp_path.iterdir()) == [file], "no draft is left behind"


def test_a_file_that_cannot_be_read_is_not_overwritten(tmp_path):
    file = tmp_path / "bol.json"
    file.write_text("{")

    with pytest.raises(ValueError, match="Expecting"):
        Sandbox(state_file=file)

    assert file.read_text() == "{"


def test_a_reset_begins_again(bol, seller, order):
    assert seller.session.post(f"{seller.url}/_sandbox/reset").status_code == 204

    assert bol.ledger() == bol.offers() == bol.orders() == []
    assert seller.send("GET", "/retailer/orders").status_code == 401
    seller.log_in()
    seller.create_offer()
    assert bol.place_orders() == [order["orderId"]], "the story begins again as well"
