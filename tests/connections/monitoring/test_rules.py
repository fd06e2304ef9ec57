"""What each rule finds, and what it leaves alone."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from connections import services
from connections.models import Alert, Connection, Flow, Heartbeat, Lane, MessageState, RequestLogEntry
from connections.monitoring import machinery_rules
from tests.connections.monitoring.conftest import turn_back

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def age(**columns: timedelta) -> dict:
    return {name: timezone.now() - value for name, value in columns.items()}


def log(shop: Connection, statuses: list[int | None], ago: timedelta = timedelta(0)) -> None:
    RequestLogEntry.objects.bulk_create(
        RequestLogEntry(
            connection=shop, at=timezone.now() - ago, method="GET", path="/", duration_ms=1, status=status
        )
        for status in statuses
    )


def test_orders_that_are_not_fetched_are_urgent(shop, look):
    Flow.objects.filter(kind="orders").update(**age(last_success_at=HOUR), last_error="no route to bol")

    [text] = look().values()
    assert "Orders of Test shop: no success for 1" in text
    assert "no route to bol" in text


def test_a_flow_that_never_ran_is_found_once_it_had_its_time(shop, look):
    Flow.objects.filter(kind="orders").update(last_success_at=None)
    assert look() == {}

    Connection.objects.update(**age(created_at=HOUR))
    assert list(look()) == [f"FlowStale {shop.pk}:orders"]


def test_a_paused_connection_is_not_stale(shop, look, staff):
    services.pause(shop, "stocktaking", by=staff)
    Flow.objects.update(**age(last_success_at=10 * HOUR))

    assert look() == {}


def test_a_disk_that_fills_up_is_found_and_urgent_in_the_end(shop, look, monkeypatch):
    usage = shutil.disk_usage(settings.DATA_DIR)
    free = usage.free / usage.total
    monkeypatch.setattr(machinery_rules, "DISK_TODAY", free / 2)
    monkeypatch.setattr(machinery_rules, "DISK_NOW", free / 4)
    assert look() == {}

    monkeypatch.setattr(machinery_rules, "DISK_TODAY", 1.1)
    assert "of the disk with the data is free" in look()["DiskFull disk"]
    assert Alert.objects.get().severity == Alert.Severity.TODAY

    monkeypatch.setattr(machinery_rules, "DISK_NOW", 1.1)
    look()
    assert Alert.objects.get().severity == Alert.Severity.NOW


@pytest.mark.parametrize(
    ("fields", "patience"),
    [
        ({"lane": Lane.STOCK}, 15 * MINUTE),
        ({"lane": Lane.STOCK_TO_ZERO}, 15 * MINUTE),
        ({"lane": Lane.SHIPMENTS}, 15 * MINUTE),
        ({"lane": Lane.PRICE}, 2 * HOUR),
        ({"lane": Lane.SHIPMENTS, "state": MessageState.ACCEPTED}, HOUR),
        ({"lane": Lane.SHIPMENTS, "state": MessageState.UNCONFIRMED}, 30 * MINUTE),
        ({"lane": Lane.DETAILS, "state": MessageState.UNCONFIRMED}, 2 * HOUR),
    ],
)
def test_messages_are_found_when_they_stand_too_long(shop, look, add_messages, fields, patience):
    for moment in ("accepted_at", "last_sent_at"):
        fields = {**fields, moment: timezone.now() - patience + MINUTE}
    messages = add_messages(shop, 2, patience - MINUTE, **fields)
    assert look() == {}

    for message in messages:
        for column in ("created_at", "changed_at", "accepted_at", "last_sent_at"):
            setattr(message, column, getattr(message, column) - 2 * MINUTE)
        message.save()

    [text] = look().values()
    assert "2 of Test shop" in text


def test_what_a_read_only_connection_keeps_does_not_wait(shop, look, add_messages, staff):
    add_messages(shop, 3, age=10 * HOUR)
    services.stop_sending(shop, by=staff)

    assert look() == {}


def test_a_high_share_of_refusals_is_found(shop, look, add_messages):
    add_messages(shop, 8, state=MessageState.SUCCEEDED, settled_at=timezone.now())
    add_messages(shop, 2, state=MessageState.FAILED, settled_at=timezone.now())
    assert look() == {}

    add_messages(shop, 3, state=MessageState.FAILED, settled_at=timezone.now())
    assert "bol refused 5 of the last 13 messages of Test shop" in next(iter(look().values()))


def test_being_slowed_down_is_found(shop, look):
    log(shop, [200] * 50)
    assert look() == {}

    log(shop, [429] * 10)
    assert any("10 of 60 requests" in text for text in look().values())


def test_an_outage_of_bol_is_one_alert_that_explains_the_others(open_shop, look):
    for number in range(4):
        shop = open_shop(f"Shop {number}")
        log(shop, [503] * 5 + [200])
    Flow.objects.filter(kind="orders").update(**age(last_success_at=HOUR))

    assert list(look()) == ["BolOutage bol"]


def test_one_broken_connection_is_no_outage(open_shop, look):
    for number in range(4):
        log(open_shop(f"Shop {number}"), [200] * 5)
    log(open_shop("Broken shop"), [None] * 5)

    assert look() == {}


def test_a_connection_that_bol_refused_is_urgent_after_some_minutes(shop, look):
    shop.suspend("bol refused the secret.")
    assert look() == {}

    Connection.objects.update(**age(status_changed_at=6 * MINUTE))
    assert look() == {f"ConnectionRefused {shop.pk}": "Test shop stands still. bol refused the secret."}


def test_a_worker_that_is_silent_is_found(shop, look):
    Heartbeat.objects.filter(name="worker").update(**age(at=3 * MINUTE))

    assert list(look()) == ["WorkerDead worker"]


def test_a_worker_has_some_minutes_to_show_itself_for_the_first_time(shop, look):
    Heartbeat.objects.all().delete()
    assert look() == {}

    Heartbeat.objects.filter(name="worker").update(**age(at=3 * MINUTE))
    assert list(look()) == ["WorkerDead worker"]


def test_a_missed_line_of_the_timetable_is_found(shop, look):
    Schedule.objects.filter(name="backoffice: wake flows").update(**age(next_run=6 * MINUTE))

    assert list(look()) == ["ScheduleMissed backoffice: wake flows"]


def test_a_queue_that_nobody_empties_is_found(shop, look):
    OrmQ.objects.create(key="backoffice", payload="x", lock=timezone.now() - 6 * MINUTE)

    assert list(look()) == ["QueueAge queue"]


# Connections that stop though nobody stopped them -----------------------------------------------------


def raw(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_refuses_a_stop_without_a_person_and_a_reason(shop):
    with pytest.raises(IntegrityError), transaction.atomic():
        raw("UPDATE connections_connection SET status = 'paused'")
    with pytest.raises(IntegrityError), transaction.atomic():
        Connection.objects.update(status="suspended", status_reason="deploy")

    assert Connection.objects.get().is_active


def test_connections_that_a_release_stopped_are_named_with_their_kind(open_shop, look):
    for number in range(3):
        open_shop(f"Old {number}", offers_api="v10")
    open_shop("New")
    assert look() == {}

    raw(
        "UPDATE connections_connection SET status = 'paused', status_reason = 'x', status_changed_by_name = 'x' "
        "WHERE offers_api = 'v10'"
    )

    [text] = look().values()
    assert text.startswith(
        "3 connections of the kind Offers v10 (older) stopped, and nobody stopped them: Old 0"
    )
    assert "0 of that kind work" in text


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE connections_connection SET is_live = false",
        "DELETE FROM connections_connection",
    ],
)
def test_sending_switched_off_and_rows_removed_count_as_stopped(db, look, statement):
    Connection.objects.create(name="Test shop", client_id="id", is_live=True)
    raw(statement)

    assert any("stopped, and nobody stopped it: Test shop" in text for text in look().values())


def test_what_a_person_stopped_is_no_alarm(shop, open_shop, look, staff):
    services.pause(shop, "stocktaking", by=staff)
    services.stop_sending(open_shop("Second"), by=staff)

    assert look() == {}


def test_the_alarm_ends_when_somebody_resumes_them(shop, look, staff):
    raw(
        "UPDATE connections_connection SET status = 'paused', status_reason = 'x', status_changed_by_name = 'x'"
    )
    assert list(look()) == ["ActiveConnectionsDropped v11"]
    shop.refresh_from_db()
    services.resume(shop, by=staff)

    turn_back(minutes=3)

    assert look() == {}
