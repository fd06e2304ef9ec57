from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connections import bol
from tests.connections.bol.answering import ACCEPTED, Bol

PATH = "/retailer/shipping-labels"
PDF = "application/vnd.retailer.v10+pdf"
ITEMS = [bol.ShipmentItem("2095052647", 1)]
OPTION = {
    "shippingLabelOfferId": "o1",
    "recommended": True,
    "validUntilDate": "2026-11-22",
    "transporterCode": "TNT",
    "labelType": "ENVELOPE",
    "labelPrice": {"totalPrice": 4.41},
    "packageRestrictions": {"maxWeight": "10 kg", "maxDimensions": "38 x 26,5 x 3,2 cm"},
    "handoverDetails": {"latestHandoverDateTime": "2026-11-21T21:00:00+01:00"},
}
HEADERS = {"Content-Type": PDF, "x-track-and-trace-code": "3S1", "x-transporter-code": "TNT"}


def test_options_are_read_with_words_that_are_new(client: bol.Client, remote: Bol) -> None:
    remote.answers("POST", f"{PATH}/delivery-options", {"deliveryOptions": [OPTION]})
    [option] = client.shipping_labels.delivery_options([*ITEMS, bol.ShipmentItem("7")])

    assert option.label_price is not None
    assert option.handover_details is not None
    assert (option.label_price.total_price, option.label_type) == (Decimal("4.41"), "ENVELOPE")
    assert option.valid_until_date == date(2026, 11, 22)
    assert option.handover_details.latest_handover_date_time == datetime(2026, 11, 21, 20, tzinfo=UTC)
    assert option.handover_details.meets_customer_expectation is None
    assert remote.last_body == {
        "orderItems": [{"orderItemId": "2095052647", "quantity": 1}, {"orderItemId": "7"}]
    }


@pytest.mark.parametrize("answer", [b"{ }", b'{"deliveryOptions":[]}'])
def test_no_options_are_an_empty_list(client: bol.Client, remote: Bol, answer: bytes) -> None:
    remote.answers("POST", f"{PATH}/delivery-options", answer)

    assert client.shipping_labels.delivery_options(ITEMS) == []


def test_a_label_is_bought_for_an_option(client: bol.Client, remote: Bol) -> None:
    remote.answers("POST", PATH, ACCEPTED, 202)
    client.shipping_labels.create(ITEMS, "o1")

    assert remote.last_body == {
        "orderItems": [{"orderItemId": "2095052647", "quantity": 1}],
        "shippingLabelOfferId": "o1",
    }


def test_a_label_is_fetched_with_its_transport(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", f"{PATH}/l1", b"%PDF-1.4 Jansen", headers=HEADERS)
    label = client.shipping_labels.get("l1")

    assert label == bol.ShippingLabel("TNT", "3S1", b"%PDF-1.4 Jansen")
    assert remote.last.headers["Accept"] == PDF
    assert "Jansen" not in repr(label)


def test_the_head_of_a_label_is_enough_for_its_transport(client: bol.Client, remote: Bol) -> None:
    remote.answers("HEAD", f"{PATH}/l1", b"", headers=HEADERS)

    assert client.shipping_labels.head("l1") == bol.ShippingLabel("TNT", "3S1")


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"title":"Oops"}'])
def test_what_is_no_pdf_is_no_label(client: bol.Client, remote: Bol, body: bytes) -> None:
    remote.answers("GET", f"{PATH}/l1", body, headers=HEADERS)

    with pytest.raises(bol.Unreadable, match="no PDF"):
        client.shipping_labels.get("l1")


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_label_that_is_not_ready_is_not_found(client: bol.Client, remote: Bol, method: str) -> None:
    remote.answers("GET" if method == "get" else "HEAD", f"{PATH}/l1", b"", 404)

    with pytest.raises(bol.NotFound):
        getattr(client.shipping_labels, method)("l1")
