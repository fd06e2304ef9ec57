"""bol posts that it sells an offer, or sells it no more: the offer is read."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import timezone

from connections import flows
from connections.models import Connection, Flow, Notification
from tests.conftest import CLIENT_ID
from tests.receiving import until

from .conftest import effects

pytestmark = pytest.mark.django_db(transaction=True)

OFFER_EVENTS = ("OFFER_FOR_SALE", "OFFER_NOT_FOR_SALE")


@pytest.fixture
def told_shop(connection: Connection, sandbox, subscribe) -> Connection:
    """A connection to which bol posts what becomes of offers, which is what bol may once do."""
    state = sandbox.sandbox.state
    assumed = replace(state.options.assumptions, offer_events_reach_webhooks=True)
    state.options = replace(state.options, assumptions=assumed)
    subscribe(connection, *OFFER_EVENTS)
    return connection


def told(connection: Connection, offer_id: str, event: str = "NOT_FOR_SALE") -> Notification:
    return Notification.objects.create(
        connection=connection,
        event_key=f"{offer_id} {event} {Notification.objects.count()}",
        resource=f"OFFER_{event}",
        event_type=event,
        resource_id=offer_id,
        happened_at=timezone.now(),
    )


def test_what_bol_sells_and_stops_selling_is_read(told_shop, offer, sandbox):
    until(lambda: Notification.objects.filter(event_type="FOR_SALE").exists())
    flows.run(told_shop, "notifications")
    offer.refresh_from_db()
    assert offer.for_sale is True

    sandbox.place_orders(retailer=CLIENT_ID, items=[{"offerId": offer.offer_id, "quantity": 5}])
    until(lambda: Notification.objects.filter(event_type="NOT_FOR_SALE").exists())
    flows.run(told_shop, "notifications")

    offer.refresh_from_db()
    assert (offer.for_sale, offer.observed["corrected_stock"]) == (False, 0)
    assert Flow.objects.get(kind="offers").rung_at is not None, "the reasons are read next"


def test_looking_changes_nothing_at_bol(told_shop, offer, sandbox):
    sandbox.change_offer(offer.offer_id, {"price": 99})
    before = effects(sandbox)
    told(told_shop, offer.offer_id)

    flows.run(told_shop, "notifications")

    assert effects(sandbox) == before
    offer.refresh_from_db()
    assert offer.observed["price"]["bundle_prices"][0]["unit_price"] == "99.00"
    assert offer.price == Decimal("12.50"), "what we want stays"


def test_an_offer_that_is_not_ours_is_not_asked_for(connection, sandbox):
    told(connection, "13722de8-8182-d161-5422-4a0a1caab5c8")

    flows.run(connection, "notifications")

    assert Notification.objects.get().state == Notification.State.DONE
    assert not [one for one in sandbox.requests() if one["path"].startswith("/retailer/offers")]


@pytest.mark.parametrize("dialect", ["v11", "v10"])
def test_what_bol_cannot_tell_now_is_asked_again(connection, offer, sandbox, dialect):
    Connection.objects.update(offers_api=dialect)
    told(connection, offer.offer_id)
    sandbox.add_fault({"kind": "status", "path": "/retailer/offers*", "status": 500, "times": 1})

    flows.run(Connection.objects.get(pk=connection.pk), "notifications")

    waiting = Notification.objects.get()
    assert (waiting.state, waiting.failures) == (Notification.State.WAITING, 1)
    Notification.objects.update(not_before=timezone.now())
    flows.run(Connection.objects.get(pk=connection.pk), "notifications")
    assert Notification.objects.get().state == Notification.State.DONE
