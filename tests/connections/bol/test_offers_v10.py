from __future__ import annotations

import io
import socket
import tempfile
import tracemalloc
from decimal import Decimal

import pytest

from connections import bol
from connections.bol import offers_v10
from tests.connections.bol.answering import ACCEPTED, Bol, a_server

PATH = "/retailer/offers"


def test_price_and_stock_are_set_apart(client: bol.Client, remote: Bol) -> None:
    remote.answers("PUT", f"{PATH}/o1/price", ACCEPTED, 202)
    client.offers_v10.update_price("o1", [bol.BundlePrice(1, Decimal("12.50"))])
    price = remote.last_body
    remote.answers("PUT", f"{PATH}/o1/stock", ACCEPTED, 202)
    client.offers_v10.update_stock("o1", 0, managed_by_retailer=False)

    assert price == {"pricing": {"bundlePrices": [{"quantity": 1, "unitPrice": "12.50"}]}}
    assert remote.last_body == {"amount": 0, "managedByRetailer": False}


def test_an_offer_without_its_required_lists_is_read(client: bol.Client, remote: Bol) -> None:
    answer = {
        "offerId": "o1",
        "condition": {"name": "NEW"},
        "store": {"productTitle": "A lamp", "visible": [{"countryCode": "NL"}]},
    }
    remote.answers("GET", f"{PATH}/o1", answer)
    offer = client.offers_v10.get("o1")

    assert offer.condition == offers_v10.Condition("NEW")
    assert offer.not_publishable_reasons == []


def test_an_export_is_asked_for_and_fetched_as_csv(client: bol.Client, remote: Bol) -> None:
    remote.answers("POST", f"{PATH}/export", {**ACCEPTED, "eventType": "CREATE_OFFER_EXPORT"}, 202)
    client.offers_v10.request_export()
    asked = remote.last_body
    csv = "\ufeffofferId,ean\no1,123é\n".encode()
    remote.answers("GET", f"{PATH}/export/r1", csv, headers={"Content-Type": "text/csv"})

    file = io.BytesIO(b"what an attempt that broke off left behind, longer than the report")
    client.offers_v10.fetch_export("r1", file)

    assert file.read() == csv
    assert asked == {"format": "CSV"}
    assert remote.last.headers["Accept"] == "application/vnd.retailer.v10+csv"


@pytest.mark.parametrize(("kind", "body"), [("text/html", b"<html>"), ("text/csv", b"\xff\xfe,")])
def test_a_report_that_is_none_is_not_an_empty_assortment(
    client: bol.Client, remote: Bol, kind: str, body: bytes
) -> None:
    remote.answers("GET", f"{PATH}/export/r1", body, headers={"Content-Type": kind})

    with pytest.raises(bol.Unreadable):
        client.offers_v10.fetch_export("r1", io.BytesIO())


def test_a_report_that_is_refused_leaves_the_file_as_it_was(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", f"{PATH}/export/r1", {"title": "No report"}, 404)
    file = io.BytesIO(b"as it was")

    with pytest.raises(bol.NotFound, match="No report"):
        client.offers_v10.fetch_export("r1", file)

    assert file.getvalue() == b"as it was"


def test_a_report_of_any_size_takes_little_memory() -> None:
    line, lines = b"o1,0041497153718,NEW\n" * 3_000, 500

    def pour(connection: socket.socket) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: {len(line) * lines}\r\n\r\n"
        connection.sendall(head.encode())
        for _number in range(lines):
            connection.sendall(line)

    with (
        a_server(pour) as server,
        bol.Client(bol.FixedToken("t"), api_url=server.url) as own,
        tempfile.TemporaryFile() as file,
    ):
        tracemalloc.start()
        own.offers_v10.fetch_export("r1", file)
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert file.seek(0, io.SEEK_END) == len(line) * lines > 30_000_000
    assert peak < 3_000_000
