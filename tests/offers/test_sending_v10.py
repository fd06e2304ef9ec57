"""The older dialect: three PUTs, process statuses, and a duplicate that only its refusal names."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from connections.models import Connection, OutboxMessage
from offers import services
from offers.models import Offer
from tests.conftest import CLIENT_ID, RunningSandbox
from tests.offers.conftest import EAN, at_bol, effects, settled, states, updates, writes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("v10")]

Relay = Callable[[Connection], None]


def test_a_new_offer_takes_its_id_from_the_process_status(
    sandbox: RunningSandbox, make_offer: Callable[..., Offer], relay: Relay
) -> None:
    offer = settled(make_offer(), relay)

    (shown,) = at_bol(sandbox)
    assert offer.offer_id == shown["offerId"]
    assert (offer.status, offer.differing) == (Offer.Status.ON_SALE, frozenset())


def test_an_accepted_offer_is_not_published_yet(make_offer: Callable[..., Offer], run_once: Relay) -> None:
    offer = make_offer()

    run_once(offer.project.connection)

    offer = Offer.objects.get(pk=offer.pk)
    assert offer.status == Offer.Status.PUBLISHING
    assert states(offer) == {"CREATE_OFFER": ["accepted"]}


def test_three_components_are_three_puts(sandbox: RunningSandbox, offer: Offer, relay: Relay) -> None:
    services.change_offer(offer, None, price=Decimal("13.00"), stock=7, on_hold=True)

    offer = settled(offer, relay)

    assert writes(sandbox) == ["POST", "PUT", "PUT", "PUT"]
    assert sorted(entry["components"] for entry in effects(sandbox, "OFFER_UPDATED")) == [
        ["details"],
        ["price"],
        ["stock"],
    ]
    assert (offer.status, offer.differing) == (Offer.Status.ON_HOLD, frozenset())


def test_one_price_is_one_put(sandbox: RunningSandbox, offer: Offer, relay: Relay) -> None:
    services.change_offer(offer, None, price=Decimal("13.00"))

    settled(offer, relay)

    assert [set(changed) for changed in updates(sandbox)] == [{"pricing"}]


def test_a_change_of_details_clears_nothing_at_bol(
    sandbox: RunningSandbox, make_offer: Callable[..., Offer], relay: Relay
) -> None:
    operator = "90bfddc5-a6d0-4986-9253-407b3a6850ca"
    sandbox.add_offer(
        CLIENT_ID, {"ean": EAN, "price": Decimal("12.50"), "stock": 5, "economicOperatorId": operator}
    )

    settled(make_offer(), relay)

    (changed,) = updates(sandbox)
    assert changed["economicOperatorId"] == operator


def test_a_duplicate_is_adopted_and_corrected(
    sandbox: RunningSandbox, make_offer: Callable[..., Offer], relay: Relay
) -> None:
    existing = sandbox.add_offer(CLIENT_ID, {"ean": EAN, "price": 99, "stock": 1})

    offer = settled(make_offer(), relay)

    assert offer.offer_id == existing
    assert at_bol(sandbox)[0]["pricing"]["bundlePrices"][0]["unitPrice"] == Decimal("12.50")
    assert (offer.status, offer.differing) == (Offer.Status.ON_SALE, frozenset())
    assert not OutboxMessage.objects.failed().exists()


def test_a_duplicate_that_is_another_article_is_not_adopted(
    sandbox: RunningSandbox, make_offer: Callable[..., Offer], relay: Relay
) -> None:
    other = sandbox.add_offer(CLIENT_ID, {"ean": "8411610002278", "price": 99, "stock": 1})
    words = f"Duplicate found: retailer offer '{other}' already has this EAN."
    sandbox.add_fault(
        {"kind": "process", "event_type": "CREATE_OFFER", "outcome": "FAILURE", "message": words}
    )

    offer = settled(make_offer(), relay)

    assert (offer.offer_id, offer.status, offer.refusal) == ("", Offer.Status.REFUSED, words)
    assert [entry["effect"] for entry in effects(sandbox)] == ["OFFER_CREATED"]
    assert requests_to(sandbox, f"/retailer/offers/{other}") == ["GET"]


def test_a_creation_whose_answer_was_lost_is_adopted_as_its_own_duplicate(
    sandbox: RunningSandbox, make_offer: Callable[..., Offer], relay: Relay
) -> None:
    sandbox.add_fault({"method": "POST", "path": "/retailer/offers", "kind": "reset", "when": "after"})

    offer = settled(make_offer(), relay)

    (shown,) = at_bol(sandbox)
    assert offer.offer_id == shown["offerId"]
    assert [entry["effect"] for entry in effects(sandbox)] == ["OFFER_CREATED"]
    assert offer.status == Offer.Status.ON_SALE


def test_an_update_that_timed_out_at_bol_is_sent_again(
    sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    sandbox.add_fault({"kind": "process", "event_type": "UPDATE_OFFER_PRICE", "outcome": "TIMEOUT"})
    services.change_offer(offer, None, price=Decimal("13.00"))

    offer = settled(offer, relay)

    assert at_bol(sandbox)[0]["pricing"]["bundlePrices"][0]["unitPrice"] == 13
    assert offer.differing == frozenset()
    assert requests_about(sandbox, offer) == ["PUT", "GET", "PUT"]


@pytest.mark.parametrize("outcome", ["TIMEOUT", "LOST"])
def test_an_update_without_an_ending_that_happened_is_not_repeated(
    sandbox: RunningSandbox, offer: Offer, relay: Relay, outcome: str
) -> None:
    fault = {"kind": "process", "event_type": "UPDATE_OFFER_PRICE", "outcome": outcome, "effect": True}
    sandbox.add_fault(fault)
    services.change_offer(offer, None, price=Decimal("13.00"))

    offer = settled(offer, relay)

    assert requests_about(sandbox, offer) == ["PUT", "GET"]
    assert (offer.status, offer.differing) == (Offer.Status.ON_SALE, frozenset())


def test_a_newer_value_goes_instead_of_the_one_that_timed_out(
    sandbox: RunningSandbox, offer: Offer, run_once: Relay, relay: Relay
) -> None:
    sandbox.add_fault({"kind": "process", "event_type": "UPDATE_OFFER_PRICE", "outcome": "TIMEOUT"})
    services.change_offer(offer, None, price=Decimal("13.00"))
    run_once(offer.project.connection)
    services.change_offer(offer, None, price=Decimal("14.00"))

    offer = settled(offer, relay)

    prices = [changed["pricing"]["bundlePrices"][0]["unitPrice"] for changed in updates(sandbox)]
    assert prices == [14]
    assert offer.differing == frozenset()


def test_a_refusal_that_took_effect_all_the_same_disturbs_nobody(
    sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    fault = {"kind": "process", "event_type": "UPDATE_OFFER_PRICE", "outcome": "FAILURE", "effect": True}
    sandbox.add_fault(fault | {"message": "Something went wrong."})
    services.change_offer(offer, None, price=Decimal("13.00"))

    offer = settled(offer, relay)

    assert states(offer)["UPDATE_OFFER_PRICE"] == ["succeeded"]
    assert (offer.status, offer.differing) == (Offer.Status.ON_SALE, frozenset())


def test_a_refused_price_shows_bols_words_and_follows_after_correction(
    sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    fault = {"kind": "process", "event_type": "UPDATE_OFFER_PRICE", "outcome": "FAILURE"}
    sandbox.add_fault(fault | {"message": "Price too high."})
    services.change_offer(offer, None, price=Decimal(9000))
    offer = settled(offer, relay)
    assert (offer.status, offer.refusal) == (Offer.Status.REFUSED, "Price too high.")

    services.change_offer(offer, None, price=Decimal(90))
    offer = settled(offer, relay)

    assert (offer.status, offer.refusal) == (Offer.Status.ON_SALE, "")
    assert at_bol(sandbox)[0]["pricing"]["bundlePrices"][0]["unitPrice"] == 90


def test_a_refusal_of_what_was_changed_meanwhile_needs_nobody(
    sandbox: RunningSandbox, offer: Offer, run_once: Relay, relay: Relay
) -> None:
    fault = {"kind": "process", "event_type": "UPDATE_OFFER_PRICE", "outcome": "FAILURE"}
    sandbox.add_fault(fault | {"message": "Price too high."})
    services.change_offer(offer, None, price=Decimal(9000))
    run_once(offer.project.connection)
    services.change_offer(offer, None, price=Decimal(90))

    offer = settled(offer, relay)

    assert states(offer)["UPDATE_OFFER_PRICE"] == ["superseded", "succeeded"]
    assert (offer.status, offer.refusal) == (Offer.Status.ON_SALE, "")


def test_an_offer_that_bol_does_not_have_any_more_is_gone(
    sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    sandbox.delete_offer(offer.offer_id)
    services.change_offer(offer, None, price=Decimal("13.00"))

    offer = settled(offer, relay)

    assert offer.status == Offer.Status.GONE


def test_removing_what_somebody_removed_before_needs_nobody(
    sandbox: RunningSandbox, offer: Offer, relay: Relay, staff: User
) -> None:
    sandbox.delete_offer(offer.offer_id)
    services.delete_at_bol([offer], staff)

    offer = settled(offer, relay)

    assert states(offer)["DELETE_OFFER"] == ["succeeded"]
    assert (offer.offer_id, offer.refusal) == ("", "")


def test_price_and_details_arrive_before_the_stock_that_returns(
    sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    services.change_offer(offer, None, stock=0, price=Decimal("13.00"), on_hold=True)
    offer = settled(offer, relay)
    services.change_offer(offer, None, stock=4, on_hold=False)

    offer = settled(offer, relay)

    components = [entry["components"][0] for entry in effects(sandbox, "OFFER_UPDATED")]
    assert components == ["stock", "price", "stock"]
    assert offer.differing == frozenset()


def test_stock_is_kept_back_while_the_price_is_refused(
    sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    services.change_offer(offer, None, stock=0)
    offer = settled(offer, relay)
    fault = {"kind": "process", "event_type": "UPDATE_OFFER_PRICE", "outcome": "FAILURE"}
    sandbox.add_fault(fault | {"message": "Price too high."})

    services.change_offer(offer, None, stock=4, price=Decimal(9000))
    offer = settled(offer, relay)
    assert at_bol(sandbox)[0]["stock"]["amount"] == 0
    assert offer.status == Offer.Status.REFUSED
    assert "Price too high." in offer.refusal

    services.change_offer(offer, None, price=Decimal(90))
    offer = settled(offer, relay)
    assert at_bol(sandbox)[0]["stock"]["amount"] == 4
    assert (offer.status, offer.refusal) == (Offer.Status.ON_SALE, "")


def requests_about(sandbox: RunningSandbox, offer: Offer) -> list[str]:
    """The methods of the requests about an offer that bol had already."""
    return requests_to(sandbox, f"/retailer/offers/{offer.offer_id}")


def requests_to(sandbox: RunningSandbox, path: str) -> list[str]:
    """The methods of the requests to a path and what is below it."""
    return [request["method"] for request in sandbox.requests() if request["path"].startswith(path)]
