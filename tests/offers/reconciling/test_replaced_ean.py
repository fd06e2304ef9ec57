"""bol may replace the EAN of an offer by another one of the same article: it stays the same offer."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from connections.models import Connection
from offers import services
from offers.models import Offer
from tests.conftest import RunningSandbox
from tests.offers.conftest import at_bol, settled, updates, writes
from tests.offers.reconciling.conftest import ean_of, fresh, open_drift

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_offer_whose_ean_bol_replaced_is_still_ours(
    sandbox: RunningSandbox,
    make_shelf: Callable[[int], list[Offer]],
    reconcile: Callable[[], dict[str, int]],
    relay: Callable[[Connection], None],
) -> None:
    (offer,) = make_shelf(1)
    sandbox.state.offers.by_id[offer.offer_id].ean = ean_of(4711)

    reconcile()
    assert open_drift() == []

    services.change_offer(fresh(offer), None, price=Decimal("13.00"))
    settled(fresh(offer), relay)
    assert (writes(sandbox), [sorted(change) for change in updates(sandbox)]) == (["PATCH"], [["pricing"]])
    assert [(shown["offerId"], shown["ean"]) for shown in at_bol(sandbox)] == [(offer.offer_id, ean_of(4711))]
