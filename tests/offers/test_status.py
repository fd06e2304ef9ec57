"""Where an offer stands, in the one word that tells a person most."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connections import flows
from offers import services
from offers.choices import OfferStatus
from offers.models import Offer
from offers.status import Facts, status_of
from tests.conftest import RunningSandbox
from tests.offers.conftest import settled

NOTHING = Facts(
    is_published=False,
    is_gone=False,
    is_parked=False,
    is_in_conflict=False,
    is_refused=False,
    is_unanswered=False,
    is_under_way=False,
    is_known_on_hold=False,
    is_seen_unsold=False,
)
PUBLISHED = replace(NOTHING, is_published=True)


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        (NOTHING, OfferStatus.NEW),
        (replace(NOTHING, is_under_way=True), OfferStatus.PUBLISHING),
        (PUBLISHED, OfferStatus.ON_SALE),
        (replace(PUBLISHED, is_under_way=True), OfferStatus.ON_SALE),
        (replace(PUBLISHED, is_seen_unsold=True), OfferStatus.NOT_FOR_SALE),
        (replace(PUBLISHED, is_known_on_hold=True), OfferStatus.ON_HOLD),
        (replace(PUBLISHED, is_known_on_hold=True, is_seen_unsold=True), OfferStatus.ON_HOLD),
        (replace(PUBLISHED, is_seen_unsold=True, is_unanswered=True), OfferStatus.OUTCOME_UNKNOWN),
        (replace(PUBLISHED, is_unanswered=True, is_refused=True), OfferStatus.REFUSED),
        (replace(PUBLISHED, is_refused=True, is_in_conflict=True), OfferStatus.EAN_CONFLICT),
        (replace(PUBLISHED, is_in_conflict=True, is_gone=True), OfferStatus.GONE),
        (replace(PUBLISHED, is_gone=True, is_parked=True), OfferStatus.PARKED),
    ],
)
def test_the_status_that_tells_most_wins(facts: Facts, status: OfferStatus) -> None:
    assert status_of(facts) == status


@pytest.mark.django_db(transaction=True)
def test_an_offer_bol_does_not_sell_is_not_for_sale(sandbox: RunningSandbox, offer: Offer) -> None:
    sandbox.place_orders(1, items=[{"offerId": offer.offer_id, "quantity": 5}])

    flows.run(offer.project.connection, "offers")

    offer.refresh_from_db()
    assert offer.status == OfferStatus.NOT_FOR_SALE


@pytest.mark.django_db(transaction=True)
def test_a_released_offer_is_on_sale_before_bol_is_asked_again(offer: Offer, relay) -> None:
    services.put_on_hold([offer], None)
    offer = settled(offer, relay)
    flows.run(offer.project.connection, "offers")
    assert Offer.objects.get(pk=offer.pk).status == OfferStatus.ON_HOLD

    services.release([offer], None)

    assert settled(offer, relay).status == OfferStatus.ON_SALE
