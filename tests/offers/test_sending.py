"""Only what differs is sent, once, with the last value: seen from bol's side."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections
from django.utils import timezone

from connections import flows
from connections.models import Connection, Lane, OutboxMessage
from offers import services
from offers.models import Offer
from tests.conftest import RunningSandbox
from tests.offers.conftest import EAN, at_bol, effects, settled, states, updates, writes

pytestmark = pytest.mark.django_db(transaction=True)

Relay = Callable[[Connection], None]


def test_a_new_offer_is_made_at_bol(
    sandbox: RunningSandbox, dialect: str, make_offer: Callable[..., Offer], relay: Relay
) -> None:
    offer = make_offer()
    assert offer.status == Offer.Status.NEW

    offer = settled(offer, relay)

    (shown,) = at_bol(sandbox)
    assert (shown["ean"], shown["offerId"]) == (EAN, offer.offer_id)
    assert shown["pricing"]["bundlePrices"] == [{"quantity": 1, "unitPrice": Decimal("12.50")}]
    assert (shown["reference"], shown["unknownProductTitle"]) == ("OIL-1", "Olive Oil")
    assert (offer.status, offer.differing) == (Offer.Status.ON_SALE, frozenset())
    assert offer.known_at is not None


def test_one_changed_price_is_one_request_with_the_price_only(
    sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    services.change_offer(offer, None, price=Decimal("13.00"))

    offer = settled(offer, relay)

    assert writes(sandbox) == ["POST", "PATCH"]
    (changed,) = updates(sandbox)
    assert changed == {"pricing": {"bundlePrices": [{"quantity": 1, "unitPrice": 13}]}}
    assert offer.known_price == {"bundle_prices": [{"quantity": 1, "unit_price": "13.00"}]}


def test_a_hold_is_the_hold_and_nothing_else(sandbox: RunningSandbox, offer: Offer, relay: Relay) -> None:
    assert services.put_on_hold([offer], None) == 1

    offer = settled(offer, relay)

    assert updates(sandbox) == [{"onHoldByRetailer": True}]
    assert offer.status == Offer.Status.ON_HOLD


def test_a_released_offer_is_for_sale_again(
    sandbox: RunningSandbox, dialect: str, offer: Offer, relay: Relay
) -> None:
    services.put_on_hold([offer], None)
    offer = settled(offer, relay)

    services.release([offer], None)
    offer = settled(offer, relay)

    assert [changed["onHoldByRetailer"] for changed in updates(sandbox)] == [True, False]
    assert offer.status == Offer.Status.ON_SALE


def test_ten_changes_are_one_request_with_the_last_value(
    sandbox: RunningSandbox, dialect: str, offer: Offer, relay: Relay
) -> None:
    for cents in range(10):
        services.change_offer(offer, None, price=Decimal(20) + Decimal(cents) / 100)

    settled(offer, relay)

    (changed,) = updates(sandbox)
    assert changed["pricing"]["bundlePrices"][0]["unitPrice"] == Decimal("20.09")


def test_a_change_undone_is_no_request(
    sandbox: RunningSandbox, dialect: str, offer: Offer, relay: Relay
) -> None:
    services.change_offer(offer, None, price=Decimal("13.00"))
    services.change_offer(offer, None, price=Decimal("12.50"))

    offer = settled(offer, relay)

    assert updates(sandbox) == []
    assert states(offer)["UPDATE_OFFER_PRICE"] == ["superseded"]


def test_saving_the_same_again_is_no_message(dialect: str, offer: Offer) -> None:
    before = OutboxMessage.objects.count()

    assert not services.change_offer(offer, None, price=Decimal("12.50"), stock=5)

    assert OutboxMessage.objects.count() == before


def test_three_components_are_one_patch(sandbox: RunningSandbox, offer: Offer, relay: Relay) -> None:
    services.change_offer(offer, None, price=Decimal("13.00"), stock=7, on_hold=True)

    offer = settled(offer, relay)

    (changed,) = updates(sandbox)
    assert set(changed) == {"pricing", "stock", "onHoldByRetailer"}
    assert offer.differing == frozenset()


def test_stock_above_999_is_kept_and_told_as_999(
    sandbox: RunningSandbox, dialect: str, offer: Offer, relay: Relay
) -> None:
    services.change_offer(offer, None, stock=1500)
    offer = settled(offer, relay)

    services.change_offer(offer, None, stock=1400)
    offer = settled(offer, relay)

    (changed,) = updates(sandbox)
    assert changed["stock"]["amount"] == 999
    assert offer.stock == 1400


def test_stock_to_zero_goes_first_and_alone(
    sandbox: RunningSandbox, dialect: str, offer: Offer, relay: Relay
) -> None:
    services.change_offer(offer, None, stock=0, price=Decimal("13.00"))
    waiting = OutboxMessage.objects.waiting().get()
    assert (waiting.operation, waiting.lane) == ("UPDATE_OFFER_STOCK", Lane.STOCK_TO_ZERO)

    offer = settled(offer, relay)

    assert updates(sandbox) == [{"stock": {"amount": 0, "managedByRetailer": False}}]
    assert offer.differing == {"price"}


def test_what_waited_for_stock_goes_with_the_stock_that_returns(
    sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    services.change_offer(offer, None, stock=0, price=Decimal("13.00"))
    offer = settled(offer, relay)

    services.change_offer(offer, None, stock=4)
    offer = settled(offer, relay)

    assert set(updates(sandbox)[-1]) == {"stock", "pricing"}
    assert offer.differing == frozenset()


def test_returning_stock_takes_a_price_along_that_was_not_due_yet(
    sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    services.change_offer(offer, None, stock=0, price=Decimal("13.00"))
    offer = settled(offer, relay)
    services.change_offer(offer, None, stock=4)
    in_an_hour = timezone.now() + timedelta(hours=1)
    OutboxMessage.objects.waiting().filter(operation="UPDATE_OFFER_PRICE").update(not_before=in_an_hour)

    flows.run(offer.project.connection, "outbox")

    assert set(updates(sandbox)[-1]) == {"stock", "pricing"}


def test_nothing_is_said_about_an_inactive_project(
    sandbox: RunningSandbox, dialect: str, offer: Offer, relay: Relay
) -> None:
    services.change_offer(offer, None, price=Decimal("13.00"))
    offer.project.is_active = False
    offer.project.save(update_fields=["is_active"])

    services.change_offer(Offer.objects.get(pk=offer.pk), None, stock=9)
    settled(offer, relay)

    assert updates(sandbox) == []
    assert not OutboxMessage.objects.open().exists()


def test_a_change_while_the_request_is_under_way_is_sent_after_it(
    sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    sandbox.add_fault({"method": "PATCH", "path": "/retailer/offers/*", "kind": "slow", "delay_s": 1})
    services.change_offer(offer, None, price=Decimal("13.00"))

    with ThreadPoolExecutor(1) as other_worker:
        change = other_worker.submit(change_while_sending, offer.pk, Decimal("14.00"))
        offer = settled(offer, relay)

    assert change.result() == "13.00"
    prices = [changed["pricing"]["bundlePrices"][0]["unitPrice"] for changed in updates(sandbox)]
    assert prices == [13, 14]
    assert offer.differing == frozenset()


def change_while_sending(pk: int, price: Decimal) -> str:
    """Change the price as soon as a request about the offer is at bol; return which price that request carries."""
    try:
        offer = wait_for(lambda: Offer.objects.exclude(sending={}).with_all().filter(pk=pk).first())
        services.change_offer(offer, None, price=price)
        return str(offer.sending["price"]["sent"]["bundle_prices"][0]["unit_price"])
    finally:
        connections.close_all()


def wait_for(look: Callable[[], Offer | None]) -> Offer:
    ends_at = time.monotonic() + 10
    while time.monotonic() < ends_at:
        found = look()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("It did not happen within ten seconds.")


def test_an_offer_changed_elsewhere_keeps_what_we_did_not_touch(
    sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    sandbox.change_offer(offer.offer_id, {"reference": "changed at bol"})

    services.put_on_hold([offer], None)
    settled(offer, relay)

    (shown,) = at_bol(sandbox)
    assert (shown["reference"], shown["onHoldByRetailer"]) == ("changed at bol", True)


def test_a_read_only_connection_keeps_what_it_would_send(
    sandbox: RunningSandbox,
    dialect: str,
    make_offer: Callable[..., Offer],
    connection: Connection,
    relay: Relay,
) -> None:
    Connection.objects.filter(pk=connection.pk).update(is_live=False)
    connection.refresh_from_db()

    offer = settled(make_offer(), relay)

    assert effects(sandbox) == []
    assert offer.status == Offer.Status.NEW
    assert states(offer) == {"CREATE_OFFER": ["pending"]}
