"""However doubtful an answer of bol's is: parcels, cancellations and corrections end right, once, and without a false alarm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from connections import bol
from connections.models import MessageState, OutboxMessage
from orders.cancelling import cancel_items
from orders.correcting import correct_transport
from orders.models import Cancellation, Order, Shipment
from tests.orders.conftest import mark

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Kind:
    """One kind of command: how it is given, which effect it is to have, and where it shows what bol said of it."""

    name: str
    method: str
    path: str
    effect: str
    give: Callable[[Order], object]
    states: Callable[[], list[tuple[str, str]]]
    done: str


KINDS = [
    Kind(
        "CREATE_SHIPMENT",
        "POST",
        "/retailer/shipments",
        "ITEM_SHIPPED",
        mark,
        lambda: list(Shipment.objects.order_by("id").values_list("state", "reason")),
        "confirmed",
    ),
    Kind(
        "CANCEL_ORDER",
        "PUT",
        "/retailer/orders/cancellation",
        "ITEM_CANCELLED",
        lambda order: cancel_items([order.items.get().pk], "OUT_OF_STOCK"),
        lambda: list(Cancellation.objects.order_by("id").values_list("state", "answer")),
        "confirmed",
    ),
    Kind(
        "CHANGE_TRANSPORT",
        "PUT",
        "/retailer/transports/*",
        "TRANSPORT_CHANGED",
        lambda order: correct_transport(order.shipments.get(), "DHL", f"JVGL{order.pk:010}"),
        lambda: list(Shipment.objects.order_by("id").values_list("transport_state", "transport_reason")),
        "",
    ),
]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request) -> Kind:
    return request.param


@pytest.fixture
def ready(kind, shop, bought, relay, fetch) -> Callable[[], Order]:
    """An order about which the command can be given."""

    def make() -> Order:
        order = bought()
        if kind.name == "CHANGE_TRANSPORT":
            mark(order, code=f"3SWRONG{order.pk}")
            relay(shop)
            fetch(shop)
        return order

    return make


@pytest.fixture
def ends_right(kind, effects) -> Callable[..., None]:
    """Every order had the effect (one that may be repeated: at last), and nobody is told of trouble."""

    def check(*orders: Order) -> None:
        had = [effect["order"] for effect in effects(kind.effect)]
        once = sorted(had) if kind.name != "CHANGE_TRANSPORT" else sorted(set(had))
        assert once == sorted(order.order_id for order in orders)
        assert kind.states() == [(kind.done, "")] * len(orders)
        ends = OutboxMessage.objects.filter(operation=kind.name).values_list("state", "reason", "advice")
        assert set(ends) == {(MessageState.SUCCEEDED, "", "")}

    return check


def rule(kind: Kind, **more: Any) -> dict[str, Any]:
    return {"kind": "process", "event_type": kind.name, **more}


@pytest.mark.parametrize("trouble", ["reset", "html", "truncate"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_that_was_lost(kind, shop, ready, relay, sandbox, ends_right, trouble, when):
    order = ready()
    sandbox.add_fault({"kind": trouble, "method": kind.method, "path": kind.path, "when": when})
    kind.give(order)

    relay(shop)

    ends_right(order)


@pytest.mark.parametrize("has_effect", [True, False])
@pytest.mark.parametrize("outcome", ["TIMEOUT", "LOST"])
def test_bol_itself_does_not_know(kind, shop, ready, relay, sandbox, ends_right, outcome, has_effect):
    order = ready()
    sandbox.add_fault(rule(kind, outcome=outcome, effect=has_effect))
    kind.give(order)

    relay(shop)

    ends_right(order)


def test_a_refusal_because_it_was_done_already(kind, shop, ready, relay, sandbox, ends_right):
    order = ready()
    sandbox.add_fault(rule(kind, outcome="FAILURE", effect=True, message="Already handled."))
    kind.give(order)

    relay(shop)

    ends_right(order)


@pytest.mark.parametrize("outcome", ["TIMEOUT", "FAILURE"])
def test_a_doubtful_end_that_comes_late(kind, shop, ready, relay, sandbox, ends_right, outcome):
    order = ready()
    sandbox.add_fault(rule(kind, outcome=outcome, effect=True, delay_s=3600))
    kind.give(order)
    relay(shop, rounds=2)
    assert kind.states()[0][0] == "sent"
    sandbox.advance(timedelta(hours=2))

    relay(shop)

    ends_right(order)


@pytest.mark.paced
def test_a_status_that_is_gone_after_a_day(kind, shop, ready, relay, sandbox, ends_right):
    order = ready()
    kind.give(order)
    sandbox.add_fault({"kind": "status", "method": "POST", "path": "/shared/process-status", "times": 99})
    with pytest.raises(bol.Unavailable):
        relay(shop, rounds=1)
    sandbox.advance(timedelta(hours=26))
    sandbox.clear_faults()

    relay(shop)

    ends_right(order)


def test_statuses_that_come_in_another_order(kind, shop, ready, relay, sandbox, effects):
    options = sandbox.state.options
    reversed_answers = replace(options.assumptions, a_bulk_answer_keeps_the_order=False)
    sandbox.state.options = replace(options, assumptions=reversed_answers)
    orders = [ready() for _ in range(3)]
    sandbox.add_fault(rule(kind, outcome="FAILURE", message="Not this one.", skip=1))
    for order in orders:
        kind.give(order)

    relay(shop)

    assert len(effects(kind.effect)) == 2
    assert sorted(kind.states()) == sorted([(kind.done, ""), (kind.done, ""), ("refused", "Not this one.")])
    refused = OutboxMessage.objects.get(operation=kind.name, state=MessageState.FAILED)
    assert (refused.reason, bool(refused.advice)) == ("Not this one.", True)
    told = {effect["order"] for effect in effects(kind.effect)}
    assert _order_of(refused) not in told


def _order_of(message: OutboxMessage) -> str:
    if message.subject.startswith("shipment:"):
        return Shipment.objects.get(pk=message.subject_pk).order.order_id
    return Cancellation.objects.get(pk=message.subject_pk).item.order.order_id
