"""Economic operators and delivery profiles: read from bol, kept when they vanish, and missing ones found in time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connections import flows
from connections.models import Connection
from offers import operators
from offers.models import DeliveryProfile, EconomicOperator, Offer, Project
from offers.operators import without_valid_operator
from tests.conftest import CLIENT_ID, RunningSandbox
from tests.offers.conftest import settled

pytestmark = pytest.mark.django_db(transaction=True)

Relay = Callable[[Connection], None]


@pytest.fixture
def read(connection: Connection) -> Callable[[], None]:
    """Read the settings of the connection once."""
    return lambda: flows.run(connection, operators.FLOW)


def operator(status: str) -> EconomicOperator:
    return EconomicOperator.objects.get(status=status)


def test_operators_and_profiles_are_read_with_what_bol_says(read: Callable[[], None]) -> None:
    read()

    assert sorted(EconomicOperator.objects.values_list("name", "status")) == [
        ("Ardennes Trading", "PENDING"),
        ("North Sea Imports", "VALID"),
        ("Old Harbour Agents", "INVALID"),
    ]
    assert operator("VALID").address.splitlines() == ["Dock Street 7", "3511 AX Utrecht", "NL"]
    assert list(DeliveryProfile.objects.values_list("name", "is_default")) == [
        ("Large items", False),
        ("Parcels", True),
    ]


def test_a_new_status_is_taken_over_and_a_deleted_operator_is_marked(
    sandbox: RunningSandbox, read: Callable[[], None]
) -> None:
    read()
    valid, pending = operator("VALID"), operator("PENDING")
    sandbox.sandbox.set_economic_operator(CLIENT_ID, operator_id=pending.operator_id, status="VALID")
    sandbox.sandbox.delete_economic_operator(valid.operator_id)

    read()

    valid.refresh_from_db()
    pending.refresh_from_db()
    assert valid.gone_at is not None
    assert (pending.status, pending.gone_at) == ("VALID", None)
    assert EconomicOperator.objects.count() == 3


@pytest.mark.parametrize("status", [403, 404])
def test_an_account_that_may_not_read_them_keeps_its_traffic(
    sandbox: RunningSandbox, connection: Connection, read: Callable[[], None], status: int
) -> None:
    sandbox.sandbox.add_fault({"kind": "status", "status": status, "path": "/retailer/economic-operators"})

    with pytest.raises(operators.SettingsRefused, match="operators"):
        read()

    connection.refresh_from_db()
    assert connection.is_active
    assert connection.flows.get(kind=operators.FLOW).last_success_at is None
    assert DeliveryProfile.objects.count() == 2


def test_without_access_to_profiles_operators_are_read_all_the_same(
    sandbox: RunningSandbox, connection: Connection, read: Callable[[], None], offer: Offer
) -> None:
    sandbox.sandbox.add_fault({"kind": "status", "status": 403, "path": "/retailer/delivery-promise/*"})

    read()

    connection.refresh_from_db()
    assert connection.is_active
    assert (EconomicOperator.objects.count(), DeliveryProfile.objects.count()) == (3, 0)
    assert list(without_valid_operator()) == [offer]


@pytest.mark.parametrize(
    ("status", "is_listed"), [("VALID", False), ("PENDING", True), ("INVALID", True), (None, True)]
)
def test_an_offer_without_a_valid_operator_is_listed(
    read: Callable[[], None],
    make_offer: Callable[..., Offer],
    relay: Relay,
    status: str | None,
    is_listed: bool,
) -> None:
    read()
    named = operator(status).operator_id if status else ""
    offer = settled(make_offer(economic_operator_id=named), relay)

    assert list(without_valid_operator()) == ([offer] if is_listed else [])


def test_an_operator_that_only_bol_knows_of_counts(read: Callable[[], None], offer: Offer) -> None:
    read()
    Offer.objects.update(observed={"details": {"economic_operator_id": operator("VALID").operator_id}})

    assert not without_valid_operator().exists()


def test_a_deleted_operator_is_no_valid_one(
    sandbox: RunningSandbox, read: Callable[[], None], make_offer: Callable[..., Offer], relay: Relay
) -> None:
    read()
    valid = operator("VALID").operator_id
    offer = settled(make_offer(economic_operator_id=valid), relay)
    sandbox.sandbox.delete_economic_operator(valid)
    read()

    assert list(without_valid_operator()) == [offer]


def test_nothing_is_listed_before_operators_were_read(offer: Offer) -> None:
    assert not without_valid_operator().exists()


def test_only_what_is_for_sale_is_listed(read: Callable[[], None], offer: Offer) -> None:
    read()
    assert without_valid_operator().count() == 1

    Project.objects.update(is_active=False)

    assert not without_valid_operator().exists()
