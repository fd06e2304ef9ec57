from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from connections import bol
from tests.connections.bol.answering import Bol

URL = "https://login.bol.com/token"
GOOD = {"access_token": "eyJ.abc", "token_type": "Bearer", "expires_in": 299, "scope": "RETAILER"}
LOGIN = bol.Login("my-id", "SECRETCANARY123")


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key != name}


def test_the_credentials_go_in_a_header_and_the_grant_in_the_body(remote: Bol) -> None:
    remote.answers("POST", URL, GOOD)
    LOGIN.fetch_token()

    expected = base64.b64encode(b"my-id:SECRETCANARY123").decode()
    assert remote.last.headers["Authorization"] == f"Basic {expected}"
    assert remote.last.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert remote.last.headers["Accept"] == "application/json"
    assert remote.last.body == "grant_type=client_credentials"
    assert remote.last.url == URL


def test_a_token_lasts_as_long_as_bol_says(remote: Bol) -> None:
    remote.answers("POST", URL, GOOD)
    before = datetime.now(UTC)
    token = LOGIN.fetch_token()

    assert token.value == "eyJ.abc"
    assert timedelta(seconds=298) < token.expires_at - before < timedelta(seconds=302)
    assert token.lasts(timedelta(seconds=60), before)
    assert not token.lasts(timedelta(seconds=302), before)


@pytest.mark.parametrize(
    "change",
    [{"token_type": "bearer", "scope": "retailer"}, {"scope": "RETAILER offers.read"}, {"extra": [1]}],
)
def test_the_spelling_of_a_token_may_vary(remote: Bol, change: dict[str, Any]) -> None:
    remote.answers("POST", URL, {**GOOD, **change})

    assert LOGIN.fetch_token().value == "eyJ.abc"


def test_a_token_may_come_without_type_and_scope(remote: Bol) -> None:
    remote.answers("POST", URL, {"access_token": "a", "expires_in": 299})

    assert LOGIN.fetch_token().value == "a"


def test_a_token_for_centuries_is_not_believed(remote: Bol) -> None:
    remote.answers("POST", URL, {**GOOD, "expires_in": 10**30})

    assert LOGIN.fetch_token().expires_at < datetime.now(UTC) + timedelta(hours=2)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html><body>Welcome</body></html>",
        b"null",
        b"[]",
        b"{}",
        b'{"access_token": "eyJ.abc", "expires_in": 299',
        b"[" * 100_000,
        without("access_token"),
        {**GOOD, "access_token": ""},
        {**GOOD, "access_token": None},
        {**GOOD, "access_token": 7},
        {**GOOD, "access_token": "a b"},
        {**GOOD, "access_token": "a\r\nX: y"},
        {**GOOD, "access_token": "é"},
        without("expires_in"),
        {**GOOD, "expires_in": 0},
        {**GOOD, "expires_in": -5},
        {**GOOD, "expires_in": True},
        {**GOOD, "expires_in": "soon"},
        {**GOOD, "expires_in": None},
        {**GOOD, "token_type": "MAC"},
        {**GOOD, "token_type": None},
        {**GOOD, "scope": "ADVERTISER"},
        {**GOOD, "scope": ""},
    ],
)
def test_a_malformed_token_is_a_failed_login_and_never_kept(remote: Bol, answer: Any) -> None:
    remote.answers("POST", URL, answer)
    remote.answers("POST", URL, GOOD)

    with pytest.raises(bol.LoginUnavailable):
        LOGIN.fetch_token()

    assert LOGIN.fetch_token().value == "eyJ.abc"


@pytest.mark.parametrize(
    ("status", "answer", "kind"),
    [
        (
            401,
            {"error": "invalid_client", "error_description": "Bad client credentials"},
            bol.InvalidCredentials,
        ),
        (401, b"<html>", bol.InvalidCredentials),
        (400, {"error": "invalid_client"}, bol.InvalidCredentials),
        (400, {"error": "unauthorized_client"}, bol.InvalidCredentials),
        (400, {"error": "invalid_request"}, bol.LoginUnavailable),
        (403, {}, bol.LoginUnavailable),
        (404, b"Not Found", bol.AddressBlocked),
        (429, {}, bol.LoginUnavailable),
        (500, b"Internal Server Error", bol.LoginUnavailable),
        (503, {"error": "temporarily_unavailable"}, bol.LoginUnavailable),
        (302, b"", bol.LoginUnavailable),
        (204, b"", bol.LoginUnavailable),
    ],
)
def test_a_refused_login_says_why(remote: Bol, status: int, answer: Any, kind: type[bol.LoginError]) -> None:
    remote.answers("POST", URL, answer, status)

    with pytest.raises(bol.LoginError) as caught:
        LOGIN.fetch_token()

    assert type(caught.value) is kind
    assert str(status) in str(caught.value)


def test_bols_words_about_the_credentials_are_passed_on(remote: Bol) -> None:
    answer = {"error": "invalid_client", "error_description": "Bad client credentials"}
    remote.answers("POST", URL, answer, 401)

    with pytest.raises(bol.InvalidCredentials, match="401 invalid_client: Bad client credentials"):
        LOGIN.fetch_token()


@pytest.mark.parametrize(
    "failure", [requests.ConnectTimeout(), requests.ReadTimeout(), requests.ConnectionError()]
)
def test_a_login_out_of_reach_is_unavailable(remote: Bol, failure: Exception) -> None:
    remote.answers("POST", URL, failure)

    with pytest.raises(bol.LoginUnavailable):
        LOGIN.fetch_token()


def test_a_secret_may_have_any_characters(remote: Bol) -> None:
    remote.answers("POST", URL, GOOD)
    bol.Login("idé", "пароль:\n").fetch_token()

    pair = base64.b64decode(remote.last.headers["Authorization"].removeprefix("Basic ")).decode()
    assert pair == "idé:пароль:\n"
