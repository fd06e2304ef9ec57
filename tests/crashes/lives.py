"""Processes that live through some steps of the day, forked from one that is warm, so that a life costs no start.

The test starts `serve` in a process of its own and orders lives from it, one JSON line for each.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from subprocess import PIPE, Popen

from django.conf import settings
from django.db import connection as database

from connections import clients, confirming, relaying, throttling, tokens
from connections.bol import auth
from offers import following, undoing
from offers.deeds import Deed
from offers.imports import importing
from offers.reconciling import ordering
from tests.crashes.clock import CLOCK, BolsTime
from tests.crashes.day import BACK_AT_WORK, Day
from tests.crashes.failpoints import Failpoints
from tests.processes import PYTHON, RemoteSandbox

SERVE = "import sys, django; django.setup(); from tests.crashes.lives import serve; serve(sys.argv[1])"
STEP = "step "


@dataclass(frozen=True)
class Order:
    """A life to live: the steps of the day, whether somebody died at the first of them, and when to die oneself."""

    first_step: int
    last_step: int
    is_restart: bool = False
    kill_at: int | None = None


@dataclass(frozen=True)
class Life:
    """What a process told: the moments that it went through, the step it came to, and the signal that ended it."""

    moments: list[str]
    step: int
    signal: int


# In the process of the test -----------------------------------------------------------------------------


class Nursery:
    """The process that is warm."""

    def __init__(self, process: Popen[str]) -> None:
        self._process = process

    def live(self, order: Order) -> Life:
        """Have a life lived."""
        asked, told = self._process.stdin, self._process.stdout
        assert asked
        assert told
        asked.write(json.dumps(asdict(order)) + "\n")
        asked.flush()
        line = told.readline()
        assert line, f"{order} failed: what went wrong is printed above"
        return Life(**json.loads(line))


@contextmanager
def nursery(sandbox_url: str, folder: Path) -> Iterator[Nursery]:
    """Start the process, on the database of the test."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "tests.crashes.settings",
        "DATABASE_URL": url_of_database(),
        "DATA_DIR": str(folder),
        "SECRET_KEY": settings.SECRET_KEY,
        "FIELD_ENCRYPTION_KEYS": ",".join(settings.FIELD_ENCRYPTION_KEYS),
    }
    command = [*PYTHON, "-c", SERVE, sandbox_url]
    with Popen(command, stdin=PIPE, stdout=PIPE, env=environment, text=True) as process:
        yield Nursery(process)


def url_of_database() -> str:
    """Return the address of the database that this test uses."""
    found = database.settings_dict
    if database.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    return f"postgres://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT'] or 5432}/{found['NAME']}"


# In the process that is warm ----------------------------------------------------------------------------


def serve(sandbox_url: str) -> None:
    """Live as ordered, and tell how it went; whoever has to die, or has to take over, is a process of its own."""
    auth.datetime = BolsTime  # type: ignore[attr-defined]
    _go_one_by_one()
    _work_in_small_parts()
    day = Day(RemoteSandbox(sandbox_url))
    for line in sys.stdin:
        order = Order(**json.loads(line))
        is_forked = order.is_restart or order.kill_at is not None
        life = _live_in_a_fork(day, order) if is_forked else _live_here(day, order)
        sys.stdout.write(json.dumps(asdict(life)) + "\n")
        sys.stdout.flush()


def _go_one_by_one() -> None:
    """Let one request follow the other and nobody linger, so that the same day goes the same way again."""
    clients.THREADS = relaying.ROOM_WORTH_FILLING = 1
    relaying.LINGER = timedelta(0)
    confirming.PAUSE_SECONDS = 0


def _work_in_small_parts() -> None:
    """Let even a small shop's imports, bulk actions and undos be done in the background, in several parts."""
    importing.CHUNK = Deed.part = Deed.at_once = undoing.PORTION = following.PART = ordering.PART = 2


def _live_here(day: Day, order: Order) -> Life:
    told: list[str] = []
    _take_steps(day, order, told.append)
    return _life(told, 0)


def _live_in_a_fork(day: Day, order: Order) -> Life:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os._exit(_be_a_process(day, order, writing))
    os.close(writing)
    with os.fdopen(reading) as told:
        lines = told.read().splitlines()
    _pid, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status):
        sys.exit(f"{order} failed at {lines[-1:]}")
    return _life(lines, os.WTERMSIG(status))


def _life(lines: list[str], signal: int) -> Life:
    steps = [int(line.removeprefix(STEP)) for line in lines if line.startswith(STEP)]
    return Life([line for line in lines if not line.startswith(STEP)], steps[-1], signal)


def _be_a_process(day: Day, order: Order, writing: int) -> int:
    try:
        _take_steps(day, order, lambda line: os.write(writing, f"{line}\n".encode()))
    except BaseException:  # noqa: BLE001 - whatever it is, this process ends here
        traceback.print_exc()
        return 1
    return 0


def _take_steps(day: Day, order: Order, tell: Callable[[str], object]) -> None:
    CLOCK.follow(day.bol)
    database.ensure_connection()
    with Failpoints(tell, order.kill_at).armed():
        if order.is_restart:
            day.pass_time(BACK_AT_WORK)
        for number in range(order.first_step, order.last_step + 1):
            tell(f"{STEP}{number}")
            step = day.steps[number]
            if not (order.is_restart and number == order.first_step and step.is_seen()):
                step.act()
    _forget_as_a_process_does()


def _forget_as_a_process_does() -> None:
    """Keep nothing in memory or open for who is forked from here."""
    database.close()
    tokens._in_memory.clear()
    throttling._followed.clear()
    clients._session(os.getpid()).close()
    clients._session.cache_clear()
