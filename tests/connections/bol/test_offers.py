from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from connections import bol
from tests.connections.bol.answering import Bol

PATH = "/retailer/offers"
AN_OFFER = {
    "offerId": "o1",
    "ean": "0000007740404",
    "lastModifiedDateTime": "2026-05-13T09:35:44.198346+02:00",
    "onHoldByRetailer": False,
    "stock": {"amount": 3, "correctedStock": 1, "managedByRetailer": True},
    "countryAvailabilities": [{"countryCode": "NL", "forSale": True}, {"countryCode": "BE"}],
    "condition": {"category": "NEW"},
    "pricing": {"bundlePrices": [{"quantity": 1, "unitPrice": 25}]},
    "fulfilment": {"method": "FBR", "schedule": "BOL_DELIVERY_PROMISE"},
}


def test_an_offer_is_read(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", f"{PATH}/o1", AN_OFFER)
    offer = client.offers.get("o1")

    assert offer.last_modified_date_time == datetime(2026, 5, 13, 7, 35, 44, 198346, tzinfo=UTC)
    assert offer.pricing == bol.Pricing([bol.BundlePrice(1, Decimal(25))])
    assert offer.stock == bol.offers.Stock(amount=3, corrected_stock=1, managed_by_retailer=True)
    assert offer.condition == bol.offers.Condition("NEW")
    assert [country.for_sale for country in offer.country_availabilities] == [True, None]


def test_offers_are_searched_with_bols_filters(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", PATH, {"offers": [AN_OFFER], "page": {"nextCursor": "c2"}})
    since = datetime(2026, 11, 21, 13, 0, 0, 999999, tzinfo=timezone(timedelta(hours=1)))
    page = client.offers.list(
        eans=["1", "2"], reference="a&b", for_sale=True, last_modified_since=since, page_size=50, cursor="c1"
    )

    assert page.next_cursor == "c2"
    assert remote.last_query == [
        ("eans", "1"),
        ("eans", "2"),
        ("reference", "a&b"),
        ("for-sale", "true"),
        ("last-modified-date-time", "2026-11-21T12:00:00Z"),
        ("page-size", "50"),
        ("cursor", "c1"),
    ]


def test_a_search_needs_to_know_in_which_zone_a_moment_is(client: bol.Client) -> None:
    with pytest.raises(ValueError, match="time zone"):
        client.offers.list(last_modified_since=datetime(2026, 11, 21))  # noqa: DTZ001


def test_offers_are_walked_by_cursor(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", PATH, {"offers": [AN_OFFER], "page": {"pageSize": 1, "nextCursor": "c2"}})
    remote.answers("GET", PATH, {"offers": [{**AN_OFFER, "offerId": "o2"}], "page": {"pageSize": 1}})

    assert [offer.offer_id for offer in client.offers.iterate(page_size=1)] == ["o1", "o2"]
    assert remote.last_query == [("page-size", "1"), ("cursor", "c2")]


def test_an_empty_page_in_the_middle_is_not_the_end(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", PATH, {"offers": [], "page": {"nextCursor": "c2"}})
    remote.answers("GET", PATH, {"offers": [AN_OFFER], "page": {"nextCursor": None}})

    assert len(list(client.offers.iterate())) == 1


def test_a_cursor_that_comes_back_is_no_end_and_no_loop(client: bol.Client, remote: Bol) -> None:
    for cursor in ("c2", "c3", "c2"):
        remote.answers("GET", PATH, {"offers": [AN_OFFER], "page": {"nextCursor": cursor}})

    with pytest.raises(bol.Unreadable, match="cursor"):
        list(client.offers.iterate())


def test_no_offers_is_an_empty_page(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", PATH, b"{ }")

    assert list(client.offers.iterate()) == []


def test_a_new_offer_gets_its_id(client: bol.Client, remote: Bol) -> None:
    remote.answers("POST", PATH, {"offerId": "o1"}, 201)
    offer_id = client.offers.create(
        bol.CreateOffer(
            ean="0000007740404",
            condition=bol.offers.Condition("NEW"),
            pricing=bol.Pricing([bol.BundlePrice(1, Decimal("12.50")), bol.BundlePrice(6, Decimal("11.00"))]),
            fulfilment=bol.offers.Fulfilment("FBR", "BOL_DELIVERY_PROMISE", bol.offers.DeliveryPromise(0, 1)),
            stock=bol.offers.CreateStock(0, managed_by_retailer=False),
            on_hold_by_retailer=False,
        )
    )

    assert offer_id == "o1"
    assert remote.last.body is not None
    assert b'"unitPrice":12.50' in remote.last.body
    assert remote.last_body == {
        "ean": "0000007740404",
        "condition": {"category": "NEW"},
        "pricing": {
            "bundlePrices": [{"quantity": 1, "unitPrice": "12.50"}, {"quantity": 6, "unitPrice": "11.00"}]
        },
        "fulfilment": {
            "method": "FBR",
            "schedule": "BOL_DELIVERY_PROMISE",
            "deliveryPromise": {"minimumDaysToCustomer": 0, "maximumDaysToCustomer": 1},
        },
        "stock": {"amount": 0, "managedByRetailer": False},
        "onHoldByRetailer": False,
    }


@pytest.mark.parametrize(
    ("change", "body"),
    [
        (bol.PatchOffer(), {}),
        (bol.PatchOffer(on_hold_by_retailer=False), {"onHoldByRetailer": False}),
        (bol.PatchOffer(reference=""), {"reference": ""}),
        (bol.PatchOffer(stock=bol.offers.UpdateStock(amount=0)), {"stock": {"amount": 0}}),
        (bol.PatchOffer(country_availabilities=[]), {"countryAvailabilities": []}),
    ],
)
def test_only_what_is_set_is_changed(
    client: bol.Client, remote: Bol, change: bol.PatchOffer, body: dict[str, Any]
) -> None:
    remote.answers("PATCH", f"{PATH}/o1", b"", 204)
    client.offers.update("o1", change)

    assert remote.last_body == body


def test_the_reasons_why_an_offer_is_not_for_sale(client: bol.Client, remote: Bol) -> None:
    reason = {"category": "CONTENT", "code": "4004-2", "missingAttributes": [{"name": "Title"}]}
    answer = {"offerId": "o1", "countries": [{"countryCode": "NL", "reasons": [reason]}]}
    remote.answers("GET", f"{PATH}/o1/not-for-sale-reasons", answer)

    [netherlands] = client.offers.not_for_sale_reasons("o1")

    assert netherlands.country_code == "NL"
    assert netherlands.reasons[0].code == "4004-2"
    assert netherlands.reasons[0].missing_attributes[0].name == "Title"


@pytest.mark.parametrize(("answer", "status"), [(b"", 204), ({"offerId": "o1"}, 200)])
def test_an_offer_may_have_no_reasons(client: bol.Client, remote: Bol, answer: Any, status: int) -> None:
    remote.answers("GET", f"{PATH}/o1/not-for-sale-reasons", answer, status)

    assert client.offers.not_for_sale_reasons("o1") == []
