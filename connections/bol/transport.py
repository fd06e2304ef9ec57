"""The way to the wire: request -> _send_authorized -> _send_once, one concern each.

Nothing here sleeps, retries or decides, but for one thing: a refused token is renewed and that one request repeated.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, BinaryIO, Generic, TypeVar
from urllib.parse import quote

import requests
from requests.auth import AuthBase

from connections.bol.auth import is_usable
from connections.bol.errors import ApiError, BolError, LoginUnavailable, Unauthorized, Unreadable, error_class
from connections.bol.problems import read_problem
from connections.bol.rates import RateHeaders, time_to_wait
from connections.bol.throttling import Throttle
from connections.bol.tokens import TokenSource
from connections.bol.wire import MEBIBYTE, Reply, exchange, prepare

T = TypeVar("T")
USER_AGENT = "bol-backoffice"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Exchange:
    """One request as it happened, for a request log and a rate budget; it holds no header, body or token.

    `status` is None where no answer came, `error` the name of the error's class or "", `process_status_id` the id that
    bol gave for following the work, or "".
    """

    method: str
    path: str
    status: int | None
    duration: timedelta
    error: str = ""
    request_id: str = ""
    rate: RateHeaders | None = None
    process_status_id: str = ""


def ignore(exchange: Exchange) -> None:
    """Observe nothing."""


@dataclass(frozen=True)
class Request(Generic[T]):
    """One call of the API; `read` turns its answer into what the caller wants, or raises Unreadable.

    The body of a success goes to the file `into` where there is one, and is then not in the answer that is read.
    """

    method: str
    path: str
    read: Callable[[Reply], T]
    accept: str
    query: Sequence[tuple[str, str]] = ()
    body: bytes | None = field(default=None, repr=False)
    content_type: str = ""
    max_bytes: int = 32 * MEBIBYTE
    into: BinaryIO | None = field(default=None, repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """Give the media types: `Accept` always, `Content-Type` with a body."""
        headers = {"Accept": self.accept}
        if self.body is not None:
            headers["Content-Type"] = self.content_type
        return headers


@dataclass(frozen=True)
class _Bearer(AuthBase):
    """Carries the token to the header without ever showing it in a repr or a local variable."""

    token: str = field(repr=False)

    def __post_init__(self) -> None:
        if not is_usable(self.token):
            # Further down it would be refused by an error that quotes it.
            raise LoginUnavailable("The access token has characters that no header can carry")

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


@dataclass(frozen=True)
class Transport:
    """Sends requests of one account through a session that many accounts may share."""

    session: requests.Session
    api_url: str
    tokens: TokenSource
    throttle: Throttle
    observe: Callable[[Exchange], None]
    user_agent: str = USER_AGENT

    def request(self, request: Request[T]) -> T:
        """Send a request and give what it answers. Raises a BolError."""
        return self._send_authorized(request)

    def _send_authorized(self, request: Request[T]) -> T:
        bearer = _Bearer(self.tokens.get())
        try:
            return self._send_once(request, bearer)
        except Unauthorized:
            # A 401 means that bol did nothing, so even a once-only command may be repeated.
            renewed = _Bearer(self.tokens.renew(bearer.token))
        return self._send_once(request, renewed)

    def _send_once(self, request: Request[T], bearer: _Bearer) -> T:
        self.throttle(request.method, request.path)
        note = _Note(request)
        try:
            prepared = self._prepare(request, bearer)
            note.reply = exchange(self.session, prepared, request.max_bytes, request.into)
            note.answer = answer = _judge(request, note.reply, bearer)
        except BolError as error:
            note.error = error
            raise
        finally:
            self._tell(note)
        return answer

    def _prepare(self, request: Request[T], bearer: _Bearer) -> requests.PreparedRequest:
        return prepare(
            self.session,
            request.method,
            self.api_url.rstrip("/") + request.path,
            params=list(request.query),
            data=request.body,
            headers={"User-Agent": self.user_agent, **request.headers},
            auth=bearer,
        )

    def _tell(self, note: _Note) -> None:
        try:
            self.observe(note.as_exchange())
        except Exception:
            # What bol did has happened: a log that fails must not make it look unknown.
            logger.exception("The observer of requests to bol failed")


class _Note:
    """Gathers what there is to tell about one request while it happens."""

    def __init__(self, request: Request[Any]) -> None:
        self.request = request
        self.started = time.monotonic()
        self.reply: Reply | None = None
        self.answer: Any = None
        self.error: BolError | None = None

    def as_exchange(self) -> Exchange:
        rate = _rate(self.reply) if self.reply else RateHeaders()
        return Exchange(
            method=self.request.method,
            path=self.request.path,
            status=self.reply.status if self.reply else None,
            duration=timedelta(seconds=time.monotonic() - self.started),
            error=type(self.error).__name__ if self.error else "",
            request_id=_request_id(self.reply) if self.reply else "",
            rate=rate or None,
            process_status_id=getattr(self.answer, "process_status_id", None) or "",
        )


def segment(identifier: str) -> str:
    """Make an id safe to stand between two slashes. Raises ValueError for one that would change the address."""
    if identifier.strip(". ") == "":
        raise ValueError(f"{identifier!r} is no id")
    return quote(identifier, safe="")


def _judge(request: Request[T], reply: Reply, bearer: _Bearer) -> T:
    if reply.ok:
        return request.read(reply)
    if reply.status < HTTPStatus.BAD_REQUEST:
        raise Unreadable(f"bol answered with a redirect ({reply.status}), which is not followed")
    raise _refusal(reply, bearer)


def _refusal(reply: Reply, bearer: _Bearer) -> ApiError:
    problem = read_problem(reply.body.replace(bearer.token.encode(), b"[token]"))
    return error_class(reply.status)(
        reply.status, problem, retry_after=_rate(reply).retry_after, request_id=_request_id(reply)
    )


def _rate(reply: Reply) -> RateHeaders:
    rate = RateHeaders.read(reply.headers, datetime.now(UTC))
    if reply.status < HTTPStatus.BAD_REQUEST:
        return rate
    return replace(rate, retry_after=time_to_wait(reply.status, rate, read_problem(reply.body).detail))


def _request_id(reply: Reply) -> str:
    return reply.headers.get("X-Request-ID", "")[:100]
