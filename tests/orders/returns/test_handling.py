"""bol is told once what became of a return, whatever happens on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from connections.models import MessageState, OutboxMessage
from orders.models import HandlingResult, OrderItem, ReturnCreation, ReturnHandling, ReturnItem, ShipmentItem
from orders.returns.services import Decision, Wrong, create_return, handle_returns, returnable_quantity

pytestmark = pytest.mark.django_db(transaction=True)

PUT = {"method": "PUT", "path": "/retailer/returns/*"}
POST = {"method": "POST", "path": "/retailer/returns"}


def handle(item: ReturnItem, result: str = "RETURN_RECEIVED", quantity: int = 2):
    return handle_returns([Decision(item.pk, result, quantity)])


def states() -> list[str]:
    return [*ReturnHandling.objects.order_by("id").values_list("state", flat=True)]


def test_a_return_is_handled_and_confirmed(shop, returned, relay, fetch_returns, handled, staff):
    item = returned()
    handle_returns([Decision(item.pk, "RETURN_RECEIVED", 2)], by=staff)
    assert not ReturnItem.objects.to_handle().exists()

    relay(shop)
    fetch_returns(shop)

    assert handled() == [(item.rma_id, "RETURN_RECEIVED", 2)]
    item.refresh_from_db()
    assert (item.is_handled, item.handled_quantity) == (True, 2)
    assert ReturnHandling.objects.get().created_by == staff


@pytest.mark.parametrize("result", [value for value in HandlingResult.values if value != "STILL_APPROVED"])
def test_every_handling_result_reaches_bol(shop, returned, relay, handled, result):
    item = returned()
    handle(item, result)
    relay(shop)

    assert [entry[1] for entry in handled()] == [result]


def test_a_result_is_changed_afterwards(shop, returned, relay, fetch_returns, handled):
    item = returned()
    handle(item, "RETURN_DOES_NOT_MEET_CONDITIONS")
    relay(shop)
    fetch_returns(shop)

    item.refresh_from_db()
    handle(item, "STILL_APPROVED")
    relay(shop)
    fetch_returns(shop)

    assert [entry[1] for entry in handled()] == ["RETURN_DOES_NOT_MEET_CONDITIONS", "STILL_APPROVED"]
    item.refresh_from_db()
    assert [result["handlingResult"] for result in item.results] == ["STILL_APPROVED"]


@pytest.mark.parametrize(
    ("result", "quantity", "field"),
    [("EATEN", 1, "handling_result"), ("RETURN_RECEIVED", 0, "quantity"), ("RETURN_RECEIVED", 3, "quantity")],
)
def test_what_cannot_be_is_refused_with_its_field(shop, returned, relay, handled, result, quantity, field):
    done = handle(returned(), result, quantity)

    assert [refusal.field for refusal in done.refusals] == [field]
    relay(shop)
    assert handled() == []
    assert not OutboxMessage.objects.filter(operation="HANDLE_RETURN_ITEM").exists()


def test_nothing_is_said_twice_at_a_time(shop, returned, relay, handled):
    item = returned()
    handle(item)

    done = handle(item, "EXCHANGE_PRODUCT")

    assert "being told already" in done.refusals[0].reason
    relay(shop)
    assert len(handled()) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {**PUT, "kind": "reset", "when": "after"},
        {**PUT, "kind": "reset", "when": "before"},
        {**PUT, "kind": "html", "status": 500, "when": "after"},
    ],
    ids=["reset after the effect", "reset before it", "500 after the effect"],
)
def test_an_unanswered_one_is_looked_up_and_told_once(shop, returned, relay, sandbox, handled, fault):
    item = returned(bought=5, quantity=4)
    sandbox.add_fault(fault)
    handle(item, quantity=2)

    relay(shop)

    assert handled() == [(item.rma_id, "RETURN_RECEIVED", 2)]
    assert states() == ["confirmed"]


def test_a_refusal_is_shown_in_bols_words(shop, returned, relay, sandbox, handled):
    item = returned()
    ReturnItem.objects.update(rma_id="99")
    item.refresh_from_db()
    handle(item)

    relay(shop, rounds=3)

    assert handled() == []
    assert "99" in OutboxMessage.objects.get(operation="HANDLE_RETURN_ITEM").reason


# Created by us ------------------------------------------------------------------------------------------


def test_a_return_is_created_once_and_read(shop, delivered, relay, fetch_returns, effects, staff):
    item = delivered(3).items.get()
    create_return(item, 1, "RETURN_RECEIVED", by=staff)

    relay(shop)
    fetch_returns(shop)

    [created] = effects("RETURN_CREATED")
    creation = ReturnCreation.objects.get()
    assert (creation.state, creation.return_id) == ("confirmed", created["subject"])
    assert ReturnItem.objects.get().order_item == item
    assert len(effects("CUSTOMER_EMAILED")) == 1
    assert returnable_quantity(OrderItem.objects.get(pk=item.pk)) == 2


@pytest.mark.parametrize("when", ["after", "before"])
def test_an_unanswered_creation_is_looked_for_and_made_once(shop, delivered, relay, sandbox, effects, when):
    item = delivered(3).items.get()
    sandbox.add_fault({**POST, "kind": "reset", "when": when})
    create_return(item, 1, "RETURN_RECEIVED")

    relay(shop)

    assert len(effects("RETURN_CREATED")) == 1
    assert ReturnCreation.objects.get().state == "confirmed"


def test_a_second_creation_like_the_first_is_not_taken_for_it(shop, delivered, relay, sandbox, effects):
    item = delivered(3).items.get()
    create_return(item, 1, "RETURN_RECEIVED")
    relay(shop)
    sandbox.add_fault({**POST, "kind": "reset", "when": "before"})
    item.refresh_from_db()
    create_return(item, 1, "RETURN_RECEIVED")

    relay(shop)

    assert len(effects("RETURN_CREATED")) == 2


@pytest.mark.parametrize(
    ("quantity", "result", "field"),
    [
        (4, "RETURN_RECEIVED", "quantity"),
        (0, "RETURN_RECEIVED", "quantity"),
        (1, "STILL_APPROVED", "handling_result"),
    ],
)
def test_a_creation_that_bol_would_refuse_is_refused_here(shop, delivered, quantity, result, field):
    with pytest.raises(Wrong) as wrong:
        create_return(delivered(3).items.get(), quantity, result)

    assert wrong.value.field == field
    assert not OutboxMessage.objects.filter(operation="CREATE_RETURN_ITEM").exists()


def test_what_was_not_shipped_cannot_come_back(shop, bought):
    with pytest.raises(Wrong, match="Nothing of"):
        create_return(bought(1).items.get(), 1, "RETURN_RECEIVED")


def test_after_90_days_bol_takes_no_return_that_nobody_announced(shop, delivered):
    item = delivered(1).items.get()
    for packed in ShipmentItem.objects.all():
        packed.shipment.shipped_at = timezone.now() - timedelta(days=91)
        packed.shipment.save()

    with pytest.raises(Wrong, match="90 days"):
        create_return(item, 1, "RETURN_RECEIVED")


def test_nothing_waits_when_all_is_told(shop, returned, relay):
    handle(returned())
    relay(shop)

    assert not OutboxMessage.objects.open().exists()
    assert not OutboxMessage.objects.filter(state=MessageState.FAILED).exists()
