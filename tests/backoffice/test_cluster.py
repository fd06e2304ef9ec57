"""A real cluster loses its processes one by one and goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from django.db import connection as database

ENQUEUE = "import sys\nfrom django_q.tasks import async_task\n[async_task('os.mkdir', p) for p in {paths!r}]"

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(database.vendor != "sqlite", reason="starts a cluster on a SQLite file of its own"),
]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    found = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/shop.sqlite3",
        "Q_WORKERS": "2",
        "TMPDIR": str(tmp_path),
    }
    manage(found, "migrate", "-v0")
    return found


@pytest.fixture
def cluster(environment: dict[str, str]) -> Iterator[psutil.Process]:
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "manage.py", "qcluster"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    yield psutil.Process(process.pid)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def manage(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, "-W", "ignore", "manage.py", *arguments], env=environment, check=True)


def wait_until(happens: Callable[[], bool], seconds: float = 40) -> bool:
    give_up_at = time.monotonic() + seconds
    while time.monotonic() < give_up_at:
        if happens():
            return True
        time.sleep(0.1)
    return False


def workforce(cluster: psutil.Process) -> list[psutil.Process]:
    """Return workers, monitor and pusher: everything below the sentinel."""
    return [child for sentinel in cluster.children() for child in sentinel.children()]


def do_some_work(environment: dict[str, str], place: Path) -> bool:
    """Queue four tasks and tell whether they were all done."""
    results = [place.with_suffix(f".{number}") for number in range(4)]
    manage(environment, "shell", "-v0", "-c", ENQUEUE.format(paths=[str(path) for path in results]))
    return wait_until(lambda: all(path.is_dir() for path in results))


def test_any_process_may_be_killed_and_the_work_is_done(environment, cluster, tmp_path):
    assert wait_until(lambda: len(workforce(cluster)) >= 4)

    for round_number, victim in enumerate(workforce(cluster)):
        victim.kill()
        assert do_some_work(environment, tmp_path / str(round_number)), f"stuck after kill {round_number}"

    cluster.terminate()
    assert wait_until(lambda: not cluster.is_running() or cluster.status() == psutil.STATUS_ZOMBIE, 20)
    assert list(tmp_path.glob("queue-*.lock")) == []
