"""Notifications that bol posts: whether one is bol's, and what it says. Pure: no network, no clock.

A notification names something that changed and carries nothing of the change itself, so it is a hint to read that thing
(Subscriptions API, push messages). It is signed with RSA PKCS#1 v1.5 and SHA-256 over the bytes of its body, in a header
like ``Signature: keyId=0, algorithm="rsa-sha256", signature=<base64>``.

NotAuthentic                not shown to be bol's: refuse it
├── NotSigned               no signature, or one that cannot be read
├── UnknownKey              signed by a key that is not among ours: bol may have a new one
└── WrongSignature          the key did not sign these bytes
NotUnderstood               bol's, and not in a form that is known
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from connections.bol.answers import Answer, moment_from

SIGNATURE_HEADER = "Signature"
# The only one there is: what a header names is compared with it, and never chosen from.
ALGORITHM = "rsa-sha256"
LONGEST_HEADER = 4096


class NotAuthentic(Exception):
    """Nothing shows that this is bol's."""


class NotSigned(NotAuthentic):
    """There is no signature that can be read."""


class UnknownKey(NotAuthentic):
    """It names a key that bol did not list when it was last asked."""


class WrongSignature(NotAuthentic):
    """The key that it names did not sign these bytes."""


class NotUnderstood(Exception):
    """bol signed it, and it does not say what happened in a form that is known."""


@dataclass(frozen=True)
class Notification:
    """What bol says has happened: `event_type` with the thing `resource_id` of the kind `resource`, at `at` (UTC).

    `metadata` is there for prices and competing offers (EAN, country), else empty.
    """

    retailer_id: str
    at: datetime
    resource: str
    event_type: str
    resource_id: str
    metadata: dict[str, Any] = field(default_factory=dict)


class _Event(Answer):
    resource: str
    type: str = ""
    resource_id: str | int = ""
    metadata: dict[str, Any] | None = None


class _Message(Answer):
    """Both spellings of the moment are in use, as text and as a number of milliseconds."""

    retailer_id: str | int
    event: _Event
    timestamp: str | int | None = None
    time_stamp: str | int | None = None


@dataclass(frozen=True)
class _Signature:
    key_id: str
    algorithm: str
    content: bytes


def read(body: bytes, signature: str | None, keys: Mapping[str, str]) -> Notification:
    """Return what bol says; `signature` is the header, `keys` are public keys by id as bol lists them.

    Raises NotSigned, UnknownKey, WrongSignature or NotUnderstood; nothing of the body is read before it is bol's.
    """
    verify(body, signature, keys)
    return _understand(body)


def verify(body: bytes, signature: str | None, keys: Mapping[str, str]) -> None:
    """Make sure that a key of bol signed exactly these bytes. Raises NotSigned, UnknownKey or WrongSignature."""
    signed = _read_header(signature or "")
    key = _load_key(keys.get(signed.key_id, ""))
    if key is None:
        raise UnknownKey("The signature names a key that is not known")
    try:
        key.verify(signed.content, body, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise WrongSignature("The signature does not belong to this body") from None


def _read_header(text: str) -> _Signature:
    if len(text) > LONGEST_HEADER:
        raise NotSigned("The signature is too long to be one")
    # The base64 may end in "=": only the first one of each part separates.
    parts = [part.partition("=") for part in text.split(",")]
    found = {name.strip().lower(): value.strip().strip('"') for name, _, value in parts}
    if not found.get("keyid") or not found.get("signature"):
        raise NotSigned("There is no signature, or it does not name its key")
    if found.get("algorithm", ALGORITHM).lower() != ALGORITHM:
        raise NotSigned("The signature names another algorithm")
    return _Signature(found["keyid"], ALGORITHM, _from_base64(found["signature"]))


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NotSigned("The signature is not base64") from None


@lru_cache(maxsize=64)
def _load_key(public_key: str) -> RSAPublicKey | None:
    """Return the key, or None for what is no RSA key."""
    try:
        key = load_der_public_key(base64.b64decode(public_key))
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) else None


_decoder = msgspec.json.Decoder(_Message)


def _understand(body: bytes) -> Notification:
    try:
        message = _decoder.decode(body)
        at = moment_from(_moment(message))
    except (msgspec.DecodeError, ValueError, OverflowError, RecursionError, OSError):
        raise NotUnderstood("bol says something in a form that is not known") from None
    event = message.event
    return Notification(
        retailer_id=str(message.retailer_id),
        at=at,
        resource=event.resource,
        event_type=event.type,
        resource_id=str(event.resource_id),
        metadata=event.metadata or {},
    )


def _moment(message: _Message) -> str | int | None:
    found = message.timestamp if message.timestamp is not None else message.time_stamp
    return int(found) if isinstance(found, str) and found.isdecimal() else found
