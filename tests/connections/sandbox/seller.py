"""A seller that talks to the sandbox over real HTTP and holds every answer against bol's documents."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import requests

from tests import openapi
from tests.openapi import V10, V11

V10_CSV = "application/vnd.retailer.v10+csv"
EAN = "8710000000048"
OTHER_EAN = "8710000000109"
THIRD_EAN = "8710000000208"
SECRET = "open-sesame"
PROMISE = {"minimumDaysToCustomer": 0, "maximumDaysToCustomer": 1, "ultimateOrderTime": "15:00"}
FULFILMENT = {"method": "FBR", "schedule": "BOL_DELIVERY_PROMISE", "deliveryPromise": PROMISE}
LEFT_OUT = (  # bol leaves these out when there are none
    "'shipmentReference' is a required property",
    "'processingResults' is a required property",
)
NOT_DOCUMENTED = (401, 403, 405, 406, 415, 429)


def offer(**fields: Any) -> dict[str, Any]:
    """A create request of version 11."""
    return {
        "ean": EAN,
        "condition": {"category": "NEW"},
        "pricing": {"bundlePrices": [{"quantity": 1, "unitPrice": 12.5}]},
        "fulfilment": FULFILMENT,
        "stock": {"amount": 10, "managedByRetailer": False},
        "reference": "KNIFE-20",
    } | fields


def v10_offer(**fields: Any) -> dict[str, Any]:
    """A create request of version 10."""
    changes = {"condition": {"name": "NEW"}, "fulfilment": {"method": "FBR", "deliveryCode": "24uurs-15"}}
    return offer(**changes) | fields


class Seller:
    """One account, with a session that keeps its connection open."""

    def __init__(self, url: str, client_id: str = "shop-a", secret: str = SECRET) -> None:
        self.url = url
        self.client_id = client_id
        self.secret = secret
        self.session = requests.Session()
        self.session.trust_env = False

    def ask_token(self, **changes: Any) -> requests.Response:
        request = {
            "auth": (self.client_id, self.secret),
            "data": {"grant_type": "client_credentials"},
        } | changes
        return self.session.post(f"{self.url}/token", **request)

    def log_in(self) -> None:
        self.session.headers["Authorization"] = f"Bearer {self.ask_token().json()['access_token']}"

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        media: str = V10,
        headers: Any = None,
        **options: Any,
    ) -> requests.Response:
        """Send one request and check that its answer is what the documents say."""
        own = {"Accept": media} | ({"Content-Type": media} if body is not None else {}) | (headers or {})
        data = body if body is None or isinstance(body, bytes | str) else json.dumps(body)
        options.setdefault("timeout", 10)
        answer = self.session.request(method, self.url + path, data=data, headers=own, **options)
        check(answer, method, path, media)
        return answer

    def v11(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        return self.send(method, path, body, media=V11, **options)

    def create_offer(self, **fields: Any) -> str:
        answer = self.v11("POST", "/retailer/offers", offer(**fields))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["offerId"])

    def get_offer(self, offer_id: str) -> dict[str, Any]:
        answer = self.v11("GET", f"/retailer/offers/{offer_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json(parse_float=Decimal))

    def stock(self, offer_id: str) -> int:
        return int(self.get_offer(offer_id)["stock"]["correctedStock"])

    def order(self, order_id: str) -> dict[str, Any]:
        return dict(self.send("GET", f"/retailer/orders/{order_id}").json())

    def command(self, method: str, path: str, body: Any = None) -> str:
        """Send an asynchronous command; the id of its process status."""
        answer = self.send(method, path, body)
        assert answer.status_code == 202, answer.text
        assert answer.json()["status"] == "PENDING"
        return str(answer.json()["processStatusId"])

    def outcome(self, process_id: str) -> dict[str, Any]:
        return dict(self.send("GET", f"/shared/process-status/{process_id}").json())

    def ship(self, item_id: str, quantity: int | None = None, **fields: Any) -> dict[str, Any]:
        """Announce a shipment and read how it ended."""
        item = {"orderItemId": item_id} | ({} if quantity is None else {"quantity": quantity})
        body = {
            "orderItems": [item],
            "transport": {"transporterCode": "TNT", "trackAndTrace": "3S1"},
        } | fields
        return self.outcome(self.command("POST", "/retailer/shipments", body))


def check(answer: requests.Response, method: str, path: str, media: str) -> None:
    """Hold an answer against bol's documents, where they are and where they speak of it."""
    known = openapi.FOLDER.exists() and media in (V10, V11) and path.startswith(("/retailer/", "/shared/"))
    if not known or answer.status_code in NOT_DOCUMENTED or _is_gap(answer, method, media):
        return
    # An empty page of bol has no list at all, and some problems no violations, although the documents require them.
    required = answer.ok and answer.content != b"{}"
    faults = openapi.response_faults(
        method, path.split("?", maxsplit=1)[0], answer.status_code, media, answer.content, required=required
    )
    assert [fault for fault in faults if not fault.endswith(LEFT_OUT)] == []


def _is_gap(answer: requests.Response, method: str, media: str) -> bool:
    """Version 11 does not document the 404 that its PATCH and DELETE answer."""
    return answer.status_code == 404 and media == V11 and (method != "GET" or "reasons" in answer.url)
