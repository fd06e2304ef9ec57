from __future__ import annotations

import json
from typing import Any

import pytest
import requests
import responses

from connections import bol
from tests.connections.bol.answering import ACCEPTED, Bol

PATH = "/shared/process-status"


def test_a_status_is_read(client: bol.Client, remote: Bol) -> None:
    answer = {**ACCEPTED, "status": "FAILURE", "entityId": "7", "errorMessage": "Duplicate found"}
    remote.answers("GET", f"{PATH}/1234567", answer)
    status = client.process_statuses.get("1234567")

    assert (status.status, status.entity_id, status.error_message) == ("FAILURE", "7", "Duplicate found")


@pytest.mark.parametrize(
    ("change", "expected"),
    [({"id": 7}, "7"), ({"id": "7"}, "7"), ({"processStatusId": "8", "id": 7}, "8")],
)
def test_an_id_is_text_in_both_spellings(
    client: bol.Client, remote: Bol, change: dict[str, Any], expected: str
) -> None:
    answer = {key: value for key, value in ACCEPTED.items() if key != "processStatusId"} | change
    remote.answers("GET", f"{PATH}/1", answer)

    assert client.process_statuses.get("1").process_status_id == expected


def test_an_unknown_word_is_a_status_too(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", f"{PATH}/1", {**ACCEPTED, "status": "SHRUG"})

    assert client.process_statuses.get("1").status == "SHRUG"


def test_the_statuses_of_an_entity_are_listed(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", PATH, {"processStatuses": [ACCEPTED]})

    assert len(client.process_statuses.list("7", "CREATE_SHIPMENT", page=2)) == 1
    assert remote.last_query == [("entity-id", "7"), ("event-type", "CREATE_SHIPMENT"), ("page", "2")]


def answer_even_ids(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
    queries = json.loads(request.body or b"")["processStatusQueries"]
    known = [query["processStatusId"] for query in queries if int(query["processStatusId"]) % 2 == 0]
    statuses = [{**ACCEPTED, "processStatusId": known_id} for known_id in known]
    return 200, {}, json.dumps({"processStatuses": statuses} if statuses else {})


def test_thousands_are_asked_a_thousand_at_a_time_and_the_unknown_are_absent(client: bol.Client) -> None:
    with responses.RequestsMock() as mock:
        mock.add_callback("POST", bol.PRODUCTION_API_URL + PATH, answer_even_ids)
        found = client.process_statuses.bulk(str(number) for number in [*range(2001), 0, 1])
        sizes = [len(json.loads(call.request.body or b"")["processStatusQueries"]) for call in mock.calls]

    assert [status.process_status_id for status in found] == [str(number) for number in range(0, 2001, 2)]
    assert sizes == [1000, 1000, 1]


def test_asking_for_nothing_asks_nothing(client: bol.Client, remote: Bol) -> None:
    assert client.process_statuses.bulk([]) == []
    assert remote.requests == []
