"""What all resources share: a transport, a media type, and the few shapes a request can have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import BinaryIO, TypeVar

from connections.bol.answers import Body, to_json
from connections.bol.transport import Request, Transport
from connections.bol.wire import MEBIBYTE, Reply

T = TypeVar("T")
QueryValue = str | int | bool | datetime | Sequence[str] | None
Query = Mapping[str, QueryValue]

V10 = "application/vnd.retailer.v10+json"
V10_CSV = "application/vnd.retailer.v10+csv"
V10_PDF = "application/vnd.retailer.v10+pdf"
V11 = "application/vnd.retailer.v11+json"


class Resource:
    """One of bol's resources. bol chooses the version of an endpoint by its media type alone."""

    media_type = V10

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _get(
        self,
        path: str,
        read: Callable[[Reply], T],
        query: Query | None = None,
        *,
        accept: str = "",
        max_bytes: int = 32 * MEBIBYTE,
        into: BinaryIO | None = None,
    ) -> T:
        request = Request(
            "GET",
            path,
            read,
            accept or self.media_type,
            query=_pairs(query or {}),
            max_bytes=max_bytes,
            into=into,
        )
        return self._transport.request(request)

    def _head(self, path: str, read: Callable[[Reply], T], *, accept: str = "") -> T:
        return self._transport.request(Request("HEAD", path, read, accept or self.media_type))

    def _send(
        self,
        method: str,
        path: str,
        read: Callable[[Reply], T],
        body: Body | None = None,
        *,
        content_type: str = "",
    ) -> T:
        content = None if body is None else to_json(body)
        content_type = content_type or self.media_type
        request = Request(method, path, read, self.media_type, body=content, content_type=content_type)
        return self._transport.request(request)


def _pairs(query: Query) -> list[tuple[str, str]]:
    return [(name, text) for name, value in query.items() for text in _texts(value)]


def _texts(value: QueryValue) -> list[str]:
    """Spell a value for a query: nothing for None, one entry per element of a list, `true` for True."""
    if value is None:
        return []
    if isinstance(value, datetime):
        return [_to_second(value)]
    if isinstance(value, bool):
        return [str(value).lower()]
    return [str(value)] if isinstance(value, str | int) else list(value)


def _to_second(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("A moment for bol needs a time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
