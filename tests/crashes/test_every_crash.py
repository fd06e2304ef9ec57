"""A process that dies at any moment changes nothing about how the day ends."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from connections import throttling
from connections.models import Connection, RateBudget
from offers.models import Project
from tests.conftest import CLIENT_ID, CLIENT_SECRET, RunningSandbox
from tests.crashes.course import Course, Moment, live_through
from tests.crashes.lives import Nursery

pytestmark = [
    pytest.mark.crashes,
    pytest.mark.processes,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
]

logger = logging.getLogger(__name__)

# EVERY_FAILPOINT=1 lets a process die at each moment of the day (300: from the 300th on); without it a sample has to do.
# With --log-cli-level=INFO it says how far it is.
FROM = int(os.environ.get("EVERY_FAILPOINT", "0"))
SAMPLE = 10
# After a death the day goes on until all work is done, and every so many times to its end.
TO_THE_END = 10
# Every second time who takes over dies as well, within so many moments.
SOON = 60


@pytest.mark.parametrize("dialect", ["v11", "v10"])
def test_a_crash_at_any_moment_ends_where_no_crash_would_have_ended(
    lives: Nursery, sandbox: RunningSandbox, tmp_path: Path, dialect: str
) -> None:
    open_shop(sandbox, dialect)
    course = live_through(lives, sandbox, tmp_path)
    chosen = list(enumerate(course.moments if FROM else sample(course.moments)))
    different: dict[Moment, list[str]] = {}
    for count, moment in chosen[max(FROM - 1, 0) :]:
        wrong = die(course, moment, count)
        if wrong:
            different[moment] = wrong
            logger.warning("%s: %s ends differently:\n%s", dialect, moment, "\n".join(wrong))
        logger.info("%s: %d of %d moments, %d differ", dialect, count + 1, len(chosen), len(different))
    assert different == {}


def die(course: Course, moment: Moment, count: int) -> list[str]:
    """Let a process die at a moment, and return what is different afterwards."""
    last = course.next_quiet_step(moment.step) if count % TO_THE_END else course.last_step
    return course.die_at(moment, last_step=last, die_again_at=count % SOON if count % 2 else None)


def sample(moments: Sequence[Moment]) -> list[Moment]:
    """Return moments of different kinds, from all of the day."""
    first = list({moment.name: moment for moment in reversed(moments)}.values())[::-1]
    return [first[number * len(first) // SAMPLE] for number in range(SAMPLE)]


def open_shop(sandbox: RunningSandbox, dialect: str) -> None:
    """Begin on a Monday at eight, with a project whose stock we lead, and no rate budget to wait for."""
    now = timezone.localtime()
    monday = (now + timedelta(days=7 - now.weekday())).replace(hour=8, minute=0, second=0)
    sandbox.advance(monday - now)
    User.objects.create(username="staff", is_staff=True, is_superuser=True)
    connection = Connection.objects.create(
        name="Shop", offers_api=dialect, is_live=True, client_id=CLIENT_ID, client_secret=CLIENT_SECRET,
        api_url=sandbox.url, login_url=sandbox.url,
    )  # fmt: skip
    Project.objects.create(name="Pantry", connection=connection, stock_managed_by_retailer=True)
    RateBudget.objects.bulk_create(
        RateBudget(connection=connection, key=rule.limit.key, interval=0, capacity=1, window=1)
        for rule in throttling.limits()._rules
    )
