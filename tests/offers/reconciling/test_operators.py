"""An offer that got another economic operator at bol is found, in both dialects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from connections.models import Connection, RateBudget
from offers.models import Drift, Offer
from offers.models.drift import Resolution
from offers.reconciling.deciding import decide
from tests.conftest import RunningSandbox
from tests.offers.conftest import at_bol, settled
from tests.offers.reconciling.conftest import open_drift

pytestmark = pytest.mark.django_db(transaction=True)

OURS, THEIRS = "90bfddc5-a6d0-4986-9253-407b3a6850ca", "0d4f1f2e-1c5b-4f55-9e2a-5c1d3b8a7e60"


def test_another_operator_at_bol_is_found_and_ours_sent_again(
    sandbox: RunningSandbox,
    dialect: str,
    make_offer: Callable[..., Offer],
    reconcile: Callable[[], dict[str, int]],
    relay: Callable[[Connection], None],
    staff: User,
) -> None:
    offer = settled(make_offer(economic_operator_id=OURS), relay)
    reconcile()
    assert not open_drift()

    sandbox.advance(timedelta(minutes=16))  # bol gives out the same export for a quarter of an hour
    RateBudget.objects.all().delete()  # and allows nine exports an hour
    sandbox.change_offer(offer.offer_id, {"economicOperatorId": THEIRS})
    reconcile()

    (drift,) = open_drift()
    assert (drift.ours, drift.theirs) == ({"economic_operator_id": OURS}, {"economic_operator_id": THEIRS})
    decide(Resolution.SEND_OURS, Drift.objects.open(), staff)
    settled(offer, relay)
    assert at_bol(sandbox)[0]["economicOperatorId"] == OURS
