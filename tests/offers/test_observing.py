"""What bol says about our offers is read and shown, and changes nothing."""

from __future__ import annotations

import pytest

from connections import flows
from connections.models import Connection, Flow
from offers.models import Offer
from offers.rules import check_digit
from tests.conftest import CLIENT_ID, RunningSandbox
from tests.offers.conftest import writes

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_bol_still_sells_of_an_offer_is_read(sandbox: RunningSandbox, offer: Offer) -> None:
    sandbox.place_orders(1, items=[{"offerId": offer.offer_id, "quantity": 2}])

    report = flows.run(offer.project.connection, "offers")

    offer.refresh_from_db()
    assert offer.observed is not None
    assert report.counts["ours"] == 1
    assert (offer.observed["stock"]["amount"], offer.observed["corrected_stock"]) == (5, 3)
    assert offer.for_sale is True
    assert offer.observed_at is not None


def test_a_change_made_elsewhere_is_seen_and_not_undone(sandbox: RunningSandbox, offer: Offer) -> None:
    sandbox.change_offer(offer.offer_id, {"price": 99, "onHoldByRetailer": True})
    before = writes(sandbox)

    flows.run(offer.project.connection, "offers")

    offer.refresh_from_db()
    assert offer.observed is not None
    assert offer.observed["price"] == {"bundle_prices": [{"quantity": 1, "unit_price": "99.00"}]}
    assert offer.for_sale is False
    assert writes(sandbox) == before


def test_all_pages_are_read(sandbox: RunningSandbox, connection: Connection) -> None:
    for number in range(230):
        digits = f"871{number:09}"
        sandbox.add_offer(CLIENT_ID, {"ean": digits + check_digit(digits), "price": 5, "stock": 1})

    report = flows.run(connection, "offers")

    assert report.counts == {"fetched": 230, "ours": 0}
    assert Flow.objects.get(kind="offers").cursor is not None


@pytest.mark.usefixtures("v10")
def test_the_older_dialect_has_no_list_to_read(sandbox: RunningSandbox, connection: Connection) -> None:
    report = flows.run(connection, "offers")

    assert report.counts == {}
    assert not [request for request in sandbox.requests() if request["path"] == "/retailer/offers"]
