"""Tokens are given to whoever has the right secret."""

from __future__ import annotations

from datetime import timedelta

from .seller import SECRET, Seller


def test_a_token_lasts_299_seconds(bol, seller):
    answer = seller.ask_token()

    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 299
    assert answer.json()["token_type"] == "Bearer"
    assert bol.stats()["tokens_issued"] == 2


def test_the_first_secret_of_a_client_is_its_secret(bol, seller):
    answer = seller.ask_token(auth=("shop-a", "another secret"))

    assert answer.status_code == 401
    assert answer.json() == {"error": "invalid_client", "error_description": "Bad client credentials"}
    assert bol.stats() | {"tokens_issued": 1, "token_requests": 2} == bol.stats()


def test_a_secret_can_be_changed(bol, seller):
    bol.add_retailer("shop-a", "new secret")

    assert seller.ask_token().status_code == 401
    assert seller.ask_token(auth=("shop-a", "new secret")).status_code == 200


def test_a_strict_sandbox_knows_only_whom_it_was_told_about(start, seller_at):
    bol, url = start(strict=True)
    bol.add_retailer("shop-a", SECRET)

    assert seller_at(url).ask_token().status_code == 200
    stranger = Seller(url, "stranger")
    with stranger.session:
        assert stranger.ask_token().status_code == 401


def test_a_token_request_in_the_address_is_refused(seller):
    answer = seller.session.post(f"{seller.url}/token?grant_type=client_credentials", auth=("shop-a", SECRET))

    assert answer.status_code == 400


def test_another_grant_type_is_refused(seller):
    assert seller.ask_token(data={"grant_type": "password"}).status_code == 400


def test_a_token_request_without_credentials_is_refused(seller):
    assert seller.ask_token(auth=None, headers={"Authorization": ""}).status_code == 401


def test_an_expired_token_is_said_to_be_expired(start, seller_at):
    _, url = start(token_lifetime=timedelta(0))

    answer = seller_at(url).send("GET", "/retailer/orders")

    assert answer.status_code == 401
    assert answer.json().keys() == {"title", "status", "detail"}
    assert answer.json()["title"] == "Expired JWT"
    assert answer.json()["detail"].startswith("JWT expired at ")


def test_all_tokens_can_be_made_to_expire(bol, seller):
    bol.expire_tokens()
    assert seller.send("GET", "/retailer/orders").status_code == 401

    seller.log_in()
    assert seller.send("GET", "/retailer/orders").status_code == 200
