"""Who may ask, and in which language."""

from __future__ import annotations

import pytest

from tests.openapi import V10, V11

from .seller import SECRET, offer


@pytest.mark.parametrize("authorization", ["", "Bearer unknown", "Basic c2hvcC1hOnNlY3JldA=="])
def test_a_request_without_a_known_token_is_refused(seller, authorization):
    answer = seller.send("GET", "/retailer/orders", headers={"Authorization": authorization})

    assert answer.status_code == 401


def test_an_inactive_account_is_refused(bol, seller):
    bol.add_retailer("shop-a", SECRET, active=False)

    answer = seller.send("GET", "/retailer/orders")

    assert answer.status_code == 403
    assert answer.json()["detail"].startswith("Account is not active")


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/vnd.retailer.v9+json"])
def test_another_accept_is_not_acceptable(seller, accept):
    assert seller.send("GET", "/retailer/orders", headers={"Accept": accept}).status_code == 406


def test_a_version_that_a_path_does_not_have_is_not_acceptable(seller):
    assert seller.v11("GET", "/retailer/orders").status_code == 406
    assert seller.send("GET", "/retailer/offers").status_code in (405, 406)


def test_a_body_of_another_type_is_not_supported(bol, seller):
    answer = seller.v11("POST", "/retailer/offers", offer(), headers={"Content-Type": "application/json"})

    assert answer.status_code == 415
    assert answer.json()["detail"] == "The supplied content-type media type is not supported."
    assert bol.offers() == []


def test_the_media_type_chooses_the_version(seller, offer_id):
    new = seller.v11("GET", f"/retailer/offers/{offer_id}")
    old = seller.send("GET", f"/retailer/offers/{offer_id}")

    assert new.headers["Content-Type"] == f"{V11};charset=UTF-8"
    assert new.json()["condition"] == {"category": "NEW"}
    assert old.headers["Content-Type"] == f"{V10};charset=UTF-8"
    assert old.json()["condition"] == {"name": "NEW", "category": "NEW"}


def test_a_path_that_does_not_exist_is_not_found(seller):
    assert seller.session.get(f"{seller.url}/retailer/nothing", headers={"Accept": V10}).status_code == 404


def test_every_answer_has_a_request_id_of_its_own(seller):
    ids = {seller.send("GET", "/retailer/orders").headers["X-Request-ID"] for _ in range(3)}

    assert len(ids) == 3
