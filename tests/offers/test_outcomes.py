"""Duplicates, refusals and answers that never came: how an offer ends right all the same (v11)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from connections.models import Connection, OutboxMessage
from offers import services
from offers.models import Offer
from tests.conftest import CLIENT_ID, RunningSandbox
from tests.offers.conftest import EAN, at_bol, effects, settled, states, updates, writes

pytestmark = pytest.mark.django_db(transaction=True)

Relay = Callable[[Connection], None]


def fail(sandbox: RunningSandbox, method: str, **rule: object) -> None:
    sandbox.add_fault({"method": method, "path": "/retailer/offers*", **rule})


def test_an_offer_that_exists_at_bol_is_adopted_and_corrected(
    sandbox: RunningSandbox, make_offer: Callable[..., Offer], relay: Relay
) -> None:
    existing = sandbox.add_offer(CLIENT_ID, {"ean": EAN, "price": 99, "stock": 1})

    offer = settled(make_offer(), relay)

    assert offer.offer_id == existing
    assert [entry["effect"] for entry in effects(sandbox)] == ["OFFER_CREATED", "OFFER_UPDATED"]
    (shown,) = at_bol(sandbox)
    assert (shown["pricing"]["bundlePrices"][0]["unitPrice"], shown["stock"]["amount"]) == (
        Decimal("12.50"),
        5,
    )
    assert (offer.status, offer.differing) == (Offer.Status.ON_SALE, frozenset())


def test_an_offer_in_another_condition_is_not_ours(
    sandbox: RunningSandbox, make_offer: Callable[..., Offer], relay: Relay
) -> None:
    other = sandbox.add_offer(
        CLIENT_ID,
        {"ean": EAN, "price": 9, "stock": 1, "condition": {"category": "SECONDHAND", "state": "GOOD"}},
    )

    offer = settled(make_offer(), relay)

    assert offer.offer_id
    assert offer.offer_id != other
    assert len(at_bol(sandbox)) == 2


def test_a_creation_whose_answer_was_lost_is_found_and_not_repeated(
    sandbox: RunningSandbox, make_offer: Callable[..., Offer], relay: Relay
) -> None:
    fail(sandbox, "POST", kind="reset", when="after")

    offer = settled(make_offer(), relay)

    (shown,) = at_bol(sandbox)
    assert offer.offer_id == shown["offerId"]
    assert writes(sandbox) == ["POST"]
    assert offer.status == Offer.Status.ON_SALE


def test_a_creation_that_never_arrived_is_made_again(
    sandbox: RunningSandbox, make_offer: Callable[..., Offer], relay: Relay
) -> None:
    fail(sandbox, "POST", kind="reset", when="before")

    offer = settled(make_offer(), relay)

    assert [entry["effect"] for entry in effects(sandbox)] == ["OFFER_CREATED"]
    assert writes(sandbox) == ["POST", "POST"]
    assert offer.status == Offer.Status.ON_SALE


def test_a_creation_that_cannot_be_looked_up_says_so(
    sandbox: RunningSandbox, make_offer: Callable[..., Offer], relay: Relay, run_once: Relay
) -> None:
    fail(sandbox, "POST", kind="reset", when="after")
    fail(sandbox, "GET", kind="status", status=503, when="before")
    offer = make_offer()
    run_once(offer.project.connection)
    run_once(offer.project.connection)
    assert Offer.objects.get(pk=offer.pk).status == Offer.Status.OUTCOME_UNKNOWN

    offer = settled(offer, relay)

    assert offer.status == Offer.Status.ON_SALE


def test_an_update_whose_answer_was_lost_ends_with_the_newest_value(
    sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    fail(sandbox, "PATCH", kind="reset", when="after")
    services.change_offer(offer, None, price=Decimal("13.00"))

    offer = settled(offer, relay)

    assert at_bol(sandbox)[0]["pricing"]["bundlePrices"][0]["unitPrice"] == 13
    assert offer.known_price == {"bundle_prices": [{"quantity": 1, "unit_price": "13.00"}]}
    assert offer.differing == frozenset()


def test_a_change_undone_after_a_lost_answer_is_sent_all_the_same(
    sandbox: RunningSandbox, offer: Offer, relay: Relay, run_once: Relay
) -> None:
    fail(sandbox, "PATCH", kind="reset", when="after")
    services.change_offer(offer, None, price=Decimal("13.00"))
    run_once(offer.project.connection)
    assert at_bol(sandbox)[0]["pricing"]["bundlePrices"][0]["unitPrice"] == 13

    services.change_offer(offer, None, price=Decimal("12.50"))
    settled(offer, relay)

    assert at_bol(sandbox)[0]["pricing"]["bundlePrices"][0]["unitPrice"] == Decimal("12.50")


def test_doubt_survives_a_second_attempt_that_surely_failed(
    sandbox: RunningSandbox, offer: Offer, relay: Relay, run_once: Relay
) -> None:
    fail(sandbox, "PATCH", kind="reset", when="after")
    fail(sandbox, "PATCH", kind="status", status=429, when="before", retry_after=1)
    services.change_offer(offer, None, price=Decimal("13.00"))
    run_once(offer.project.connection)
    run_once(offer.project.connection)

    services.change_offer(offer, None, price=Decimal("12.50"))
    settled(offer, relay)

    assert at_bol(sandbox)[0]["pricing"]["bundlePrices"][0]["unitPrice"] == Decimal("12.50")


def test_a_refused_offer_shows_bols_words_and_is_sent_again_after_correction(
    sandbox: RunningSandbox, make_offer: Callable[..., Offer], relay: Relay
) -> None:
    refuse(sandbox, "POST", "economicOperatorId", "is not yours")
    offer = settled(make_offer(economic_operator_id="90bfddc5-a6d0-4986-9253-407b3a6850ca"), relay)
    assert offer.status == Offer.Status.REFUSED
    assert "is not yours" in offer.refusal
    message = OutboxMessage.objects.failed().get()
    assert "is not yours" in message.reason
    assert message.advice

    services.change_offer(offer, None, economic_operator_id="")
    offer = settled(offer, relay)

    assert (offer.status, offer.refusal) == (Offer.Status.ON_SALE, "")
    assert len(at_bol(sandbox)) == 1


def test_a_refused_price_is_not_sent_again_with_the_next_stock(
    sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    refuse(sandbox, "PATCH", "pricing", "too high")
    services.change_offer(offer, None, price=Decimal(9000))
    offer = settled(offer, relay)
    assert offer.status == Offer.Status.REFUSED

    services.change_offer(offer, None, stock=3)
    offer = settled(offer, relay)

    assert updates(sandbox) == [{"stock": {"amount": 3, "managedByRetailer": False}}]
    assert "too high" in offer.refusal


def test_sending_again_repeats_what_was_refused(sandbox: RunningSandbox, offer: Offer, relay: Relay) -> None:
    refuse(sandbox, "PATCH", "pricing", "too high")
    services.change_offer(offer, None, price=Decimal(9000))
    offer = settled(offer, relay)

    services.send_again([offer], None)
    offer = settled(offer, relay)

    assert at_bol(sandbox)[0]["pricing"]["bundlePrices"][0]["unitPrice"] == 9000
    assert (offer.status, offer.differing) == (Offer.Status.ON_SALE, frozenset())


def test_an_offer_that_bol_does_not_have_any_more_is_gone_until_a_person_decides(
    sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    sandbox.delete_offer(offer.offer_id)
    services.change_offer(offer, None, price=Decimal("13.00"))
    offer = settled(offer, relay)
    assert offer.status == Offer.Status.GONE

    services.change_offer(offer, None, price=Decimal("14.00"))
    offer = settled(offer, relay)
    assert at_bol(sandbox) == []

    services.send_again([offer], None)
    offer = settled(offer, relay)
    assert at_bol(sandbox)[0]["pricing"]["bundlePrices"][0]["unitPrice"] == 14
    assert offer.status == Offer.Status.ON_SALE


def test_a_refusal_that_was_taken_back_needs_nobody(
    sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    refuse(sandbox, "PATCH", "pricing", "too high")
    services.change_offer(offer, None, price=Decimal(9000))
    offer = settled(offer, relay)
    assert OutboxMessage.objects.failed().exists()

    services.change_offer(offer, None, price=Decimal("12.50"))

    assert states(offer)["UPDATE_OFFER_PRICE"] == ["superseded"]
    assert updates(sandbox) == []


def test_what_was_refused_for_a_lost_offer_needs_nobody_when_it_is_published_anew(
    sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    sandbox.delete_offer(offer.offer_id)
    services.change_offer(offer, None, price=Decimal("13.00"))
    offer = settled(offer, relay)
    assert OutboxMessage.objects.failed().exists()

    services.send_again([offer], None)
    offer = settled(offer, relay)

    assert offer.status == Offer.Status.ON_SALE
    assert not OutboxMessage.objects.failed().exists()


def test_an_offer_is_deleted_at_bol_only_for_a_person(
    sandbox: RunningSandbox, offer: Offer, relay: Relay, staff: object
) -> None:
    with pytest.raises(ValueError, match="person"):
        services.delete_at_bol([offer], None)

    services.delete_at_bol([offer], staff)
    offer = settled(offer, relay)

    assert at_bol(sandbox) == []
    assert (offer.status, offer.offer_id) == (Offer.Status.GONE, "")


def test_a_deletion_whose_answer_was_lost_is_looked_up(
    sandbox: RunningSandbox, offer: Offer, relay: Relay, staff: object
) -> None:
    fail(sandbox, "DELETE", kind="reset", when="after")
    services.delete_at_bol([offer], staff)

    offer = settled(offer, relay)

    assert writes(sandbox).count("DELETE") == 1
    assert offer.status == Offer.Status.GONE
    assert states(offer)["DELETE_OFFER"] == ["succeeded"]


def refuse(sandbox: RunningSandbox, method: str, field: str, reason: str) -> None:
    problem = {"title": "Bad request", "status": 400, "violations": [{"name": field, "reason": reason}]}
    fail(sandbox, method, kind="status", status=400, when="before", body=problem)


def test_a_change_withdrawn_without_an_answer_is_said_again_when_it_counts(
    sandbox: RunningSandbox, offer: Offer, relay: Relay, run_once: Relay
) -> None:
    connection, project = offer.project.connection, offer.project
    fail(sandbox, "PATCH", kind="reset", when="before")
    services.change_offer(offer, None, price=Decimal("13.00"))
    run_once(connection)

    project.is_active = False
    project.save(update_fields=["is_active"])
    services.announce_all(Offer.objects.filter(project=project))
    project.is_active = True
    project.save(update_fields=["is_active"])
    services.announce_all(Offer.objects.filter(project=project))
    offer = settled(offer, relay)

    assert at_bol(sandbox)[0]["pricing"]["bundlePrices"][0]["unitPrice"] == 13
    assert offer.differing == frozenset()


def test_a_corrected_ean_is_sent_after_a_refusal(
    sandbox: RunningSandbox, make_offer: Callable[..., Offer], relay: Relay
) -> None:
    refuse(sandbox, "POST", "ean", "unknown")
    offer = settled(make_offer(), relay)
    assert offer.status == Offer.Status.REFUSED

    product = offer.product
    product.ean = "8411610002278"
    services.change_product(product, ["ean"], None)
    offer = settled(offer, relay)

    assert [found["ean"] for found in at_bol(sandbox)] == ["8411610002278"]
    assert offer.status == Offer.Status.ON_SALE


def test_the_ean_of_an_offer_at_bol_stays(offer: Offer) -> None:
    offer.product.ean = "8411610002278"

    with pytest.raises(services.EanInUse):
        services.change_product(offer.product, ["ean"], None)
