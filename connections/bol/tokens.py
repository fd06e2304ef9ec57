"""Who keeps a token, and who may ask for another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import requests

from connections.bol.auth import AccessToken, Login
from connections.bol.errors import LoginError, LoginUnavailable, TokenExpired

RENEWAL_MARGIN = timedelta(seconds=60)
PAUSE_AFTER_FAILURE = timedelta(seconds=5)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class TokenSource(Protocol):
    """Gives tokens to requests."""

    def get(self) -> str:
        """Give a token that should be accepted now. Raises LoginError."""

    def renew(self, rejected: str) -> str:
        """Give another token than the one bol rejected: a new one, unless somebody replaced it already."""


class MemoryTokens:
    """Keeps the token of one login in this process and fetches a new one before the old one ends.

    Any number of threads may ask: one of them fetches, the others wait for it. After a failure the login is left alone
    for a few seconds, and everyone who asks hears the same failure.
    """

    def __init__(
        self,
        login: Login,
        *,
        session: requests.Session | None = None,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._login = login
        self._session = session
        self._now = now
        self._lock = threading.Lock()
        self._token: AccessToken | None = None
        self._failure: LoginError | None = None
        self._failed_at = datetime.min.replace(tzinfo=UTC)

    def get(self) -> str:
        """Give the token, a new one when less than a minute is left. Raises LoginError."""
        with self._lock:
            if self._lasts(RENEWAL_MARGIN):
                return self._value()
            try:
                self._fetch()
            except LoginUnavailable:
                # While the login is down, the old token serves until its end.
                if not self._lasts(timedelta()):
                    raise
            return self._value()

    def renew(self, rejected: str) -> str:
        """Give another token than the rejected one. Raises LoginError."""
        with self._lock:
            if self._token is not None and self._token.value == rejected:
                self._token = None
            if self._token is None:
                self._fetch()
            return self._value()

    def _fetch(self) -> None:
        if self._failure is not None and self._now() < self._failed_at + PAUSE_AFTER_FAILURE:
            raise self._failure.with_traceback(None)
        try:
            self._token, self._failure = self._login.fetch_token(self._session), None
        except LoginError as error:
            self._failure, self._failed_at = error, self._now()
            raise

    def _lasts(self, margin: timedelta) -> bool:
        return self._token is not None and self._token.lasts(margin, self._now())

    def _value(self) -> str:
        return self._token.value if self._token else ""


@dataclass(frozen=True)
class FixedToken:
    """One token and no way to another, for threads which may do HTTP and nothing else."""

    value: str = field(repr=False)

    def get(self) -> str:
        """Give the token."""
        return self.value

    def renew(self, rejected: str) -> str:
        """Raise TokenExpired: whoever handed out the token must renew it."""
        raise TokenExpired("bol refused the access token; it must be renewed before sending again")
