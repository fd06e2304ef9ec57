"""Every component reaches bol as it is wanted, in both dialects: seen from bol's side."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from connections.models import Connection, OutboxMessage
from offers import services
from offers.models import Offer, Product, Project
from tests.conftest import RunningSandbox
from tests.offers.conftest import at_bol, effects, settled, states, updates, writes

pytestmark = pytest.mark.django_db(transaction=True)

Relay = Callable[[Connection], None]
MakeOffer = Callable[..., Offer]

VOLUMES = [{"quantity": 6, "unit_price": "11.00"}, {"quantity": 12, "unit_price": "10.00"}]


def speak(connection: Connection, offers_api: str) -> None:
    """Have the connection speak a dialect from now on."""
    Connection.objects.filter(pk=connection.pk).update(offers_api=offers_api)


def prices_of(shown: dict[str, Any]) -> list[tuple[int, Decimal]]:
    """The price list that bol shows."""
    return [(step["quantity"], Decimal(step["unitPrice"])) for step in shown["pricing"]["bundlePrices"]]


def test_volume_prices_reach_bol_and_go_again(
    sandbox: RunningSandbox, dialect: str, make_offer: MakeOffer, relay: Relay
) -> None:
    offer = settled(make_offer(volume_prices=VOLUMES), relay)
    assert prices_of(at_bol(sandbox)[0]) == [(1, Decimal("12.50")), (6, Decimal(11)), (12, Decimal(10))]

    services.change_offer(offer, None, volume_prices=[])
    offer = settled(offer, relay)

    assert prices_of(at_bol(sandbox)[0]) == [(1, Decimal("12.50"))]
    assert (offer.differing, len(updates(sandbox))) == (frozenset(), 1)


def test_a_volume_price_is_one_request_with_the_price_list_only(
    sandbox: RunningSandbox, dialect: str, offer: Offer, relay: Relay
) -> None:
    services.change_offer(offer, None, volume_prices=VOLUMES)

    settled(offer, relay)

    assert [set(changed) for changed in updates(sandbox)] == [{"pricing"}]


def test_a_second_hand_article_is_made_with_its_comment(
    sandbox: RunningSandbox, dialect: str, make_offer: MakeOffer, relay: Relay
) -> None:
    settled(make_offer(condition="GOOD", condition_comment="A scratch on the lid"), relay)

    condition = at_bol(sandbox)[0]["condition"]
    assert condition == {"category": "SECONDHAND", "state": "GOOD", "comment": "A scratch on the lid"}


def test_a_refurbished_article_is_made_with_grade_and_margin(
    sandbox: RunningSandbox, make_offer: MakeOffer, relay: Relay
) -> None:
    offer = settled(make_offer(condition="REFURBISHED_B", is_margin_good=True), relay)

    assert at_bol(sandbox)[0]["condition"] == {"category": "REFURBISHED", "grade": "B", "margin": True}
    assert offer.status == Offer.Status.ON_SALE


def test_a_refurbished_article_cannot_be_made_in_the_older_dialect(
    connection: Connection, make_offer: MakeOffer
) -> None:
    speak(connection, "v10")

    with pytest.raises(ValidationError, match="Move it to Offers v11"):
        make_offer(condition="REFURBISHED_A")

    assert not OutboxMessage.objects.exists()


def test_a_refurbished_article_that_was_not_sent_in_time_is_refused_with_the_reason(
    sandbox: RunningSandbox, connection: Connection, make_offer: MakeOffer, relay: Relay
) -> None:
    offer = make_offer(condition="REFURBISHED_A")
    speak(connection, "v10")

    offer = settled(Offer.objects.with_all().get(pk=offer.pk), relay)

    assert writes(sandbox) == []
    assert (offer.status, states(offer)) == (Offer.Status.REFUSED, {"CREATE_OFFER": ["failed"]})
    assert "Refurbished, grade A" in offer.refusal


def test_a_delivery_profile_is_said_with_our_own_promise(
    sandbox: RunningSandbox, make_offer: MakeOffer, relay: Relay
) -> None:
    offer = settled(make_offer(delivery_code="MijnLeverbelofte", delivery_profile_id="p-1"), relay)
    own = {"method": "FBR", "schedule": "MY_DELIVERY_PROMISE"}
    assert at_bol(sandbox)[0]["fulfilment"] == own | {"profileId": "p-1"}

    services.change_offer(offer, None, delivery_profile_id="p-2")
    offer = settled(offer, relay)

    assert updates(sandbox) == [{"fulfilment": own | {"profileId": "p-2"}}]
    assert offer.differing == frozenset()


def test_another_delivery_says_no_profile(
    sandbox: RunningSandbox, make_offer: MakeOffer, relay: Relay
) -> None:
    offer = settled(make_offer(delivery_code="MijnLeverbelofte", delivery_profile_id="p-1"), relay)

    services.change_offer(offer, None, delivery_code="VVB")
    offer = settled(offer, relay)

    assert updates(sandbox) == [{"fulfilment": {"method": "FBR", "schedule": "SHIPPING_VIA_BOL"}}]
    assert offer.differing == frozenset()


def test_countries_are_said_where_there_are_words_for_them(
    sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    services.change_offer(offer, None, countries="NL,BE")

    settled(offer, relay)

    said = [{"countryCode": "BE"}, {"countryCode": "NL"}]
    assert updates(sandbox) == [{"countryAvailabilities": said}]


def test_the_older_dialect_says_all_details_when_one_changes(
    sandbox: RunningSandbox, v10: Connection, offer: Offer, relay: Relay
) -> None:
    services.change_offer(offer, None, reference_code="SHELF-7")

    settled(offer, relay)

    (changed,) = updates(sandbox)
    assert set(changed) == {"reference", "unknownProductTitle", "onHoldByRetailer", "fulfilment"}
    assert changed["reference"] == "SHELF-7"


def test_a_project_with_a_profile_gives_it_only_to_offers_that_promise_by_it(
    project: Project, make_offer: MakeOffer
) -> None:
    Project.objects.update(delivery_code="MijnLeverbelofte", delivery_profile_id="p-1")

    assert make_offer().delivery_profile_id == "p-1"
    assert make_offer(condition="GOOD", delivery_code="1-2d").delivery_profile_id == ""


# Nothing sells at an old price: stock to zero first, back in stock last --------------------------------------


def test_while_sold_out_nothing_is_said_but_the_zero(
    sandbox: RunningSandbox, dialect: str, offer: Offer, relay: Relay
) -> None:
    services.change_offer(offer, None, stock=0, price=Decimal("13.00"), volume_prices=VOLUMES)
    offer = settled(offer, relay)
    services.change_offer(offer, None, reference_code="SHELF-7", delivery_code="VVB", price=Decimal("14.00"))
    offer = settled(offer, relay)

    assert [set(changed) for changed in updates(sandbox)] == [{"stock"}]
    assert offer.differing == {"details", "price"}


def test_back_in_stock_nothing_sells_before_price_and_details_are_there(
    sandbox: RunningSandbox, dialect: str, offer: Offer, relay: Relay
) -> None:
    services.change_offer(offer, None, stock=0, price=Decimal("14.00"), reference_code="SHELF-7")
    offer = settled(offer, relay)

    services.change_offer(offer, None, stock=3)
    offer = settled(offer, relay)

    told = [set(changed) for changed in updates(sandbox)[1:]]
    stock_comes = next(place for place, changed in enumerate(told) if "stock" in changed)
    before = set().union(*told[: stock_comes + 1])
    assert {"pricing", "reference", "stock"} <= before
    assert stock_comes == len(told) - 1
    assert offer.differing == frozenset()


def test_a_stock_that_falls_to_zero_overtakes_what_waits(
    sandbox: RunningSandbox, dialect: str, project: Project, offer: Offer, relay: Relay
) -> None:
    vinegar = Product.objects.create(reference="VIN-1", ean="8411610002278", title="Vinegar")
    current = Project.objects.get(pk=project.pk)
    other = settled(services.create_offer(current, vinegar, None, price=Decimal(4), stock=2), relay)

    services.change_offer(offer, None, price=Decimal("13.00"), reference_code="SHELF-7")
    services.change_offer(other, None, stock=0)
    relay(other.project.connection)

    first = effects(sandbox, "OFFER_UPDATED")[0]
    assert (first["ean"], first["components"]) == (vinegar.ean, ["stock"])


def test_a_stock_that_returns_waits_for_details_that_bol_refuses(
    sandbox: RunningSandbox, v10: Connection, offer: Offer, relay: Relay
) -> None:
    services.change_offer(offer, None, stock=0)
    offer = settled(offer, relay)
    fault = {"kind": "process", "event_type": "UPDATE_OFFER", "outcome": "FAILURE"}
    sandbox.add_fault(fault | {"message": "This delivery code is not for you."})

    services.change_offer(offer, None, stock=4, delivery_code="24uurs-23")
    offer = settled(offer, relay)

    assert at_bol(sandbox)[0]["stock"]["amount"] == 0
    assert offer.status == Offer.Status.REFUSED
