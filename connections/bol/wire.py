"""One HTTP exchange: a prepared request goes out, a complete answer of bounded size comes back, or we know why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, BinaryIO

import requests
import urllib3
from requests.structures import CaseInsensitiveDict

from connections.bol.errors import BolError, Interrupted, NotSent
from connections.bol.sockets import CONNECT_TIMEOUT, READ_TIMEOUT

MEBIBYTE = 1024 * 1024
_CHUNK = 64 * 1024
_FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)
_BEFORE_SENDING = (
    requests.ConnectTimeout,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    urllib3.exceptions.ConnectTimeoutError,
)


@dataclass(frozen=True)
class Reply:
    """A complete answer. Its repr shows neither headers nor body, which may hold personal data."""

    status: int
    headers: CaseInsensitiveDict[str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """Tell whether this is a 2xx."""
        return 200 <= self.status < 300

    @property
    def content_type(self) -> str:
        """Give the media type in lower case, without its parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def prepare(session: requests.Session, method: str, url: str, **parts: Any) -> requests.PreparedRequest:
    """Prepare a request; `parts` are those of `requests.Request`. Raises NotSent for an unusable address."""
    try:
        return session.prepare_request(requests.Request(method, url, **parts))
    except requests.RequestException as error:
        raise NotSent(f"{url} is no address to send a request to ({_name(error)})") from error


def exchange(
    session: requests.Session,
    request: requests.PreparedRequest,
    max_bytes: int,
    into: BinaryIO | None = None,
) -> Reply:
    """Send one request once and read its answer whole; redirects are not followed.

    With `into` the body of a success replaces what is in that file, and the reply's own body is empty.
    Raises NotSent when the request surely did not leave, Interrupted when that cannot be known.
    """
    timeout = (CONNECT_TIMEOUT.total_seconds(), READ_TIMEOUT.total_seconds())
    try:
        response = session.send(request, stream=True, timeout=timeout, allow_redirects=False)
    except _FAILURES as error:
        raise _explain(error) from error
    with response:
        return Reply(response.status_code, response.headers, _read(response, max_bytes, into))


def _read(response: requests.Response, max_bytes: int, into: BinaryIO | None) -> bytes:
    body = BytesIO()
    is_success = 200 <= response.status_code < 300
    try:
        _read_whole(response, max_bytes, into if into is not None and is_success else body)
    except Interrupted:
        # A refusal is known from its status; only what a success says cannot be missed.
        if response.status_code < 400:
            raise
        return b""
    return body.getvalue()


def _read_whole(response: requests.Response, max_bytes: int, into: BinaryIO) -> None:
    into.seek(0)
    into.truncate()
    for chunk in _chunks(response):
        into.write(chunk)
        if into.tell() > max_bytes:
            raise Interrupted(f"bol's answer is larger than {max_bytes} bytes")


def _chunks(response: requests.Response) -> Iterator[bytes]:
    try:
        yield from response.iter_content(_CHUNK)
    except _FAILURES as error:
        raise Interrupted(f"bol's answer broke off ({_name(_reason(error))})") from error


def _explain(error: Exception) -> BolError:
    reason = _reason(error)
    if isinstance(reason, _BEFORE_SENDING):
        return NotSent(f"No connection to bol ({_name(reason)})")
    return Interrupted(f"No answer from bol ({_name(reason)})")


def _reason(error: Exception) -> Any:
    """Unwrap what requests and urllib3 put around the reason: ConnectionError(MaxRetryError(reason))."""
    inner = error.args[0] if error.args and isinstance(error.args[0], Exception) else error
    return getattr(inner, "reason", None) or inner


def _name(error: Any) -> str:
    return type(error).__name__
