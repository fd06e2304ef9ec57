"""Real processes on a database of their own: worker, sandbox, and commands, as an installation has them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
from django.conf import settings
from django.db import connection as database

PYTHON = [sys.executable, "-W", "ignore"]


def wait_until(happens: Callable[[], Any], seconds: float = 60) -> Any:
    """Return the first true answer of `happens`, or a false one when time is up."""
    give_up_at = time.monotonic() + seconds
    while not (found := happens()) and time.monotonic() < give_up_at:
        time.sleep(0.1)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """A back office with its own data folder and database; commands run in processes of their own."""

    def __init__(self, folder: Path, database_url: str, **environment: str) -> None:
        self.folder = folder
        self._started: list[tuple[str, subprocess.Popen[bytes]]] = []
        self.environment = {
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(folder),
            "TMPDIR": str(folder),
            "DATABASE_URL": database_url,
            "Q_WORKERS": "2",
            **environment,
        }

    def manage(self, *arguments: str, **environment: str) -> str:
        """Run a management command to its end and return what it printed."""
        ended = subprocess.run(
            [*PYTHON, "manage.py", *arguments],
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert ended.returncode == 0, f"{arguments}: {ended.stdout}{ended.stderr}"
        return ended.stdout

    def shell(self, code: str) -> Any:
        """Run code that sets `result` to something JSON can say, and return it."""
        printed = self.manage(
            "shell", "-v0", "-c", f"{code}\nimport json; print(json.dumps(result, default=str))"
        )
        return json.loads(printed.splitlines()[-1])

    def start(self, *arguments: str) -> psutil.Process:
        """Start a command that goes on, in a session of its own."""
        log = (self.folder / f"{arguments[0]}.log").open("a")
        process = subprocess.Popen(
            [*PYTHON, "manage.py", *arguments],
            env=self.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        log.close()
        self._started.append((arguments[0], process))
        return psutil.Process(process.pid)

    def kill_all(self, command: str = "") -> None:
        """Kill what was started, or only one command, with everything it started."""
        for name, process in self._started:
            if command in ("", name):
                kill_session(process.pid)
                process.wait()


def kill_session(pid: int) -> None:
    """`kill -9` a process and all that belongs to it."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


@contextmanager
def installation(folder: Path, **environment: str) -> Iterator[Installation]:
    """A migrated installation on the kind of database that the tests run on."""
    with fresh_database(folder) as url:
        made = Installation(folder, url, **environment)
        made.manage("migrate", "-v0")
        try:
            yield made
        finally:
            made.kill_all()


@contextmanager
def fresh_database(folder: Path) -> Iterator[str]:
    if database.vendor == "sqlite":
        yield f"sqlite:///{folder}/shop.sqlite3"
        return
    name = f"shop_{uuid4().hex[:12]}"
    _on_server(f'CREATE DATABASE "{name}"')
    found = settings.DATABASES["default"]
    try:
        yield f"postgres://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT'] or 5432}/{name}"
    finally:
        _on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


def _on_server(statement: str) -> None:
    with database._nodb_cursor() as cursor:
        cursor.execute(statement)


class RemoteSandbox:
    """A sandbox in a process of its own, asked over its control addresses."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ledger(self) -> list[dict[str, Any]]:
        return self.ask("GET", "/_sandbox/ledger")["ledger"]

    def stats(self) -> dict[str, Any]:
        return self.ask("GET", "/_sandbox/stats")

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or "null")

    def answers(self) -> bool:
        try:
            return bool(self.ask("GET", "/_sandbox/clock"))
        except OSError:
            return False


def start_sandbox(shop: Installation, *arguments: str) -> RemoteSandbox:
    """Start a sandbox beside an installation and wait until it answers."""
    port = free_port()
    shop.start("sandbox", "--port", str(port), *arguments)
    sandbox = RemoteSandbox(f"http://127.0.0.1:{port}")
    assert wait_until(sandbox.answers), "the sandbox does not answer"
    return sandbox
