from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connections import bol
from tests.connections.bol.answering import ACCEPTED, Bol

PATH = "/retailer/returns"
REASON = {"mainReason": "Anders", "detailedReason": "Ik heb me bedacht", "customerComments": "Bel mij: 06"}
ITEM = {
    "rmaId": "86123452",
    "orderId": "A1",
    "ean": "8710000000048",
    "expectedQuantity": 3,
    "returnReason": REASON,
    "handled": False,
}
PROCESSED = {
    "quantity": 3,
    "processingResult": "CANCELLED",
    "handlingResult": "EXPIRED",
    "processingDateTime": "2026-11-20T10:00:00+01:00",
}


def a_return(**changes: Any) -> dict[str, Any]:
    return {
        "returnId": "65000001",
        "registrationDateTime": "2026-11-20T10:00:00.423+01:00",
        "fulfilmentMethod": "FBR",
        "returnItems": [ITEM | changes],
    }


def test_the_list_asks_for_what_waits_for_us(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", PATH, b"{ }")

    assert client.returns.list() == []
    assert remote.last_query == [("page", "1"), ("handled", "false"), ("fulfilment-method", "FBR")]


def test_returns_are_walked_until_an_empty_page(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", PATH, {"returns": [a_return()]})
    remote.answers("GET", PATH, {})

    [found] = client.returns.iterate(handled=True, fulfilment_method="FBB")

    assert found.registration_date_time == datetime(2026, 11, 20, 9, 0, 0, 423000, UTC)
    assert remote.last_query == [("page", "2"), ("handled", "true"), ("fulfilment-method", "FBB")]


def test_an_item_without_results_has_none(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", PATH, {"returns": [a_return()]})
    [item] = client.returns.list()[0].return_items

    assert (item.rma_id, item.expected_quantity, item.handled) == ("86123452", 3, False)
    assert item.processing_results == []


def test_a_return_is_read_with_its_customer_and_words_that_are_new(client: bol.Client, remote: Bol) -> None:
    more = {
        "title": "A knife",
        "trackAndTrace": "3S1",
        "transporterName": "PostNL",
        "customerDetails": {"salutation": "UNKNOWN", "surname": "Jansen"},
        "handled": True,
        "processingResults": [PROCESSED],
    }
    remote.answers("GET", f"{PATH}/65000001", a_return(**more))
    [item] = client.returns.get("65000001").return_items

    assert item.processing_results[0].handling_result == "EXPIRED"
    assert item.customer_details is not None
    assert item.customer_details.surname == "Jansen"
    assert "Jansen" not in repr(item)
    assert "06" not in repr(item)


def test_a_return_item_is_handled_by_its_rma_id(client: bol.Client, remote: Bol) -> None:
    remote.answers("PUT", f"{PATH}/86123452", {**ACCEPTED, "entityId": "86123452"}, 202)
    status = client.returns.handle("86123452", "RETURN_RECEIVED", 3)

    assert status.entity_id == "86123452"
    assert remote.last_body == {"handlingResult": "RETURN_RECEIVED", "quantityReturned": 3}


def test_a_return_is_created_with_the_media_type_that_bol_documents(client: bol.Client, remote: Bol) -> None:
    remote.answers("POST", PATH, ACCEPTED, 202)
    client.returns.create("1044796550", 1, "RETURN_RECEIVED")

    assert remote.last.headers["Content-Type"] == "application/json"
    assert remote.last.headers["Accept"] == "application/vnd.retailer.v10+json"
    assert remote.last_body == {
        "orderItemId": "1044796550",
        "quantityReturned": 1,
        "handlingResult": "RETURN_RECEIVED",
    }


def test_an_unknown_return_is_not_found(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", f"{PATH}/1", {"detail": "Return for return id 1 not found."}, 404)

    with pytest.raises(bol.NotFound, match="return id 1"):
        client.returns.get("1")
