"""bol's side of the back office's own address: notifications signed with a key of the tests, and posted."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client
from django.utils import timezone

from connections.models import Connection, SignatureKeys

RETAILER_ID = "1700001"
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def public_of(key: RSAPrivateKey) -> str:
    """The public half as bol lists it."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def sign(key: RSAPrivateKey, body: bytes, key_id: str = "0") -> str:
    """The header that goes with a body."""
    content = base64.b64encode(key.sign(body, PKCS1v15(), SHA256())).decode()
    return f'keyId={key_id}, algorithm="rsa-sha256", signature={content}'


KEY = generate_private_key(65537, 2048)
STRANGERS_KEY = generate_private_key(65537, 2048)


def told(resource: str, event: str, resource_id: str, *, at: datetime = NOON, **more: Any) -> bytes:
    """The body of a notification."""
    said = {"resource": resource, "type": event, "resourceId": resource_id}
    return json.dumps(
        {"retailerId": int(RETAILER_ID), "timestamp": at.isoformat(), "event": said} | more
    ).encode()


@dataclass
class Post:
    """Posts to the address of one connection, as bol does."""

    connection: Connection
    client: Client

    def __call__(self, body: bytes, signature: str | None = None, **options: Any) -> int:
        """Post a body, signed by bol unless told otherwise; the status of the answer."""
        headers = {"Signature": sign(KEY, body) if signature is None else signature}
        options = {"content_type": "application/json", "headers": headers} | options
        return self.client.post(self.address, body, **options).status_code

    @property
    def address(self) -> str:
        return f"/bol/notifications/{self.connection.notification_key}/"


def make_ready(connection: Connection) -> None:
    """Let a connection know the tests' key and its own number at bol."""
    connection.retailer_id = RETAILER_ID
    connection.save(update_fields=["retailer_id"])
    SignatureKeys.objects.create(connection=connection, keys={"0": public_of(KEY)}, read_at=timezone.now())
