"""Reading an assortment page by page, and looking up single offers."""

from __future__ import annotations

import pytest

from .seller import EAN, OTHER_EAN, THIRD_EAN

EANS = (EAN, OTHER_EAN, THIRD_EAN)


@pytest.fixture
def offer_ids(seller):
    return [seller.create_offer(ean=ean, reference=f"REF-{ean}") for ean in EANS]


def pages(seller, query):
    cursor = ""
    while True:
        answer = seller.v11("GET", f"/retailer/offers?{query}{cursor}").json()
        yield [found["offerId"] for found in answer["offers"]]
        if "nextCursor" not in answer["page"]:
            return
        cursor = f"&cursor={answer['page']['nextCursor']}"


def found(seller, query):
    return [found["ean"] for found in seller.v11("GET", f"/retailer/offers?{query}").json()["offers"]]


def test_pages_follow_one_another_until_there_is_no_cursor(seller, offer_ids):
    assert list(pages(seller, "page-size=2")) == [offer_ids[:2], offer_ids[2:]]


def test_the_usual_page_holds_100(seller, offer_ids):
    assert seller.v11("GET", "/retailer/offers").json()["page"] == {"pageSize": 100}


def test_an_offer_that_is_deleted_meanwhile_shifts_nothing(seller, offer_ids):
    walk = pages(seller, "page-size=1")
    assert next(walk) == offer_ids[:1]

    seller.v11("DELETE", f"/retailer/offers/{offer_ids[0]}")

    assert list(walk) == [[offer_ids[1]], [offer_ids[2]]]


def test_offers_are_found_by_ean(seller, offer_ids):
    assert found(seller, f"eans={THIRD_EAN}&eans={EAN}") == [EAN, THIRD_EAN]
    assert found(seller, "eans=8710000000307") == []


def test_offers_are_found_by_id(seller, offer_ids):
    assert found(seller, f"offer-ids={offer_ids[1]}") == [OTHER_EAN]


def test_offers_are_found_by_reference(seller, offer_ids):
    assert found(seller, f"reference=REF-{OTHER_EAN}") == [OTHER_EAN]


def test_offers_are_found_by_being_for_sale(seller, offer_ids):
    seller.v11("PATCH", f"/retailer/offers/{offer_ids[0]}", {"onHoldByRetailer": True})

    assert found(seller, "for-sale=true") == [OTHER_EAN, THIRD_EAN]
    assert found(seller, "for-sale=false") == [EAN]


def test_offers_are_found_by_their_latest_change(bol, seller, offer_ids, hour):
    bol.advance(hour)
    since = bol.state.now.isoformat().replace("+00:00", "Z")
    seller.v11("PATCH", f"/retailer/offers/{offer_ids[1]}", {"reference": "CHANGED"})

    assert found(seller, f"last-modified-date-time={since}") == [OTHER_EAN]


@pytest.mark.parametrize(
    "query",
    [
        "page-size=101",
        "page-size=0",
        "page-size=x",
        "cursor=!",
        "for-sale=yes",
        "last-modified-date-time=now",
    ],
)
def test_a_wrong_parameter_is_named(seller, query):
    answer = seller.v11("GET", f"/retailer/offers?{query}")

    assert answer.status_code == 400
    assert answer.json()["violations"][0]["name"] == query.split("=")[0]
