"""Whether a notification is bol's, and what it says."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from connections.bol import notifications
from connections.bol.notifications import NotAuthentic, NotSigned, NotUnderstood, UnknownKey, WrongSignature

# A notification that bol really posted in November 2021, and the key that bol listed then.
BODY = (
    b'{"retailerId":1659925,"timeStamp":"2021-11-18T16:37:13+01:00","event":{"resource":"PROCESS_STATUS",'
    b'"type":"SUCCESS","resourceId":"33371690441","metadata":{},"links":[]}}'
)
KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAh5x6f/IexlWgo23VF9yH7zmRWEaFShAXyFoR3Flh0ZwSn8hZY+rR3zJt/FWKT6mcw51c"
    "FjNWGoi92FLLCsXq49TS+8T6z5/AqpS/cORzFndiaPeMN5k9nla9ECwWqizqoBWRFyg7tnP0GkbZF+rjLlAbUznisEItGcfu9rw4+CfulFTwA9CG"
    "xKUDNJOcihEkUflsMlGL2Stqs1Q54O2GTPlLX4KTn1z7Iy4E8IqSOm9Z7sEFHK/RR7sf6K3JsN/h3nR0+NN8o2OGCZ1z17OjSnWXbq1QDZIkN+Pn"
    "tEIW540Og0SHDshLAGxOeW0jw8tU/uKZMhR7lmmrabLjutk3NQIDAQAB"
)
SIGNATURE = (
    "ae2Z1c36OxpTu7OiljUJMqbW5I2+aqU04xO3Z5eInL73vvXuWwXOIEaVDpmyfXAz7HhaFJ6q73qKqHhE9zP1BEyp/CyRC+3EPU9QauUk6GS66FWS"
    "9EFPhvuC/hj0z6xwRXaMMu6J/p89rb3utsO4nagT1iuFNdAz4mRPg3UnyIl50oSWyC99zje090cxNUGw7f3WY8gvTt9bGhiAQ8gMQgA2dw++UTov"
    "3r+ifdAaj7cMLEHS5gT7mn4Cqo8kYLejRab81l9Zge0q0ozX2/4OUaEXjemo/+w6QFJrq1Vsih+PFrU7BzzyUs8m+CVUdpSsXZQTiragTKs9ZIrn"
    "pmS9mA=="
)
HEADER = f'keyId=0, algorithm="rsa-sha256", signature={SIGNATURE}'
OWN = rsa.generate_private_key(65537, 2048)


def public(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def signed(body: bytes, *, algorithm: HashAlgorithm | None = None) -> str:
    content = OWN.sign(body, padding.PKCS1v15(), algorithm or SHA256())
    return f'keyId=own, algorithm="rsa-sha256", signature={base64.b64encode(content).decode()}'


def read_own(message: Any) -> notifications.Notification:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return notifications.read(body, signed(body), {"own": public(OWN)})


def message(**changes: Any) -> dict[str, Any]:
    event = {"resource": "ORDER", "type": "ORDER_CREATED", "resourceId": "A1"}
    return {"retailerId": 1, "timestamp": "2026-11-21T12:00:00Z", "event": event} | changes


def test_what_bol_posted_is_bols_and_read():
    found = notifications.read(BODY, HEADER, {"0": KEY})

    assert found == notifications.Notification(
        retailer_id="1659925",
        at=datetime(2021, 11, 18, 15, 37, 13, tzinfo=UTC),
        resource="PROCESS_STATUS",
        event_type="SUCCESS",
        resource_id="33371690441",
    )


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_one_changed_byte_is_not_bols(position: int, change: int):
    body = bytearray(BODY)
    body[position] ^= change

    with pytest.raises(WrongSignature):
        notifications.read(bytes(body), HEADER, {"0": KEY})


def test_another_key_did_not_sign_it():
    with pytest.raises(WrongSignature):
        notifications.read(BODY, HEADER, {"0": public(OWN)})


def test_another_digest_is_not_bols():
    with pytest.raises(WrongSignature):
        notifications.read(b"{}", signed(b"{}", algorithm=SHA1()), {"own": public(OWN)})  # noqa: S303 - what a forger might do


@pytest.mark.parametrize("keys", [{}, {"1": KEY}, {"0": ""}, {"0": "bm8ga2V5"}, {"0": "%"}])
def test_a_key_that_is_not_there_or_is_none_is_unknown(keys: dict[str, str]):
    with pytest.raises(UnknownKey):
        notifications.read(BODY, HEADER, keys)


def test_a_key_of_another_kind_is_unknown():
    other = public(ec.generate_private_key(ec.SECP256R1()))

    with pytest.raises(UnknownKey):
        notifications.read(BODY, HEADER, {"0": other})


@pytest.mark.parametrize(
    "header",
    [
        f"keyId=0,algorithm=rsa-sha256,signature={SIGNATURE}",
        f'KEYID="0", Algorithm="RSA-SHA256", Signature="{SIGNATURE}"',
        f"signature={SIGNATURE}, keyId=0",
    ],
)
def test_the_header_may_be_spelled_otherwise(header: str):
    assert notifications.read(BODY, header, {"0": KEY}).resource_id == "33371690441"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "rubbish",
        "keyId=0",
        f"signature={SIGNATURE}",
        f"keyId=, signature={SIGNATURE}",
        f'keyId=0, algorithm="hmac-sha256", signature={SIGNATURE}',
        f'keyId=0, algorithm="none", signature={SIGNATURE}',
        "keyId=0, signature=not base64!",
        f"keyId=0, signature={'A' * 5000}",
    ],
)
def test_what_carries_no_signature_is_not_signed(header: str | None):
    with pytest.raises(NotSigned):
        notifications.read(BODY, header, {"0": KEY})


@given(st.text())
def test_no_header_breaks_it(header: str):
    with pytest.raises(NotAuthentic):
        notifications.read(BODY, header, {"0": KEY})


@pytest.mark.parametrize(
    "spelling",
    [
        {"timestamp": "2026-11-21T13:00:00+01:00"},
        {"timestamp": None, "timeStamp": "2026-11-21T12:00:00.000Z"},
        {"timestamp": 1795262400000},
        {"timestamp": "1795262400000"},
        {"timestamp": None, "timeStamp": 1795262400000},
    ],
)
def test_the_moment_is_read_in_every_spelling(spelling: dict[str, Any]):
    assert read_own(message(**spelling)).at == datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize("retailer", [1700001, "1700001"])
def test_ids_are_text_whether_bol_writes_numbers_or_text(retailer: int | str):
    event = {"resource": "PROCESS_STATUS", "type": "SUCCESS", "resourceId": 33371690441}

    found = read_own(message(retailerId=retailer, event=event))

    assert (found.retailer_id, found.resource_id) == ("1700001", "33371690441")


def test_what_bol_adds_is_no_trouble():
    event = {"resource": "COMPETING_OFFER", "type": "NEW WORD", "resourceId": "1", "metadata": {"ean": "2"}}

    found = read_own(message(event=event | {"links": [{"rel": "self"}]}, extra=[1]))

    assert (found.event_type, found.metadata) == ("NEW WORD", {"ean": "2"})


@pytest.mark.parametrize(
    "strange",
    [
        b"",
        b"not json",
        b"[]",
        b'"text"',
        b"[" * 10_000 + b"]" * 10_000,
        b'{"retailerId":1,"timestamp":"2026-11-21T12:00:00Z","event":{"resource":"ORDER","metadata":'
        + b'{"a":' * 5000
        + b"1"
        + b"}" * 5000
        + b"}}",
        message(timestamp=None),
        message(timestamp="tomorrow"),
        message(timestamp=10**30),
        message(event=None),
        message(event={"type": "SUCCESS"}),
        message(retailerId=None),
    ],
)
def test_what_bol_signed_and_nobody_understands_is_said_to_be_so(strange: Any):
    with pytest.raises(NotUnderstood):
        read_own(strange)
