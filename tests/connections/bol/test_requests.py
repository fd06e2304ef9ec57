from __future__ import annotations

import pytest

from connections import bol
from tests.connections.bol.answering import ACCEPTED, V10, V11, Bol

PATCH = bol.PatchOffer(reference="AX1")


def test_every_request_says_what_it_accepts_and_who_it_is(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", "/retailer/orders", {})
    client.orders.list()

    assert remote.last.headers["Accept"] == V10
    assert remote.last.headers["Authorization"] == "Bearer a-token"
    assert remote.last.headers["User-Agent"] == "bol-backoffice"
    assert "Content-Type" not in remote.last.headers


def test_a_body_has_its_media_type(client: bol.Client, remote: Bol) -> None:
    remote.answers("PATCH", "/retailer/offers/o1", b"", 204)
    client.offers.update("o1", PATCH)

    assert remote.last.headers["Content-Type"] == remote.last.headers["Accept"] == V11
    assert remote.last.body == b'{"reference":"AX1"}'


def test_the_media_type_chooses_the_version(client: bol.Client, remote: Bol) -> None:
    remote.answers("DELETE", "/retailer/offers/o1", b"", 204)
    client.offers.delete("o1")
    first = remote.last.headers["Accept"]
    remote.answers("DELETE", "/retailer/offers/o2", ACCEPTED, 202)
    client.offers_v10.delete("o2")

    assert (first, remote.last.headers["Accept"]) == (V11, V10)


@pytest.mark.parametrize("identifier", ["", " ", ".", "..", "  .. "])
def test_an_id_that_changes_the_address_is_refused(client: bol.Client, remote: Bol, identifier: str) -> None:
    with pytest.raises(ValueError, match="is no id"):
        client.orders.get(identifier)

    assert remote.requests == []


def test_an_id_cannot_leave_its_segment(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", "/retailer/orders/a%2Fb%3Fc%3D1", {"orderId": "a/b?c=1"})

    assert client.orders.get("a/b?c=1").order_id == "a/b?c=1"


def test_another_address_may_be_spoken_to(remote: Bol) -> None:
    remote.answers("GET", "http://sandbox.test:8001/retailer/orders", {})
    with bol.Client(bol.FixedToken("t"), api_url="http://sandbox.test:8001/") as client:
        assert client.orders.list() == []


@pytest.mark.parametrize("address", ["", "nonsense", "http://", "ftp://api.bol.com"])
def test_a_wrong_address_is_not_sent_to(address: str) -> None:
    with bol.Client(bol.FixedToken("t"), api_url=address) as client, pytest.raises(bol.NotSent):
        client.orders.list()


def test_the_throttle_is_asked_before_each_request(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", "/retailer/orders/A1", {"orderId": "A1"})
    asked: list[tuple[str, str, int]] = []

    client.using(throttle=lambda method, path: asked.append((method, path, len(remote.requests)))).orders.get(
        "A1"
    )

    assert asked == [("GET", "/retailer/orders/A1", 0)]


def test_cookies_of_one_account_do_not_reach_another(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", "/retailer/orders", {}, headers={"Set-Cookie": "account=1; Path=/"})
    client.orders.list()
    client.using(tokens=bol.FixedToken("other")).orders.list()

    assert "Cookie" not in remote.last.headers
    assert remote.last.headers["Authorization"] == "Bearer other"


def test_the_package_exports_what_it_names() -> None:
    assert all(hasattr(bol, name) for name in bol.__all__)
