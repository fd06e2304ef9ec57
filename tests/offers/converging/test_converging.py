"""Whatever happens in a day, it ends with what we want confirmed and at bol, and with nothing said in vain."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, Phase
from hypothesis import settings as trying
from hypothesis.stateful import run_state_machine_as_test
from pytest_django import Settings

from connections import clients, relaying
from tests.conftest import RunningSandbox
from tests.offers.converging.day import MOVING
from tests.offers.converging.machine import RandomDay
from tests.offers.converging.world import World

pytestmark = pytest.mark.django_db(transaction=True)

# RANDOM_DAYS=1000 tries so many days with new seeds, and makes a failing one small; without it the same few are tried.
DAYS = int(os.environ.get("RANDOM_DAYS", "0"))
STEPS = int(os.environ.get("RANDOM_STEPS", "30"))


@pytest.fixture
def world(
    sandbox: RunningSandbox, staff: User, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> World:
    """A world in which one request follows the other, so that the same day goes the same way again."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(clients, "THREADS", 1)
    monkeypatch.setattr(relaying, "ROOM_WORTH_FILLING", 1)
    return World(sandbox, staff)


@pytest.mark.parametrize("dialect", ["v11", "v10", MOVING])
def test_a_random_day_ends_with_what_we_want_confirmed_and_at_bol(world: World, dialect: str) -> None:
    run_state_machine_as_test(
        lambda: RandomDay(world, dialect),
        settings=trying(
            max_examples=DAYS or 6,
            phases=set(Phase) if DAYS else {Phase.generate},  # a known day needs no smaller one
            stateful_step_count=STEPS,
            derandomize=not DAYS,
            database=None,
            deadline=None,
            print_blob=True,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
