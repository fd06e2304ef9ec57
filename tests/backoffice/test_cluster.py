"""A real cluster loses its processes one by one and goes on."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest
from django.db import connection as database

from tests.processes import Installation, installation, wait_until

ENQUEUE = (
    "from django_q.tasks import async_task\nresult = [async_task('os.mkdir', path) for path in {paths!r}]"
)

pytestmark = [
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        database.vendor != "sqlite", reason="the queues are the same on every database: once is enough"
    ),
]


def workforce(cluster: psutil.Process) -> list[psutil.Process]:
    """Return workers, monitor and pusher: everything below the sentinel."""
    return [child for sentinel in cluster.children() for child in sentinel.children()]


def do_some_work(shop: Installation, place: Path) -> bool:
    """Queue four tasks and tell whether they were all done."""
    results = [place.with_suffix(f".{number}") for number in range(4)]
    shop.shell(ENQUEUE.format(paths=[str(path) for path in results]))
    return bool(wait_until(lambda: all(path.is_dir() for path in results)))


def has_ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_any_process_may_be_killed_and_the_work_is_done(tmp_path):
    with installation(tmp_path) as shop:
        cluster = shop.start("qcluster")
        assert wait_until(lambda: len(workforce(cluster)) >= 4)

        for round_number, victim in enumerate(workforce(cluster)):
            victim.kill()
            assert do_some_work(shop, tmp_path / str(round_number)), f"stuck after kill {round_number}"

        cluster.terminate()
        assert wait_until(lambda: has_ended(cluster), 20)
        assert list(tmp_path.glob("queue-*.lock")) == []
