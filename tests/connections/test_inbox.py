"""What bol posted is looked up: once for several, whatever the order, and again where it could not be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from django.utils import timezone

from connections import bol, flows, inbox, settling
from connections.bol.notifications import Notification as Message
from connections.models import Connection, Flow, Lane, MessageState, Notification, OutboxMessage
from tests.posting import NOON, RETAILER_ID

pytestmark = pytest.mark.django_db(transaction=True)

State = Notification.State


class LookedUp:
    """A handler of the tests: it remembers what it was given, and fails as told."""

    def __init__(self) -> None:
        self.seen: list[list[str]] = []
        self.breaks: set[str] = set()
        self.not_yet: set[str] = set()
        self.trouble: Exception | None = None

    def __call__(self, connection: Connection, told: Sequence[Notification]) -> list[Notification]:
        if self.trouble:
            raise self.trouble
        if self.breaks & {one.resource_id for one in told}:
            raise RuntimeError("a secret that is in the answer")
        self.seen.append([one.resource_id for one in told])
        return [one for one in told if one.resource_id in self.not_yet]


@pytest.fixture
def shop(db) -> Connection:
    return Connection.objects.create(name="Shop", client_id="id", client_secret="secret")


@pytest.fixture
def looked_up():
    """Somebody who looks up what happens to things."""
    handler = LookedUp()
    inbox.register("THING", handler, lambda connection, since: True)
    yield handler
    del inbox._registered["THING"]


def take_in(
    shop: Connection, resource_id: str, *, at: datetime = NOON, event: str = "CHANGED", resource="THING"
):
    inbox.take_in(shop.pk, Message(RETAILER_ID, at, resource, event, resource_id))


def states() -> dict[str, str]:
    return dict(Notification.objects.values_list("resource_id", "state"))


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def test_several_about_one_thing_are_looked_up_once(shop, looked_up):
    for minute in range(5):
        take_in(shop, "1", at=NOON + minutes(minute))
    take_in(shop, "2")

    report = flows.run(shop, "notifications")

    assert sorted(looked_up.seen[0]) == ["1", "2"]
    assert len(looked_up.seen) == 1
    assert report.counts == {"looked up": 2, "overtaken": 4, "postponed": 0}
    assert set(states().values()) == {State.DONE}


@pytest.mark.parametrize("order", list(permutations([0, 1, 2])))
def test_any_order_leads_to_the_same(shop, looked_up, order):
    for minute in order:
        take_in(shop, "1", at=NOON + minutes(minute))
        flows.run(shop, "notifications")

    assert set(Notification.objects.values_list("state", flat=True)) == {State.DONE}
    assert len(looked_up.seen) <= 1 + order.index(2)


def test_an_older_one_that_comes_late_is_overtaken(shop, looked_up):
    take_in(shop, "1", at=NOON + minutes(5))
    flows.run(shop, "notifications")
    take_in(shop, "1")

    report = flows.run(shop, "notifications")

    assert report.counts["overtaken"] == 1
    assert looked_up.seen == [["1"]]


def test_an_older_one_of_another_kind_is_looked_up(shop, looked_up):
    take_in(shop, "1", at=NOON + minutes(5))
    flows.run(shop, "notifications")
    take_in(shop, "1", event="REMOVED")

    flows.run(shop, "notifications")

    assert looked_up.seen == [["1"], ["1"]]


def test_what_nobody_looks_up_is_recorded(shop):
    take_in(shop, "1", resource="SHIPMENT", event="UPDATE_TRANSPORT_EVENT")

    assert flows.run(shop, "notifications").counts == {"recorded": 1}

    assert states() == {"1": State.RECORDED}


def test_a_second_run_does_nothing(shop, looked_up):
    take_in(shop, "1")
    flows.run(shop, "notifications")

    assert flows.run(shop, "notifications").counts == {}
    assert looked_up.seen == [["1"]]


def test_a_lost_ring_is_found_by_the_clock(shop, looked_up):
    take_in(shop, "1")
    Flow.objects.filter(kind="notifications").update(rung_at=None, next_run_at=timezone.now() - minutes(1))

    assert Flow.objects.due().filter(kind="notifications").exists()


def test_one_that_breaks_stops_none_of_the_others(shop, looked_up, caplog):
    looked_up.breaks = {"3"}
    for number in range(7):
        take_in(shop, str(number))

    flows.run(shop, "notifications")

    assert {key for key, state in states().items() if state == State.WAITING} == {"3"}
    broken = Notification.objects.get(resource_id="3")
    assert (broken.failures, broken.not_before > timezone.now()) == (1, True)
    assert "secret" not in caplog.text


def test_what_could_not_be_looked_up_is_looked_up_later(shop, looked_up):
    looked_up.not_yet = {"1"}
    take_in(shop, "1", at=NOON)
    take_in(shop, "1", at=NOON + minutes(1))
    take_in(shop, "2")
    flows.run(shop, "notifications")
    assert states() == {"1": State.WAITING, "2": State.DONE}

    looked_up.not_yet = set()
    Notification.objects.update(not_before=timezone.now())
    flows.run(shop, "notifications")

    assert set(states().values()) == {State.DONE}
    assert looked_up.seen == [["1", "2"], ["1"]] or looked_up.seen == [["2", "1"], ["1"]]


def test_after_ten_failures_it_is_left_to_polling(shop, looked_up):
    looked_up.breaks = {"1"}
    take_in(shop, "1")

    for _attempt in range(12):
        Notification.objects.update(not_before=timezone.now() - minutes(1))
        flows.run(shop, "notifications")

    found = Notification.objects.get()
    assert (found.state, found.failures) == (State.FAILED, 10)


def test_trouble_with_bol_counts_against_nobody(shop, looked_up):
    looked_up.trouble = bol.NotSent("no route to bol")
    take_in(shop, "1")

    with pytest.raises(bol.NotSent):
        flows.run(shop, "notifications")

    found = Notification.objects.get()
    assert (found.state, found.failures) == (State.WAITING, 0)
    assert "no route to bol" in Flow.objects.get(kind="notifications").last_error


def test_thousands_are_worked_on_in_parts(shop, looked_up, monkeypatch):
    monkeypatch.setattr(inbox, "CHUNK", 10)
    for number in range(35):
        take_in(shop, str(number))

    flows.run(shop, "notifications")

    assert [len(part) for part in looked_up.seen] == [10, 10, 10, 5]
    assert set(states().values()) == {State.DONE}


# How commands ended


def accepted(shop: Connection, process_status_id: str) -> OutboxMessage:
    """A message that bol took on, and that is asked for in an hour."""
    number = OutboxMessage.objects.count()
    message = OutboxMessage.objects.create(
        connection=shop,
        operation="TEST",
        subject=f"thing:{number}",
        lane=Lane.DETAILS,
        state=MessageState.SENDING,
    )
    settling.move_to_accepted(
        message, bol.ProcessStatus(status="PENDING", process_status_id=process_status_id)
    )
    later = timezone.now() + timedelta(hours=1)
    OutboxMessage.objects.filter(pk=message.pk).update(check_at=later)
    return message


def test_the_end_of_a_command_is_asked_for_at_once(shop):
    told, other = accepted(shop, "p1"), accepted(shop, "p2")
    take_in(shop, "p1", resource="PROCESS_STATUS", event="SUCCESS")

    flows.run(shop, "notifications")

    asked = OutboxMessage.objects.filter(connection=shop).to_ask()
    assert [message.pk for message in asked] == [told.pk]
    assert Flow.objects.get(kind="process-statuses").rung_at is not None
    other.refresh_from_db()
    assert other.state == MessageState.ACCEPTED


def test_the_end_of_somebody_elses_command_is_none_of_ours(shop):
    take_in(shop, "p9", resource="PROCESS_STATUS", event="FAILURE")

    flows.run(shop, "notifications")

    assert states() == {"p9": State.DONE}
    assert not Flow.objects.filter(kind="process-statuses").exists()


def test_nobody_elses_message_is_asked_for(shop):
    other = Connection.objects.create(name="Other", client_id="other")
    accepted(other, "p1")
    take_in(shop, "p1", resource="PROCESS_STATUS", event="SUCCESS")

    flows.run(shop, "notifications")

    assert not OutboxMessage.objects.to_ask().exists()
