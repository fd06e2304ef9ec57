"""Each part of an offer reaches bol as it is meant, alone, in both dialects: seen from bol's side."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from connections import flows
from connections.bol.sandbox.selling.dialects import fulfilment_from_v10
from connections.models import Connection
from offers import following, services, tasks
from offers.choices import Condition, DeliveryCode
from offers.models import Offer, Product, Project
from offers.rules import check_digit
from tests.conftest import RunningSandbox
from tests.offers.conftest import at_bol, settled, updates, writes

pytestmark = pytest.mark.django_db(transaction=True)

Relay = Callable[[Connection], None]
MakeOffer = Callable[..., Offer]

OPERATOR = "90bfddc5-a6d0-4986-9253-407b3a6850ca"
FBB = {"fulfilment_method": "FBB", "delivery_code": ""}
# A wish, and what bol has of it afterwards.
DETAILS: list[tuple[dict[str, Any], str, Any]] = [
    ({"reference_code": "SHELF-7"}, "reference", "SHELF-7"),
    ({"unknown_product_title": "Oil, 1 l"}, "unknownProductTitle", "Oil, 1 l"),
    ({"on_hold": True}, "onHoldByRetailer", True),
    ({"economic_operator_id": OPERATOR}, "economicOperatorId", OPERATOR),
    ({"delivery_code": "VVB"}, "fulfilment", {"method": "FBR", "schedule": "SHIPPING_VIA_BOL"}),
    (FBB, "fulfilment", {"method": "FBB"}),
]
ALWAYS_SAID_BY_V10 = {"reference", "unknownProductTitle", "onHoldByRetailer", "fulfilment"}

CONDITIONS: dict[str, dict[str, Any]] = {
    "NEW": {"category": "NEW"},
    **{
        state: {"category": "SECONDHAND", "state": state}
        for state in ("AS_NEW", "GOOD", "REASONABLE", "MODERATE")
    },
    **{
        f"REFURBISHED_{grade}": {"category": "REFURBISHED", "grade": grade, "margin": False}
        for grade in "ABC"
    },
}


@pytest.mark.parametrize(("wish", "key", "value"), DETAILS)
def test_one_detail_is_one_request_about_details_alone(
    sandbox: RunningSandbox,
    dialect: str,
    offer: Offer,
    relay: Relay,
    wish: dict[str, Any],
    key: str,
    value: Any,
) -> None:
    services.change_offer(offer, None, **wish)

    offer = settled(offer, relay)

    (changed,) = updates(sandbox)
    assert set(changed) == ({key} if dialect == "v11" else ALWAYS_SAID_BY_V10 | {key})
    assert changed[key] == at_bol(sandbox)[0][key] == value
    assert offer.differing == frozenset()


@pytest.mark.parametrize(("wish", "key", "value"), DETAILS)
def test_a_new_offer_is_made_with_each_detail(
    sandbox: RunningSandbox,
    dialect: str,
    make_offer: MakeOffer,
    relay: Relay,
    wish: dict[str, Any],
    key: str,
    value: Any,
) -> None:
    offer = settled(make_offer(**wish), relay)

    assert at_bol(sandbox)[0][key] == value
    assert (len(writes(sandbox)), offer.differing) == (1, frozenset())


def test_every_delivery_code_means_the_same_in_both_dialects(
    sandbox: RunningSandbox, dialect: str, project: Project, relay: Relay
) -> None:
    current = Project.objects.get(pk=project.pk)
    for number, code in enumerate(DeliveryCode.values):
        services.create_offer(
            current, _product(number), None, price=Decimal(10), stock=1, delivery_code=code, reference_code=code
        )  # fmt: skip

    relay(current.connection)

    shown = {offer["reference"]: offer["fulfilment"] for offer in at_bol(sandbox)}
    assert shown == {
        code: fulfilment_from_v10({"method": "FBR", "deliveryCode": code}) for code in DeliveryCode.values
    }
    assert all(not offer.differing for offer in Offer.objects.with_all())


def test_every_condition_is_an_offer_of_its_own(
    sandbox: RunningSandbox, dialect: str, make_offer: MakeOffer, connection: Connection, relay: Relay
) -> None:
    sayable = [name for name in CONDITIONS if dialect == "v11" or not Condition(name).is_refurbished]
    for name in sayable:
        make_offer(condition=name, reference_code=name)

    relay(connection)

    shown = {offer["reference"]: offer["condition"] for offer in at_bol(sandbox)}
    assert shown == {name: CONDITIONS[name] for name in sayable}


@pytest.mark.parametrize(("country", "codes"), [("NL", ["NL"]), ("BE", ["BE"]), ("NL,BE", ["BE", "NL"])])
def test_an_offer_is_for_sale_where_it_is_meant_to_be(
    sandbox: RunningSandbox, make_offer: MakeOffer, relay: Relay, country: str, codes: list[str]
) -> None:
    settled(make_offer(countries=country), relay)

    (shown,) = at_bol(sandbox)
    assert sorted(entry["countryCode"] for entry in shown["countryAvailabilities"]) == codes


@pytest.mark.parametrize(
    ("stock", "told"), [(0, 0), (1, 1), (998, 998), (999, 999), (1000, 999), (25_000, 999)]
)
def test_any_stock_is_told_and_never_more_than_999(
    sandbox: RunningSandbox, dialect: str, make_offer: MakeOffer, relay: Relay, stock: int, told: int
) -> None:
    offer = settled(make_offer(stock=stock), relay)
    assert at_bol(sandbox)[0]["stock"]["amount"] == told

    services.change_offer(offer, None, stock=17)
    settled(offer, relay)
    services.change_offer(offer, None, stock=stock)
    offer = settled(offer, relay)

    assert [changed["stock"]["amount"] for changed in updates(sandbox)] == [17, told]
    assert (offer.stock, offer.differing) == (stock, frozenset())


@pytest.mark.parametrize("is_ours", [True, False])
def test_who_leads_the_stock_is_said_with_it(
    sandbox: RunningSandbox, dialect: str, project: Project, make_offer: MakeOffer, relay: Relay, *, is_ours: bool
) -> None:  # fmt: skip
    Project.objects.update(stock_managed_by_retailer=is_ours)
    offer = settled(make_offer(), relay)
    assert at_bol(sandbox)[0]["stock"]["managedByRetailer"] is is_ours

    Project.objects.update(stock_managed_by_retailer=not is_ours)
    # A number of ours goes only while the sales are known.
    flows.run_until_complete(project.connection, "orders")
    following.note(project)
    tasks.announce_project(project.pk)
    offer = settled(offer, relay)

    assert updates(sandbox) == [{"stock": {"amount": 5, "managedByRetailer": not is_ours}}]
    assert offer.differing == frozenset()


@pytest.mark.parametrize(
    "steps",
    [
        [(1, "11.00")],
        [(6, "11.00"), (6, "10.00")],
        [(12, "11.00"), (6, "10.00")],
        [(6, "11.00"), (12, "11.00")],
        [(6, "12.50")],
    ],
    ids=["no price of one", "twice the same", "falling quantities", "a price that stays", "dearer than one"],
)
def test_a_price_list_that_bol_would_refuse_never_leaves(
    sandbox: RunningSandbox, dialect: str, offer: Offer, relay: Relay, steps: list[tuple[int, str]]
) -> None:
    refused = [{"quantity": quantity, "unit_price": price} for quantity, price in steps]

    with pytest.raises(ValidationError):
        services.change_offer(offer, None, volume_prices=refused)
    settled(offer, relay)

    assert updates(sandbox) == []


def _product(number: int) -> Product:
    digits = f"8714{number:08}"
    return Product.objects.create(reference=f"P-{number}", ean=digits + check_digit(digits), title="Oil")
