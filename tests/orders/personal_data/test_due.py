"""When an order forgets its customer, and what makes it keep the customer longer."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection as database
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from connections.models import MessageState, OutboxMessage
from orders import alerting, tasks
from orders.documents.contents import to_pack
from orders.models import Cancellation, Order, ReturnCreation, Shipment, Tombstone
from orders.personal_data import erasing
from orders.personal_data.due import limit, orders_handled_before
from tests.orders.personal_data.conftest import OF_THE_ORDER, PERSON, age, anonymise
from tests.searching import places_of

pytestmark = pytest.mark.django_db(transaction=True)


def is_known() -> bool:
    """Tell whether somebody is still found."""
    return PERSON["surname"] in places_of(OF_THE_ORDER)


def test_a_second_run_finds_nothing_to_do(handled):
    handled()

    assert "of 1 orders" in anonymise()
    first = Tombstone.objects.values().get()
    assert "of 0 orders" in anonymise()

    assert Tombstone.objects.values().get() == first


def test_a_dry_run_counts_and_changes_nothing(handled):
    handled()

    said = anonymise("--dry-run")

    assert "The personal data of 1 orders and 0 returns, handled more than 90 days ago" in said
    assert "would be removed" in said
    assert is_known()
    assert not Tombstone.objects.exists()


def test_after_how_many_days_is_a_setting(handled, settings):
    handled()

    settings.PERSONAL_DATA_DAYS = 92
    assert "of 0 orders" in anonymise()
    settings.PERSONAL_DATA_DAYS = 90
    assert "of 1 orders" in anonymise()


@pytest.mark.parametrize("days", [0, -90, 29])
def test_too_few_days_stop_everything_with_a_reason(settings, days):
    settings.PERSONAL_DATA_DAYS = days

    with pytest.raises(SystemCheckError, match="must be at least 30"):
        call_command("check")


def test_an_open_order_keeps_its_customer_however_old(bought_by_somebody):
    bought_by_somebody()
    age(timedelta(days=400))

    said = anonymise()

    assert "of 0 orders" in said
    assert "1 orders that were placed before that day keep theirs" in said
    assert is_known()


def late_parcel(order: Order) -> None:
    order.shipments.update(shipped_at=timezone.now())


def late_confirmation(order: Order) -> None:
    order.shipments.update(confirmed_at=timezone.now())


def unsettled_parcel(order: Order) -> None:
    order.shipments.update(state=Shipment.State.SENT)


def correction(order: Order) -> None:
    order.shipments.update(transport_state="waiting")


def cancellation(order: Order) -> None:
    item = order.items.get()
    Cancellation.objects.create(item=item, reason_code="OTHER", quantity=1, created_at=order.placed_at)


def creation_of_a_return(order: Order) -> None:
    ReturnCreation.objects.create(
        order_item=order.items.get(),
        handling_result="RETURN_RECEIVED",
        quantity=1,
        created_at=order.placed_at,
    )


def message(order: Order) -> None:
    OutboxMessage.objects.update(state=MessageState.UNCONFIRMED)


def change_of_late(order: Order) -> None:
    Order.objects.update(latest_changed_at=timezone.now() - timedelta(days=89))


@pytest.mark.parametrize(
    "something",
    [
        late_parcel,
        late_confirmation,
        unsettled_parcel,
        correction,
        cancellation,
        creation_of_a_return,
        message,
        change_of_late,
    ],
    ids=lambda something: something.__name__,
)
def test_an_order_about_which_something_is_under_way_keeps_its_customer(handled, something):
    something(handled())

    assert "of 0 orders" in anonymise()

    assert is_known()


def test_an_order_that_has_to_wait_stops_no_other(handled, monkeypatch):
    monkeypatch.setattr(erasing, "CHUNK", 1)
    waiting, *others = [handled() for _ in range(3)]
    about = OutboxMessage.objects.filter(subject=waiting.shipments.get().subject)
    about.update(state=MessageState.UNCONFIRMED)

    assert "of 2 orders" in anonymise()

    assert set(Tombstone.objects.values_list("order_id", flat=True)) == {order.order_id for order in others}


def test_two_at_once_remove_each_order_once(handled, monkeypatch):
    monkeypatch.setattr(erasing, "CHUNK", 2)
    for _ in range(5):
        handled()
    done: list[int] = []

    def work() -> None:
        done.append(sum(count for _model, count in erasing.anonymise(limit())))
        database.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sum(done) == 5
    assert Tombstone.objects.count() == 5
    assert not is_known()


def test_only_orders_that_are_due_are_read(handled, bought_by_somebody):
    done = handled()
    bought_by_somebody()

    assert list(orders_handled_before(limit())) == [done]


def test_it_takes_as_many_queries_for_one_order_as_for_many(handled, django_assert_max_num_queries):
    for _ in range(4):
        handled()

    with django_assert_max_num_queries(50):
        anonymise()


# By the clock, and where people see it ------------------------------------------------------------------


def test_it_runs_every_night_and_rings_for_the_next_while(handled, monkeypatch):
    assert Schedule.objects.get(func="orders.tasks.remove_personal_data").minutes == 24 * 60
    monkeypatch.setattr(erasing, "CHUNK", 1)
    monkeypatch.setattr(tasks, "Slice", type("Over", (), {"is_over": True}))
    handled()
    handled()
    OrmQ.objects.all().delete()

    assert tasks.remove_personal_data() == 1
    assert [queued.task["func"] for queued in OrmQ.objects.all()] == ["orders.tasks.remove_personal_data"]
    assert tasks.remove_personal_data() == 1
    assert not is_known()


def test_nights_that_were_missed_are_an_alert(handled):
    handled()
    assert list(alerting.find_overdue_personal_data()) == []

    age(timedelta(days=3))

    (finding,) = alerting.find_overdue_personal_data()
    assert finding.text.startswith("1 orders and returns should have forgotten their customer")
    anonymise()
    assert list(alerting.find_overdue_personal_data()) == []


def test_the_page_of_an_order_says_that_its_person_is_gone(handled, client, staff):
    order = handled()
    anonymise()
    client.force_login(staff)

    page = client.get(reverse("admin:orders_order_change", args=[order.pk])).text

    assert "Name and address were removed on" in page
    assert to_pack([order.pk]).left_out[0].reason == "Its name and address were removed."
