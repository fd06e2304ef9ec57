"""The keys that sign notifications: made when first needed, kept with the state, replaced on request.

RSA PKCS#1 v1.5 with SHA-256 over the bytes of the body. Subscriptions API, push messages.
"""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from connections.bol.sandbox.entities import Json, SigningKey
from connections.bol.sandbox.state import State

BITS = 2048


def listed(state: State) -> list[Json]:
    """The public halves as bol lists them, oldest first."""
    _current(state)
    return [_show(key) for key in state.signing_keys]


def replace(state: State, keep_old: bool = True) -> str:
    """Sign with a new key from now on; the old ones stay in the list, or go. The id of the new one."""
    _current(state)
    number = int(state.signing_keys[-1].key_id) + 1
    if not keep_old:
        state.signing_keys.clear()
    return _make(state, str(number)).key_id


def sign(state: State, body: str, is_forged: bool, key_id: str | None) -> str:
    """The header of a notification; a forged one is signed by somebody else's key, or names one (`key_id`)."""
    own = _current(state)
    key = _strangers_key() if is_forged else _load(own.private_key)
    content = key.sign(body.encode(), padding.PKCS1v15(), hashes.SHA256())
    text = base64.b64encode(content).decode()
    return f'keyId={key_id or own.key_id}, algorithm="rsa-sha256", signature={text}'


def _current(state: State) -> SigningKey:
    return state.signing_keys[-1] if state.signing_keys else _make(state, "0")


def _make(state: State, key_id: str) -> SigningKey:
    private = rsa.generate_private_key(65537, BITS).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    state.signing_keys.append(SigningKey(key_id, private.decode()))
    state.counters["signing keys"] += 1
    return state.signing_keys[-1]


def _show(key: SigningKey) -> Json:
    public = (
        _load(key.private_key)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return {"id": key.key_id, "type": "RSA", "publicKey": base64.b64encode(public).decode()}


@lru_cache(maxsize=16)
def _load(private_key: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(private_key.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("The sandbox signs with RSA keys.")
    return key


@lru_cache(maxsize=1)
def _strangers_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, BITS)
