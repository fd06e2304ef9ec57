from __future__ import annotations

import json

import pytest

from connections import bol
from tests.connections.bol.answering import ACCEPTED, Bol

PATH = "/retailer/subscriptions"
URL = "https://shop.example/bol/notifications/key/"


def test_no_subscriptions_are_an_empty_list(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", PATH, {})

    assert client.subscriptions.list() == []


def test_an_update_says_everything(client: bol.Client, remote: Bol) -> None:
    remote.answers("PUT", f"{PATH}/1234", ACCEPTED, 202)

    status = client.subscriptions.update("1234", URL, ["ORDER", "PROCESS_STATUS"], enabled=False)

    assert status.process_status_id == ACCEPTED["processStatusId"]
    assert json.loads(remote.last.body or b"") == {
        "resources": ["ORDER", "PROCESS_STATUS"],
        "url": URL,
        "subscriptionType": "WEBHOOK",
        "enabled": False,
    }


def test_a_new_word_among_the_resources_is_kept(client: bol.Client, remote: Bol) -> None:
    told = {
        "id": "1",
        "resources": ["TEST", "NEW"],
        "url": URL,
        "subscriptionType": "WEBHOOK",
        "enabled": False,
    }
    remote.answers("GET", f"{PATH}/1", told)

    found = client.subscriptions.get("1")

    assert (found.resources, found.enabled) == (["TEST", "NEW"], False)


@pytest.mark.parametrize("key_id", ["0", 0])
def test_the_keys_are_given_by_id(client: bol.Client, remote: Bol, key_id: str | int) -> None:
    keys = {"signatureKeys": [{"id": key_id, "type": "RSA", "publicKey": "MIIB"}]}
    remote.answers("GET", f"{PATH}/signature-keys", keys)

    assert client.subscriptions.signature_keys() == {"0": "MIIB"}


def test_ones_own_account_is_the_current_one(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", "/retailer/retailers/current", {"retailerId": "1055479", "displayName": "Shop"})

    assert client.retailers.get().retailer_id == "1055479"
