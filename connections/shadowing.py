"""Shows the exact request that a message would be: prepared, put into words, and never sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from django.db import transaction
from requests.adapters import BaseAdapter

from connections import bol, clients, operations
from connections.bol import make_session
from connections.models import OutboxMessage
from connections.operations import Call, CannotSend, NothingSent, NothingToSend, NotNow, Preparation, Refused
from connections.tokens import SharedToken

READING = ("GET", "HEAD")


@dataclass(frozen=True)
class Draft:
    """A request as it would leave, or the reason why none would (`words`)."""

    method: str = ""
    path: str = ""
    body: str = ""
    words: str = ""


class _Shown(requests.ConnectionError):
    """The request was kept from leaving."""


class _Showcase(BaseAdapter):
    """Lets reads pass, and keeps the first request that would change something."""

    def __init__(self, way: BaseAdapter) -> None:
        super().__init__()
        self._way = way
        self.kept: requests.PreparedRequest | None = None

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if request.method in READING:
            return self._way.send(request, *args, **kwargs)
        self.kept = request
        raise _Shown("shown, not sent")

    def close(self) -> None:
        self._way.close()


def draft(message: OutboxMessage) -> Draft:
    """Return the request that a waiting message would be now. Reads at bol where the command itself reads first."""
    preparation = _prepare(message)
    match preparation:
        case Call():
            return _show(message, preparation)
        case NotNow(reason, _wait):
            return Draft(words=reason)
        case CannotSend(reason, advice):
            return Draft(words=f"{reason} {advice}".strip())
        case NothingToSend():
            return Draft()


def _prepare(message: OutboxMessage) -> Preparation:
    """Prepare a message as the relay does, and leave no trace of it."""
    with transaction.atomic():
        try:
            return operations.get(message.operation).prepare([message])
        finally:
            transaction.set_rollback(True)


def _show(message: OutboxMessage, call: Call) -> Draft:
    clients.forbid_transaction()
    connection = message.connection
    with make_session(1) as session:
        showcase = _Showcase(session.get_adapter(connection.api_url))
        session.mount(connection.api_url, showcase)
        client = bol.Client(SharedToken(connection), api_url=connection.api_url, session=session)
        try:
            call.send(client)
        except Refused as refused:
            return Draft(words=f"{refused.reason} {refused.advice}".strip())
        except (bol.BolError, NothingSent) as error:
            return _kept(showcase) or Draft(words=str(error))
    return _kept(showcase) or Draft()


def _kept(showcase: _Showcase) -> Draft | None:
    request = showcase.kept
    if request is None:
        return None
    address = urlsplit(request.url or "")
    path = f"{address.path}?{address.query}" if address.query else address.path
    return Draft(str(request.method), path, _readable(request.body))


def _readable(body: Any) -> str:
    text = body.decode() if isinstance(body, bytes) else str(body or "")
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
