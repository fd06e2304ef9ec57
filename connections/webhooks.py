"""The address to which bol posts: checks, stores, and answers well within bol's five seconds.

What is refused is counted and forgotten: nothing of it is kept or logged. A connection that stands still takes in what
bol posts all the same, or bol would switch the subscription off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from connections import doorbell, inbox, signature_keys
from connections.bol import notifications
from connections.models import Connection, NotificationRefusal
from connections.models.inbox import RefusalReason

LARGEST_BODY = 64 * 1024
# bol does not document which media type it posts; what a browser's form or a file would have is none of them.
MEDIA_TYPES = ("", "application/json", "text/json", "text/plain")

ANSWERS = {
    RefusalReason.NETWORK: HTTPStatus.FORBIDDEN,
    RefusalReason.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    RefusalReason.MEDIA_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    RefusalReason.NOT_SIGNED: HTTPStatus.UNAUTHORIZED,
    RefusalReason.NEW_KEY: HTTPStatus.UNAUTHORIZED,
    RefusalReason.UNKNOWN_KEY: HTTPStatus.UNAUTHORIZED,
    RefusalReason.WRONG_SIGNATURE: HTTPStatus.UNAUTHORIZED,
    RefusalReason.OTHER_RETAILER: HTTPStatus.FORBIDDEN,
    # bol posts it again, and by then it is known.
    RefusalReason.NOT_READY: HTTPStatus.SERVICE_UNAVAILABLE,
    # It is bol's, and would be as little understood the next time: refusing it would cost the subscription.
    RefusalReason.NOT_UNDERSTOOD: HTTPStatus.OK,
}


class Refused(Exception):
    """What was posted is not taken as a notification."""

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Addressee:
    """A connection as far as its post goes: its number at bol, and the public keys by id that bol signs with."""

    connection_id: int
    retailer_id: str
    keys: Mapping[str, str]


@csrf_exempt
@require_POST
def receive(request: HttpRequest, key: str) -> HttpResponse:
    """Take in one notification for the connection with this key."""
    try:
        return _receive(request, key)
    except DatabaseError:
        # bol posts it again; what it gives up on is found by polling.
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)


def _receive(request: HttpRequest, key: str) -> HttpResponse:
    addressee = _addressee(key)
    if addressee is None:
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    try:
        message = _read(addressee, request)
    except Refused as refused:
        NotificationRefusal.count_one(addressee.connection_id, refused.reason)
        return HttpResponse(status=ANSWERS[refused.reason])
    inbox.take_in(addressee.connection_id, message)
    return HttpResponse(status=HTTPStatus.OK)


def _addressee(key: str) -> Addressee | None:
    """Return whose address this is, in one query and without any secret."""
    found = Connection.objects.filter(notification_key=key).order_by()
    for pk, retailer_id, keys in found.values_list("pk", "retailer_id", "signature_keys__keys"):
        return Addressee(pk, retailer_id, keys or {})
    return None


def _read(addressee: Addressee, request: HttpRequest) -> notifications.Notification:
    """Return what bol says, checked in the order of what a check costs. Raises Refused."""
    _check_sender(request)
    _check_form(request)
    message = _verify(addressee, request)
    _check_retailer(addressee, message)
    return message


def _check_sender(request: HttpRequest) -> None:
    networks = settings.BOL_NOTIFICATION_NETWORKS
    if not networks:
        return
    try:
        sender = ip_address(_sender(request))
    except ValueError:
        raise Refused(RefusalReason.NETWORK) from None
    if not any(sender in network for network in networks):
        raise Refused(RefusalReason.NETWORK)


def _sender(request: HttpRequest) -> str:
    """Return the address of who posts: as our own proxies saw it, for what stands before that can be invented."""
    proxies = settings.PROXIES_IN_FRONT
    seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    return seen[-proxies] if 0 < proxies <= len(seen) else str(request.META.get("REMOTE_ADDR", ""))


def _check_form(request: HttpRequest) -> None:
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdecimal() or int(length) > LARGEST_BODY:
        raise Refused(RefusalReason.TOO_LARGE)
    media_type = (request.content_type or "").lower()
    if media_type not in MEDIA_TYPES and not media_type.endswith("+json"):
        raise Refused(RefusalReason.MEDIA_TYPE)
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refused(RefusalReason.MEDIA_TYPE)


def _verify(addressee: Addressee, request: HttpRequest) -> notifications.Notification:
    signature = request.headers.get(notifications.SIGNATURE_HEADER)
    try:
        return notifications.read(request.body, signature, addressee.keys)
    except notifications.NotSigned:
        raise Refused(RefusalReason.NOT_SIGNED) from None
    except notifications.UnknownKey:
        # bol posts it again, and by then the keys have been read.
        is_open = signature_keys.want(addressee.connection_id)
        raise Refused(RefusalReason.NEW_KEY if is_open else RefusalReason.UNKNOWN_KEY) from None
    except notifications.WrongSignature:
        signature_keys.want(addressee.connection_id)  # bol may have replaced the key of that name
        raise Refused(RefusalReason.WRONG_SIGNATURE) from None
    except notifications.NotUnderstood:
        raise Refused(RefusalReason.NOT_UNDERSTOOD) from None


def _check_retailer(addressee: Addressee, message: notifications.Notification) -> None:
    """bol signs for all retailers with the same keys: what it posted to another one is none of ours."""
    if not addressee.retailer_id:
        doorbell.ring(addressee.connection_id, signature_keys.FLOW)
        raise Refused(RefusalReason.NOT_READY)
    if message.retailer_id != addressee.retailer_id:
        raise Refused(RefusalReason.OTHER_RETAILER)
