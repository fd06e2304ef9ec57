"""Economic operators and delivery profiles, read with the client from the sandbox and from odd answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connections import bol
from connections.bol.sandbox import Sandbox, serve
from connections.bol.sandbox.assumptions import Assumptions
from tests.connections.bol.answering import Bol

OPERATORS = "/retailer/economic-operators"
PROFILES = "/retailer/delivery-promise/profiles"


@pytest.fixture
def shop():
    """A seller's client at a sandbox, and that sandbox."""
    sandbox = Sandbox(seed=1, limits="off")
    with serve(sandbox) as server:
        tokens = bol.MemoryTokens(bol.Login("shop-a", "secret", server.url))
        with bol.Client(tokens, api_url=server.url) as client:
            yield client, sandbox


def test_operators_are_read_with_their_status(shop) -> None:
    client, _sandbox = shop

    found = list(client.economic_operators.iterate())

    assert [operator.status for operator in found] == ["VALID", "PENDING", "INVALID"]
    assert all(operator.operator_id and operator.name for operator in found)
    assert found[0].address.country == "NL"
    assert client.economic_operators.get(found[0].operator_id) == found[0]


def test_every_page_is_read_and_none_beyond_the_last(shop) -> None:
    client, sandbox = shop
    for number in range(103):
        sandbox.set_economic_operator("shop-a", name=f"Agent {number}", status="VALID")

    found = {operator.operator_id for operator in client.economic_operators.iterate()}

    assert len(found) == 106
    asked = [request["path"] for request in sandbox.requests() if request["path"] == OPERATORS]
    assert len(asked) == 2


def test_operators_are_not_shared_between_accounts(shop) -> None:
    client, sandbox = shop
    other = sandbox.set_economic_operator("shop-b", name="Elsewhere")

    with pytest.raises(bol.NotFound):
        client.economic_operators.get(other)


def test_profiles_are_read(shop) -> None:
    client, _sandbox = shop

    assert [profile.name for profile in client.delivery_profiles.list()] == ["Parcels", "Large items"]


def test_another_name_for_the_list_and_the_id_is_understood(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", OPERATORS, {"economicOperators": [{"economicOperatorId": "e1", "status": "VALID"}]})

    assert [operator.operator_id for operator in client.economic_operators.iterate()] == ["e1"]


@pytest.mark.parametrize(
    "answer", [{"items": [], "page": {"totalCount": 3}}, {"operators": [{"name": "No id"}]}]
)
def test_an_answer_that_is_not_understood_is_no_empty_list(
    client: bol.Client, remote: Bol, answer: dict
) -> None:
    remote.answers("GET", OPERATORS, answer)

    with pytest.raises(bol.Unreadable):
        list(client.economic_operators.iterate())


def test_without_a_valid_operator_an_offer_goes_offline_after_the_grace() -> None:
    sandbox = Sandbox(
        start=datetime(2026, 11, 21, tzinfo=UTC),
        assumptions=Assumptions(an_operator_is_needed_after=timedelta(days=7)),
    )
    operator = sandbox.set_economic_operator("shop-a", name="Agent", status="PENDING")
    sandbox.add_offer(
        "shop-a", {"ean": "8710000000048", "price": 5, "stock": 3, "economicOperatorId": operator}
    )

    assert _is_for_sale(sandbox)
    sandbox.advance(timedelta(days=8))
    assert not _is_for_sale(sandbox)
    sandbox.set_economic_operator("shop-a", operator_id=operator, status="VALID")
    assert _is_for_sale(sandbox)


def _is_for_sale(sandbox: Sandbox) -> bool:
    (offer,) = sandbox.offers("shop-a")
    return all(country["forSale"] for country in offer["countryAvailabilities"])
