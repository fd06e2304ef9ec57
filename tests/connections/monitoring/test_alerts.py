"""An alert is opened once, lasts as long as its trouble, and is told to people in few texts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from connections.models import Alert, Flow, Notice, Severity
from connections.monitoring import rules
from connections.monitoring.rules import Finding, Rule
from connections.monitoring.watching import watch
from tests.connections.monitoring.conftest import turn_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def trouble():
    """A rule that finds what a test puts in it."""
    found: list[Finding] = []
    rules.register(Rule("Test", "Trouble", lambda: found))
    yield found
    del rules._registered["Test"]


def urgent(key: str = "a", text: str = "It burns.") -> Finding:
    return Finding(key, text, Severity.NOW)


def test_nothing_is_wrong_with_a_healthy_shop(shop, look):
    assert look() == {}


def test_trouble_that_lasts_is_one_alert(shop, look, trouble):
    trouble.append(urgent())
    look()
    trouble[:] = [urgent(text="It burns more.")]

    assert look() == {"Test a": "It burns more."}
    assert Alert.objects.count() == 1


def test_an_alert_ends_with_its_trouble_and_may_come_back(shop, look, trouble):
    trouble.append(urgent())
    look()
    trouble.clear()
    turn_back(minutes=3)
    assert look() == {}

    trouble.append(urgent())
    assert look() == {"Test a": "It burns."}
    assert Alert.objects.count() == 2


def test_what_flickers_is_one_alert(shop, look, trouble):
    trouble.append(urgent())
    look()
    trouble.clear()
    look()
    trouble.append(urgent())
    look()

    assert Alert.objects.count() == 1


def test_a_rule_that_breaks_is_an_alert_and_stops_no_other(shop, look, trouble):
    def fail():
        raise RuntimeError("no such table")

    rules.register(Rule("Broken", "A broken rule", fail))
    trouble.append(urgent())
    try:
        found = look()
    finally:
        del rules._registered["Broken"]

    assert set(found) == {"Test a", "RuleBroken Broken"}


def test_people_are_told_once_of_many_alerts_of_one_rule(shop, trouble, mailbox):
    trouble.extend(urgent(str(number), f"Fire {number}.") for number in range(25))

    watch()
    watch()

    [text] = mailbox.texts
    assert "[Now] Trouble (25)" in text
    assert "Fire 0." in text
    assert "and 15 more" in text


def test_what_is_urgent_is_repeated_until_somebody_knows_of_it(shop, staff, trouble, mailbox):
    trouble.append(urgent())
    watch()
    turn_back(minutes=31)
    watch()
    assert [text.splitlines()[0] for text in mailbox.texts] == ["[Now] Trouble", "[Still] Trouble"]

    Alert.objects.get().acknowledge(staff)
    turn_back(minutes=31)
    watch()
    assert len(mailbox.texts) == 2

    turn_back(minutes=4 * 60)
    watch()
    assert len(mailbox.texts) == 3


def test_what_is_not_urgent_is_told_once(shop, trouble, mailbox):
    trouble.append(Finding("a", "It smells.", Severity.TODAY))
    watch()
    turn_back(minutes=600)
    watch()

    assert len(mailbox.texts) == 1


def test_trouble_that_grows_urgent_is_told_anew(shop, staff, trouble, mailbox):
    trouble.append(Finding("a", "It smells.", Severity.TODAY))
    watch()
    Alert.objects.get().acknowledge(staff)
    trouble[:] = [urgent()]
    watch()

    assert len(mailbox.texts) == 2
    assert Alert.objects.get().acknowledged_at is None


def test_the_end_is_told_too(shop, trouble, mailbox):
    trouble.append(urgent())
    watch()
    trouble.clear()
    turn_back(minutes=3)
    watch()

    assert mailbox.texts[-1].splitlines()[0] == "[Over] Trouble"


def test_a_channel_that_is_away_gets_its_notice_later(shop, trouble, mailbox):
    mailbox.status = 503
    trouble.append(urgent())
    watch()
    notice = Notice.objects.get()
    assert (notice.sent_at, notice.attempts, notice.last_error) == (None, 1, "HTTP 503")

    mailbox.status = 200
    Notice.objects.update(not_before=timezone.now())
    watch()

    assert Notice.objects.get().sent_at is not None


def test_a_channel_that_stays_away_is_an_alert_by_the_others(shop, trouble, mailbox, settings, look):
    settings.ALERT_CHANNELS = {"webhook": [mailbox.url], "email": ["ops@example.test"]}
    mailbox.status = 500
    trouble.append(urgent())
    for _attempt in range(3):
        watch()
        Notice.objects.filter(sent_at=None).update(not_before=timezone.now())

    found = look()

    assert any(name.startswith("ChannelBroken webhook") for name in found)
    assert any("Nobody can be told" in message.subject for message in mail.outbox)


def test_a_webhook_is_not_called_over_plain_http(shop, trouble, settings):
    settings.ALERT_CHANNELS = {"webhook": ["http://hooks.example.test/x"]}
    trouble.append(urgent())
    watch()

    assert "https" in Notice.objects.get().last_error


def test_the_summary_of_a_day_is_sent_once(shop, settings, monkeypatch):
    settings.ALERT_CHANNELS = {"email": ["ops@example.test"]}
    nine = timezone.localtime().replace(hour=9, minute=5)
    monkeypatch.setattr("connections.monitoring.summary.timezone.localtime", lambda: nine)

    watch()
    watch()

    [message] = mail.outbox
    assert "all is well" in message.subject
    assert "1 of 1 connections are active." in message.body


def test_somebody_outside_is_shown_that_the_watch_goes_on(shop, mailbox, settings):
    settings.DEADMAN_URL = mailbox.url.replace("/hook", "/alive")
    watch()

    assert mailbox.texts == ["/alive"]


def test_an_alert_is_in_the_header_of_every_page_until_it_is_acknowledged(shop, look, client, staff):
    Flow.objects.filter(kind="orders").update(last_success_at=timezone.now() - timedelta(hours=1))
    look()
    client.force_login(staff)
    page = reverse("admin:connections_connection_changelist")
    assert "1 alert" in client.get(page).content.decode()

    alerts = reverse("admin:connections_alert_changelist")
    data = {"action": "acknowledge", "_selected_action": [Alert.objects.get().pk]}
    assert "1 alert is acknowledged" in client.post(alerts, data, follow=True).content.decode()

    assert "alertlist" not in client.get(page).content.decode()
    assert Alert.objects.get().acknowledged_by == staff
    assert "known to staff" in client.get(alerts).content.decode()
