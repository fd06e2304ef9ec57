"""Many writers on one SQLite file wait their turn."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection as database

WRITER = """
import os, sys, time, django
os.environ["DJANGO_SETTINGS_MODULE"] = "backoffice.settings"
django.setup()
from django.db import transaction
from connections.models import Connection, Flow, RequestLogEntry
from django.utils import timezone
role, name, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
connection = Connection.objects.get(name="Shop")
ends, done, longest = time.monotonic() + seconds, 0, 0.0
while time.monotonic() < ends:
    began = time.monotonic()
    if role == "import":
        entries = [RequestLogEntry(connection=connection, at=timezone.now(), method="GET", path="/", duration_ms=1) for _ in range(500)]
        RequestLogEntry.objects.bulk_create(entries)
    elif role == "web":
        with transaction.atomic():
            flow = Flow.objects.get(connection=connection, kind="counted")
            Flow.objects.filter(pk=flow.pk).update(failures=flow.failures + 1)
    else:
        Flow.objects.filter(connection=connection, kind=name).update(last_error=str(done))
    longest = max(longest, time.monotonic() - began)
    done += 1
print(done, round(longest, 3))
"""


PREPARE = """
from connections.models import *
shop = Connection.objects.create(name="Shop", client_id="x")
Flow.objects.bulk_create(Flow(connection=shop, kind=kind) for kind in ["counted", "a", "b", "c", "d"])
"""
COUNT = "from connections.models import Flow; print(Flow.objects.get(kind='counted').failures)"

SECONDS = "6"
ROLES = [("web", "counted"), ("web", "counted"), ("import", ""), *(("worker", name) for name in "abcd")]
PYTHON = [sys.executable, "-W", "ignore"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A database of its own, as a file."""
    return {
        "DATABASE_URL": f"sqlite:///{tmp_path}/shop.sqlite3",
        "DATA_DIR": str(tmp_path),
        "PATH": "/usr/bin:/bin",
    }


@pytest.mark.processes
@pytest.mark.skipif(database.vendor != "sqlite", reason="about SQLite's single writer")
def test_a_web_process_an_import_and_four_workers_never_find_the_database_locked(
    environment: dict[str, str],
) -> None:
    manage(environment, "migrate", "-v0")
    manage(environment, "shell", "-v0", "-c", PREPARE)

    writers = [start_writer(environment, role, name) for role, name in ROLES]
    ended = [(writer.communicate(timeout=60), writer.returncode) for writer in writers]

    assert [error for (_out, error), code in ended if code] == []
    done = [int(out.split()[0]) for (out, _error), _code in ended]
    assert min(done) > 5, f"a writer starved: {done}"
    # Read, add one, write: a lost update would show here.
    assert int(manage(environment, "shell", "-v0", "-c", COUNT)) == done[0] + done[1]


def manage(environment: dict[str, str], *arguments: str) -> str:
    """Run a command of Django's and return what it printed."""
    command = [*PYTHON, "manage.py", *arguments]
    return subprocess.run(command, env=environment, text=True, capture_output=True, check=True).stdout


def start_writer(environment: dict[str, str], role: str, name: str) -> subprocess.Popen[str]:
    """Start a process that writes for some seconds; it prints how often it did."""
    return subprocess.Popen(
        [*PYTHON, "-c", WRITER, role, name, SECONDS],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
