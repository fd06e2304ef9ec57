"""What was saved last of carrier and track and trace is what bol ends with, once the parcel is announced."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from connections import bol
from connections.clients import client_for
from connections.models import MessageState, OutboxMessage
from orders.correcting import CannotCorrect, correct_transport
from orders.models import Shipment, ShipmentState
from tests.conftest import due_now
from tests.orders.conftest import mark

pytestmark = pytest.mark.django_db(transaction=True)

PUT = {"method": "PUT", "path": "/retailer/transports/*"}


@pytest.fixture
def corrected(effects):
    """The carrier and code that bol was made to take, in order."""
    return lambda: [
        (effect["transporter"], effect["track_and_trace"]) for effect in effects("TRANSPORT_CHANGED")
    ]


@pytest.fixture
def parcel(shop, bought, relay, fetch):
    """A parcel that bol confirmed, with a wrong code."""
    mark(bought(), code="3SWRONG")
    relay(shop)
    fetch(shop)
    return Shipment.objects.get()


def correct(parcel: Shipment, code: str, transporter: str = "TNT") -> None:
    correct_transport(parcel, transporter, code)


def puts(sandbox) -> int:
    return sum(
        request["method"] == "PUT" and "/transports/" in request["path"] for request in sandbox.requests()
    )


def test_a_corrected_code_reaches_bol(shop, parcel, relay, corrected, staff):
    assert parcel.known_transport == ("TNT", "3SWRONG")

    correct_transport(parcel, "DHLFORYOU", "JVGL0612345678", by=staff)
    parcel.refresh_from_db()
    assert parcel.transport_state == "waiting"
    relay(shop)

    assert corrected() == [("DHLFORYOU", "JVGL0612345678")]
    parcel.refresh_from_db()
    assert (parcel.transport_state, parcel.known_transport) == ("", ("DHLFORYOU", "JVGL0612345678"))
    assert parcel.transport_id
    assert OutboxMessage.objects.get(operation="CHANGE_TRANSPORT").created_by == staff


def test_of_several_corrections_the_last_one_is_sent(shop, parcel, relay, corrected):
    for number in range(5):
        correct(parcel, f"3SCODE{number}")

    relay(shop)

    assert corrected() == [("TNT", "3SCODE4")]


def test_a_correction_that_was_taken_back_is_not_sent(shop, parcel, relay, corrected, sandbox):
    correct(parcel, "3SOTHER")
    correct(parcel, "3SWRONG")

    relay(shop)

    assert puts(sandbox) == 0
    assert corrected() == []
    parcel.refresh_from_db()
    assert parcel.transport_state == ""


def test_a_second_correction_needs_no_search_for_the_transport(shop, parcel, relay, corrected, sandbox):
    correct(parcel, "3SFIRST")
    relay(shop)
    before = len(sandbox.requests())
    correct(parcel, "3SSECOND")
    relay(shop)

    asked = [request["path"] for request in sandbox.requests()[before:]]
    assert asked[0].startswith("/retailer/transports/")
    assert corrected()[-1] == ("TNT", "3SSECOND")


def test_before_the_announcement_a_correction_is_part_of_it(shop, bought, relay, effects, corrected):
    mark(bought(), code="3SWRONG")
    correct(Shipment.objects.get(), "3SRIGHT")

    relay(shop)

    assert [effect["track_and_trace"] for effect in effects("ITEM_SHIPPED")] == ["3SRIGHT"]
    assert corrected() == []
    assert not OutboxMessage.objects.filter(operation="CHANGE_TRANSPORT").exists()


def test_during_the_announcement_a_correction_waits_for_its_end(
    shop, bought, relay, sandbox, effects, corrected
):
    sandbox.add_fault(
        {"kind": "process", "event_type": "CREATE_SHIPMENT", "outcome": "PENDING", "delay_s": 300}
    )
    mark(bought(), code="3SWRONG")
    relay(shop, rounds=1)
    parcel = Shipment.objects.get()
    assert parcel.state == ShipmentState.SENT

    correct(parcel, "3SRIGHT")
    relay(shop, rounds=2)
    assert corrected() == []
    message = OutboxMessage.objects.get(operation="CHANGE_TRANSPORT")
    assert (message.state, message.reason) == (
        "pending",
        "The parcel itself is being announced; the correction follows.",
    )
    sandbox.advance(timedelta(seconds=301))
    relay(shop)

    assert [effect["track_and_trace"] for effect in effects("ITEM_SHIPPED")] == ["3SWRONG"]
    assert corrected() == [("TNT", "3SRIGHT")]


def test_a_correction_of_a_parcel_that_bol_refuses_goes_with_it(shop, bought, relay, sandbox, corrected):
    sandbox.add_fault({"kind": "process", "event_type": "CREATE_SHIPMENT", "outcome": "PENDING"})
    mark(bought(), code="3SWRONG")
    relay(shop, rounds=1)
    parcel = Shipment.objects.get()
    correct(parcel, "3SRIGHT")
    long_ago = timezone.now() - timedelta(days=2)
    OutboxMessage.objects.update(accepted_at=long_ago, last_sent_at=long_ago, changed_at=long_ago)
    sandbox.add_fault({"kind": "status", "method": "GET", "path": "*", "status": 503, "times": 99})

    due_now(shop)
    relay(shop, rounds=4)

    parcel.refresh_from_db()
    assert (parcel.state, parcel.transport_state) == (ShipmentState.REFUSED, "")
    assert OutboxMessage.objects.get(operation="CHANGE_TRANSPORT").state == MessageState.SUPERSEDED
    with pytest.raises(CannotCorrect, match="refused this parcel"):
        correct(parcel, "3SLATER")


@pytest.mark.parametrize(
    ("transporter", "code", "field"),
    [
        ("PIGEON", "3S1", "transporter_code"),
        ("TNT", "", "track_and_trace"),
        ("TNT", "X" * 101, "track_and_trace"),
    ],
)
def test_what_bol_would_not_take_is_refused(parcel, transporter, code, field):
    with pytest.raises(CannotCorrect) as refused:
        correct(parcel, code, transporter)

    assert refused.value.field == field
    parcel.refresh_from_db()
    assert parcel.track_and_trace == "3SWRONG"


# Outcomes that nobody heard of --------------------------------------------------------------------------


def test_a_correction_back_is_sent_where_nobody_knows_whether_the_first_one_came(
    shop, parcel, relay, sandbox, corrected
):
    sandbox.add_fault(PUT | {"kind": "reset", "when": "after"})
    correct(parcel, "3SOTHER")
    relay(shop, rounds=1)
    sandbox.add_fault({"kind": "status", "method": "GET", "path": "/retailer/shipments*", "status": 503})
    correct(parcel, "3SWRONG")

    relay(shop)

    assert corrected() == [("TNT", "3SOTHER"), ("TNT", "3SWRONG")]
    parcel.refresh_from_db()
    assert (parcel.transport_state, parcel.known_transport) == ("", ("TNT", "3SWRONG"))


def test_a_real_refusal_is_shown_with_what_bol_has(shop, parcel, relay, sandbox, corrected):
    sandbox.add_fault({"kind": "process", "event_type": "CHANGE_TRANSPORT", "message": "Not today."})
    correct(parcel, "3SRIGHT")

    relay(shop)

    parcel.refresh_from_db()
    assert (parcel.transport_state, parcel.transport_reason) == ("refused", "Not today.")
    assert parcel.known_transport == ("TNT", "3SWRONG")
    assert parcel.track_and_trace == "3SRIGHT"
    correct(parcel, "3SRIGHT")
    relay(shop)
    assert corrected() == [("TNT", "3SRIGHT")]


@pytest.mark.paced
def test_statuses_in_another_order_settle_each_its_own(shop, bought, relay, fetch, sandbox, corrected):
    mark(bought(), bought(), code="3SWRONG")
    relay(shop)
    first, second = Shipment.objects.order_by("id")
    sandbox.add_fault(
        {"kind": "process", "event_type": "CHANGE_TRANSPORT", "outcome": "PENDING", "delay_s": 60}
    )
    correct(first, "3SFIRST")
    relay(shop, rounds=1)
    correct(second, "3SSECOND")
    relay(shop, rounds=1)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.transport_state, second.transport_state) == ("sent", "")
    sandbox.advance(timedelta(seconds=61))
    relay(shop)

    first.refresh_from_db()
    assert (first.transport_state, first.known_track_and_trace) == ("", "3SFIRST")


def test_a_newer_value_during_the_correction_follows_it(shop, parcel, relay, sandbox, corrected):
    sandbox.add_fault(
        {"kind": "process", "event_type": "CHANGE_TRANSPORT", "outcome": "PENDING", "delay_s": 60}
    )
    correct(parcel, "3SFIRST")
    relay(shop, rounds=1)
    correct(parcel, "3SSECOND")
    relay(shop, rounds=1)
    assert len(corrected()) <= 1
    sandbox.advance(timedelta(seconds=61))

    relay(shop)

    assert corrected() == [("TNT", "3SFIRST"), ("TNT", "3SSECOND")]
    parcel.refresh_from_db()
    assert (parcel.transport_state, parcel.known_track_and_trace) == ("", "3SSECOND")


def test_a_parcel_announced_elsewhere_is_found_by_what_is_in_it(shop, bought, relay, corrected):
    order = bought()
    with client_for(shop) as client:
        item = order.items.get().order_item_id
        client.shipments.create([bol.ShipmentItem(item, 1)], transport=bol.Transport("TNT", "3SELSEWHERE"))
    mark(order, code="3SOURS")
    relay(shop)
    parcel = Shipment.objects.get()
    assert (parcel.state, parcel.known_transport) == ("confirmed", ("", ""))

    correct(parcel, "3SRIGHT")
    relay(shop)

    assert corrected() == [("TNT", "3SRIGHT")]


def test_a_parcel_that_bol_does_not_show_is_said_so(shop, parcel, relay, sandbox, corrected):
    Shipment.objects.update(reference="NOTTHERE", confirmed_at=timezone.now() - timedelta(days=1))
    with sandbox.state.lock:
        sandbox.state.shipments.by_order.clear()
    parcel.refresh_from_db()
    correct(parcel, "3SRIGHT")

    relay(shop)

    message = OutboxMessage.objects.get(operation="CHANGE_TRANSPORT")
    assert message.state == MessageState.FAILED
    assert "shows no shipment of this order" in message.reason
    assert "bol's own screens" in message.advice
