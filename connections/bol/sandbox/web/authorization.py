"""Bearer tokens: issued, presented, expired. They live on real time, whatever the clock at bol says."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from werkzeug.wrappers import Request

from connections.bol.sandbox.clock import in_seconds
from connections.bol.sandbox.entities import Retailer
from connections.bol.sandbox.web.answers import Problem

REMEMBERED = timedelta(hours=1)


class Tokens:
    """The tokens in circulation; expired ones are remembered for an hour, to be able to say so."""

    def __init__(self) -> None:
        self._tokens: dict[str, tuple[str, datetime]] = {}

    def issue(self, client_id: str, lifetime: timedelta) -> str:
        """A new token for an account."""
        now = datetime.now(UTC)
        self._tokens = {t: held for t, held in self._tokens.items() if held[1] + REMEMBERED > now}
        token = secrets.token_urlsafe(48)
        self._tokens[token] = client_id, now + lifetime
        return token

    def expire_all(self) -> None:
        """Let every token be out of date from now on."""
        now = datetime.now(UTC)
        self._tokens = {token: (client, min(end, now)) for token, (client, end) in self._tokens.items()}

    def find(self, token: str) -> tuple[str, datetime] | None:
        """The client id and the end of a token."""
        return self._tokens.get(token)


def client_of(request: Request, tokens: Tokens) -> str | None:
    """Who seems to be asking, without judging whether they may: by token, or by Basic credentials."""
    credentials = request.authorization
    if credentials is None:
        return None
    if credentials.type == "basic":
        return credentials.username
    held = tokens.find(credentials.token or "")
    return held[0] if held else None


def authorize(request: Request, tokens: Tokens, retailers: dict[str, Retailer]) -> Retailer:
    """The account that asks; raises Problem 401 or 403."""
    credentials = request.authorization
    if credentials is None or credentials.type != "bearer" or not credentials.token:
        raise Problem(401, "Unauthorized", "Missing bearer token.", problem_type=None)
    held = tokens.find(credentials.token)
    if held is None or held[0] not in retailers:
        raise Problem(401, "Invalid JWT", "The presented token is not known.", problem_type=None)
    _check_lifetime(held[1])
    return _check_active(retailers[held[0]])


def _check_lifetime(end: datetime) -> None:
    age = datetime.now(UTC) - end
    if age < timedelta(0):
        return
    now, milliseconds = in_seconds(end + age), age // timedelta(milliseconds=1)
    detail = (
        f"JWT expired at {in_seconds(end)}. Current time: {now}, a difference of {milliseconds} milliseconds."
    )
    detail += "  Allowed clock skew: 1000 milliseconds."
    raise Problem(401, "Expired JWT", detail, problem_type=None)


def _check_active(retailer: Retailer) -> Retailer:
    if retailer.active:
        return retailer
    detail = "Account is not active, access denied. Please contact partnerservice if this is unexpected."
    raise Problem(403, "Forbidden", detail, problem_type=None)
