"""bol's login: credentials go in, a token comes out, or we know why not.

Source: Retailer API, "Authentication" page: client credentials, tokens of about five minutes, to be used until they
expire; asking for too many gets an address blocked.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import requests

from connections.bol.errors import (
    AddressBlocked,
    BolError,
    InvalidCredentials,
    LoginError,
    LoginUnavailable,
)
from connections.bol.sockets import make_session
from connections.bol.wire import MEBIBYTE, Reply, exchange, prepare

PRODUCTION_LOGIN_URL = "https://login.bol.com"
LONGEST_LIFE = timedelta(hours=1)

_TOKEN = re.compile(r"[\x21-\x7e]+")
_WORDS = re.compile(r"[\w .,:;'\-]{1,200}", re.ASCII)


@dataclass(frozen=True)
class AccessToken:
    """A token and the moment (UTC) from which bol refuses it."""

    value: str = field(repr=False)
    expires_at: datetime

    def lasts(self, margin: timedelta, now: datetime) -> bool:
        """Tell whether the token is still good `margin` from now."""
        return now + margin < self.expires_at


@dataclass(frozen=True)
class Login:
    """The credentials of one account at bol, and where they are exchanged for tokens."""

    client_id: str
    client_secret: str = field(repr=False)
    login_url: str = PRODUCTION_LOGIN_URL

    def fetch_token(self, session: requests.Session | None = None) -> AccessToken:
        """Ask bol for a new token. Raises InvalidCredentials, AddressBlocked or LoginUnavailable."""
        if session is not None:
            return self._fetch(session)
        with make_session(pool_size=1) as own_session:
            return self._fetch(own_session)

    def _fetch(self, session: requests.Session) -> AccessToken:
        asked_at = datetime.now(UTC)
        try:
            reply = exchange(session, self._prepare(session), MEBIBYTE)
        except BolError as error:
            raise LoginUnavailable(f"bol's login cannot be reached: {error}") from error
        if reply.status != 200:
            raise _refusal(reply)
        return _read_token(reply, asked_at)

    def _prepare(self, session: requests.Session) -> requests.PreparedRequest:
        return prepare(
            session,
            "POST",
            f"{self.login_url.rstrip('/')}/token",
            data={"grant_type": "client_credentials"},
            headers={"Accept": "application/json", "Authorization": self._basic()},
        )

    def _basic(self) -> str:
        pair = f"{self.client_id}:{self.client_secret}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"


def is_usable(token: str) -> bool:
    """Tell whether a header can carry this token."""
    return bool(_TOKEN.fullmatch(token))


def _refusal(reply: Reply) -> LoginError:
    code, words = _login_words(reply)
    text = f"{reply.status} {words}".strip()
    if reply.status == 404:
        return AddressBlocked(f"bol's login hides itself from this address: {text}")
    if reply.status == 401 or code in {"invalid_client", "unauthorized_client"}:
        return InvalidCredentials(f"bol does not accept the client id and secret: {text}")
    return LoginUnavailable(f"bol's login does not work now: {text}")


def _login_words(reply: Reply) -> tuple[str, str]:
    found = _object(reply.body)
    code, description = _words(found.get("error")), _words(found.get("error_description"))
    return code, ": ".join(filter(None, (code, description)))


def _words(found: Any) -> str:
    # Plain words only: whatever else a login page may say could repeat what was sent to it.
    return found if isinstance(found, str) and _WORDS.fullmatch(found) else ""


def _read_token(reply: Reply, asked_at: datetime) -> AccessToken:
    found = _object(reply.body)
    if fault := _fault(found):
        raise LoginUnavailable(f"bol's login answered without a usable token: {fault}")
    life = min(timedelta(seconds=min(found["expires_in"], 10**6)), LONGEST_LIFE)
    return AccessToken(found["access_token"], asked_at + life)


def _fault(found: dict[str, Any]) -> str:
    token, seconds = found.get("access_token"), found.get("expires_in")
    if not isinstance(token, str) or not is_usable(token):
        return "no access_token"
    if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds <= 0:
        return "no expires_in above zero"
    if str(found.get("token_type", "bearer")).casefold() != "bearer":
        return "another token_type than Bearer"
    if "retailer" not in str(found.get("scope", "retailer")).casefold():
        return "a scope without RETAILER"
    return ""


def _object(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, ValueError, RecursionError):
        return {}
