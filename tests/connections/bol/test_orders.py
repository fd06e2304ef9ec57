from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from connections import bol
from tests.connections.bol.answering import ACCEPTED, Bol

PATH = "/retailer/orders"


def an_order(order_id: str) -> dict[str, Any]:
    return {"orderId": order_id, "orderPlacedDateTime": "2026-11-20T10:00:00+01:00", "orderItems": []}


def test_the_list_asks_for_all_orders_unless_told_otherwise(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", PATH, {})
    client.orders.list()

    assert remote.last_query == [("status", "ALL"), ("fulfilment-method", "ALL"), ("page", "1")]


def test_the_list_has_bols_filters(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", PATH, {})
    client.orders.list(
        status="OPEN",
        fulfilment_method="FBR",
        page=3,
        change_interval_minute=15,
        latest_change_date=date(2026, 11, 1),
        vvb_only=False,
    )

    assert remote.last_query == [
        ("status", "OPEN"),
        ("fulfilment-method", "FBR"),
        ("page", "3"),
        ("change-interval-minute", "15"),
        ("latest-change-date", "2026-11-01"),
        ("vvb-only", "false"),
    ]


@pytest.mark.parametrize("answer", [b"{ }", {"orders": []}])
def test_a_page_without_orders_is_empty(client: bol.Client, remote: Bol, answer: Any) -> None:
    remote.answers("GET", PATH, answer)

    assert client.orders.list() == []


def test_orders_are_walked_until_an_empty_page(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", PATH, {"orders": [an_order("A1"), an_order("A2")]})
    remote.answers("GET", PATH, {"orders": [an_order("A2")]})
    remote.answers("GET", PATH, {})

    assert [order.order_id for order in client.orders.iterate(status="OPEN")] == ["A1", "A2", "A2"]
    assert remote.last_query == [("status", "OPEN"), ("fulfilment-method", "ALL"), ("page", "3")]


def test_a_page_that_repeats_itself_is_no_end_and_no_loop(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", PATH, {"orders": [an_order("A1")]})

    with pytest.raises(bol.Unreadable, match="pages 1 and 2"):
        list(client.orders.iterate())


def test_a_walk_that_fails_halfway_says_so(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", PATH, {"orders": [an_order("A1")]})
    remote.answers("GET", PATH, {}, 503)

    with pytest.raises(bol.Unavailable):
        list(client.orders.iterate())


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T10:00:00+01:00",
        "2026-11-20T09:00:00Z",
        "2026-11-20T09:00:00.000Z",
        "2026-11-20T10:00:00.000000+01:00",
        1795165200000,
        "2026-11-20T09:00:00",
    ],
)
def test_a_moment_is_the_same_in_every_spelling(client: bol.Client, remote: Bol, text: Any) -> None:
    remote.answers("GET", f"{PATH}/A1", {"orderId": "A1", "orderPlacedDateTime": text})
    placed = client.orders.get("A1").order_placed_date_time

    assert placed == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert placed is not None
    assert placed.tzinfo is UTC


@pytest.mark.parametrize("text", ["2026-11-24", "2026-11-24T00:00:00+01:00"])
def test_a_day_is_the_day_it_names(client: bol.Client, remote: Bol, text: str) -> None:
    item = {"orderItemId": "1", "quantity": 1, "fulfilment": {"method": "FBR", "expiryDate": text}}
    remote.answers("GET", f"{PATH}/A1", {"orderId": "A1", "orderItems": [item]})
    fulfilment = client.orders.get("A1").order_items[0].fulfilment

    assert fulfilment is not None
    assert fulfilment.expiry_date == date(2026, 11, 24)


@pytest.mark.parametrize(
    "moment", ["yesterday", "", 7, True, [], 10**18, 10**30, "0001-01-01T00:00:00+01:00"]
)
def test_a_moment_that_is_none_cannot_be_read(client: bol.Client, remote: Bol, moment: Any) -> None:
    remote.answers("GET", f"{PATH}/A1", {"orderId": "A1", "orderPlacedDateTime": moment})

    with pytest.raises(bol.Unreadable):
        client.orders.get("A1")


@pytest.mark.parametrize("key", ["pickupPoint", "pickUpPoint"])
def test_a_pickup_point_is_known_in_both_spellings(client: bol.Client, remote: Bol, key: str) -> None:
    remote.answers("GET", f"{PATH}/A1", {"orderId": "A1", key: True})

    assert client.orders.get("A1").pickup_point is True


def test_new_fields_and_new_words_are_no_problem(client: bol.Client, remote: Bol) -> None:
    answer = {
        "orderId": "A1",
        "novelty": {"deep": [1]},
        "billingDetails": None,
        "orderItems": [
            {"orderItemId": "1", "quantity": 2, "fulfilment": {"method": "XYZ", "timeFrameType": "NIGHT"}}
        ],
    }
    remote.answers("GET", f"{PATH}/A1", answer)
    order = client.orders.get("A1")

    assert order.order_items[0].fulfilment is not None
    assert order.order_items[0].fulfilment.time_frame_type == "NIGHT"
    assert order.raw == answer


def test_one_item_is_cancelled_with_its_reason(client: bol.Client, remote: Bol) -> None:
    remote.answers("PUT", f"{PATH}/cancellation", {**ACCEPTED, "entityId": "7"}, 202)
    status = client.orders.cancel("7", "OUT_OF_STOCK")

    assert status.entity_id == "7"
    assert remote.last_body == {"orderItems": [{"orderItemId": "7", "reasonCode": "OUT_OF_STOCK"}]}
