"""A hold keeps its reason and its date, ends by itself on that date, and only if it is still the hold that we made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.utils import timezone

from connections.models import Connection, OutboxMessage
from connections.schedules import TIMETABLE
from offers import services, tasks
from offers.models import Offer
from tests.conftest import RunningSandbox
from tests.offers.conftest import settled, updates

pytestmark = pytest.mark.django_db(transaction=True)


def in_hours(hours: int) -> datetime:
    return timezone.now() + timedelta(hours=hours)


def hold_of(offer: Offer) -> tuple[bool, str, bool]:
    found = Offer.objects.get(pk=offer.pk)
    return found.on_hold, found.hold_reason, found.hold_until is not None


def test_an_offer_is_released_by_its_date_and_bol_hears_of_it(
    sandbox: RunningSandbox, dialect: str, offer: Offer, relay: Callable[[Connection], None]
) -> None:
    services.put_on_hold([offer], None, reason="Recall", until=in_hours(1))
    settled(offer, relay)
    assert tasks.release_due() == 0

    Offer.objects.update(hold_until=in_hours(-1))
    assert tasks.release_due() == 1
    settled(offer, relay)

    assert [changed["onHoldByRetailer"] for changed in updates(sandbox)] == [True, False]
    if dialect == "v11":
        assert all(set(changed) == {"onHoldByRetailer"} for changed in updates(sandbox))
    assert hold_of(offer) == (False, "", False)
    assert tasks.release_due() == 0


def test_an_offer_that_was_released_before_its_date_is_left_alone(offer: Offer) -> None:
    services.put_on_hold([offer], None, reason="Recall", until=in_hours(-1))
    services.release([offer], None)
    OutboxMessage.objects.all().delete()

    assert tasks.release_due() == 0
    assert not OutboxMessage.objects.exists()


def test_a_hold_without_a_date_stays(offer: Offer) -> None:
    services.put_on_hold([offer], None, reason="Recall")

    assert tasks.release_due() == 0
    assert hold_of(offer) == (True, "Recall", False)


def test_a_hold_that_somebody_made_anew_forgets_the_old_date(offer: Offer) -> None:
    services.put_on_hold([offer], None, reason="Recall", until=in_hours(-1))
    services.change_offer(offer, None, on_hold=False)
    services.change_offer(offer, None, on_hold=True)

    assert tasks.release_due() == 0
    assert hold_of(offer) == (True, "", False)


def test_another_reason_is_kept_and_not_sent(
    sandbox: RunningSandbox, offer: Offer, relay: Callable[[Connection], None], staff: User
) -> None:
    services.put_on_hold([offer], None)
    settled(offer, relay)

    assert services.put_on_hold([offer], staff, reason="Recall") == 1
    settled(offer, relay)

    assert hold_of(offer) == (True, "Recall", False)
    assert len(updates(sandbox)) == 1
    assert LogEntry.objects.get().get_change_message() == "Why on hold - → Recall"


def test_the_clock_releases_and_resumes() -> None:
    planned = {entry.func for entry in TIMETABLE}

    assert {"offers.tasks.release_due", "offers.tasks.resume_bulk"} <= planned
