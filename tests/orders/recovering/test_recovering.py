"""After a gap a connection catches up in the right order, says nothing twice, and leaves a report."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from connections import flows, recovering, services
from connections.models import Lane, OutboxMessage, Recovery, RecoveryPhase
from offers.models import Offer
from orders.models import Order
from tests.orders.conftest import mark
from tests.orders.recovering.conftest import AWAY, OIL, PEPPER, SALT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def back(gone, staff):
    """The connection is resumed after three hours in which customers bought and people worked."""
    early = gone.sell(OIL, 2)
    gone.shop.resume(staff)
    gone.fetch(gone.shop)
    gone.shop.pause("A release went wrong", staff)
    gone.work_meanwhile(Order.objects.get(order_id=early))
    gone.sell(SALT, 3)
    gone.let_hours_pass()
    gone.forget_requests()
    services.resume(gone.shop, by=staff)
    return gone


@pytest.mark.parametrize("first", ["outbox", "orders"])
def test_orders_come_before_stock_and_stock_before_parcels(back, first):
    back.run_as_workers_do(first=first)

    assert back.told() == ["orders read", "stock", "shipment", "price"]
    assert Order.objects.count() == 2


def test_bol_ends_with_what_we_want(back, sandbox, shipped):
    back.run_as_workers_do()

    stock = {offer["ean"]: offer["stock"]["amount"] for offer in sandbox.offers()}
    assert (stock[OIL], stock[SALT]) == (8, 4)  # ten less two; counted seven, less three sold since
    assert len(shipped()) == 1
    assert not OutboxMessage.objects.open().exists()


def test_the_report_says_what_it_came_to(back):
    back.run_as_workers_do()

    recovery = Recovery.objects.get()
    assert recovery.phase == RecoveryPhase.DONE
    assert recovery.report["fetched"]["orders"] == 1
    told = recovery.report["told"]
    assert told[str(Lane.SHIPMENTS)] == _line(sent=1, confirmed=1)
    assert told[str(Lane.STOCK)]["sent"] == told[str(Lane.STOCK)]["confirmed"] > 0
    assert told[str(Lane.PRICE)] == _line(sent=1, confirmed=1)


def test_a_parcel_that_bol_had_already_is_not_announced_again(gone, staff, sandbox, shipped):
    """bol's answer was lost just before the gap: it is looked up, and counted as already there."""
    order_id = gone.sell(OIL)
    services.resume(gone.shop, by=staff)
    gone.fetch(gone.shop)
    mark(Order.objects.get(order_id=order_id))
    sandbox.add_fault({"kind": "reset", "when": "after", "path": "/retailer/shipments", "method": "POST"})
    flows.attempt(gone.shop, "outbox")
    assert OutboxMessage.objects.get(lane=Lane.SHIPMENTS).state == "unconfirmed"
    gone.let_hours_pass()

    gone.run_as_workers_do()

    assert len(shipped()) == 1
    assert Recovery.objects.get().report["told"][str(Lane.SHIPMENTS)] == _line(already_there=1)


def test_a_short_gap_is_no_recovery(gone, staff):
    services.resume(gone.shop, by=staff)

    gone.run_as_workers_do()

    assert not Recovery.objects.exists()


def test_one_gap_is_recovered_from_once(back):
    back.run_as_workers_do()
    back.run_as_workers_do()

    assert Recovery.objects.count() == 1


def test_parcels_wait_no_longer_than_patience_for_orders_that_do_not_come(
    back, sandbox, shipped, monkeypatch
):
    """bol answers, but its list of orders is broken: what left must be announced all the same."""
    sandbox.add_fault({"kind": "status", "status": 500, "path": "/retailer/orders", "times": 999})
    monkeypatch.setattr(recovering, "PATIENCE", timedelta(0))

    back.run_as_workers_do()

    assert Order.objects.count() == 1
    # What left is announced; a number of ours is not: nobody knows what was sold since.
    assert Recovery.objects.get().phase == RecoveryPhase.REST
    assert len(shipped()) == 1
    assert Offer.objects.get(product__ean=SALT).known.state.stock["amount"] == 10


def test_a_read_only_connection_fetches_and_is_done(back, staff):
    services.stop_sending(back.shop, by=staff)
    recovering.begin(back.shop, back.since)

    back.fetch(back.shop)
    recovering.advance_all()

    assert Recovery.objects.get().phase == RecoveryPhase.DONE
    assert back.told() == ["orders read"]


def test_by_hand_it_reaches_back_as_far_as_one_asks(gone, staff):
    order_id = gone.sell(PEPPER)
    services.resume(gone.shop, by=staff)
    gone.fetch(gone.shop)
    Order.objects.filter(order_id=order_id).delete()  # lost here, by whatever mistake

    recovering.begin(gone.shop, timezone.now() - AWAY, by=staff)
    gone.run_as_workers_do()

    assert Order.objects.filter(order_id=order_id).exists()
    assert Recovery.objects.get().begun_by == staff


def test_the_command_works_until_it_is_over_and_prints_a_report(back, shipped):
    out = StringIO()

    call_command("recover", since=back.since.isoformat(), connection=back.shop.name, json=True, stdout=out)

    (report,) = json.loads(out.getvalue())["recoveries"]
    assert report["ended_at"]
    assert report["fetched"]["orders"] == 1
    assert len(shipped()) == 1


@pytest.mark.parametrize(
    ("since", "words"),
    [("yesterday", "is no moment"), ("2999-01-01", "still to come"), ("2026-13-01", "is no moment")],
)
def test_the_command_refuses_what_is_no_moment(gone, since, words):
    with pytest.raises(CommandError, match=words):
        call_command("recover", since=since)


def _line(**numbers: int) -> dict[str, int]:
    return {"sent": 0, "confirmed": 0, "already_there": 0, "under_way": 0, "needs_a_person": 0} | numbers
