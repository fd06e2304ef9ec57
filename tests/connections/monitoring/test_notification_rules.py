"""What is found about notifications that do not come, and what is left to heal by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from connections.models import NotificationRefusal, Subscription
from tests.connections.monitoring.conftest import turn_back

pytestmark = pytest.mark.django_db

State = Subscription.State


def subscribe(shop, state: str, *, minutes: int = 31, **fields) -> Subscription:
    return Subscription.objects.create(
        connection=shop,
        url="https://shop.example/",
        resources=["ORDER"],
        state=state,
        since=timezone.now() - timedelta(minutes=minutes),
        **{"is_ours": True} | fields,
    )


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.DISABLED, "switched the notifications of Test shop off, and they stay off"),
        (State.MISSING, "subscription of Test shop is not at bol any more"),
        (State.REFUSED, "bol refused the subscription of Test shop"),
    ],
)
def test_a_subscription_through_which_bol_does_not_post_is_found(shop, look, state, words):
    subscribe(shop, state)

    [text] = look().values()
    assert words in text
    assert "Everything is asked for meanwhile" in text


@pytest.mark.parametrize("state", [State.ASKED, State.ON, State.OFF, State.ENDING])
def test_one_that_is_as_a_person_wanted_is_fine(shop, look, state):
    subscribe(shop, state)

    assert look() == {}


def test_one_that_is_being_switched_on_again_has_its_time(shop, look):
    subscribe(shop, State.DISABLED, minutes=29)

    assert look() == {}


def test_what_others_subscribed_to_is_theirs(shop, look):
    subscribe(shop, State.DISABLED, is_ours=False)

    assert look() == {}


def test_what_nobody_understands_is_found_for_a_day(shop, look):
    NotificationRefusal.count_one(shop.pk, NotificationRefusal.Reason.NOT_UNDERSTOOD)
    NotificationRefusal.count_one(shop.pk, NotificationRefusal.Reason.WRONG_SIGNATURE)

    [text] = look().values()
    assert "nobody here understands (1 so far)" in text

    NotificationRefusal.objects.update(last_at=timezone.now() - timedelta(hours=25))
    turn_back(3)
    assert look() == {}
