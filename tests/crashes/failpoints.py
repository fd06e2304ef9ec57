"""The moments at which a process can die and leave something else behind: at every commit, and around every request.

They are found at the seams of Django and requests, so the product knows nothing of them. What comes right after a commit
is the moment before the next one, for nothing in between outlives the process; so each commit is one moment.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import requests
from django.db import connection as database
from requests.adapters import HTTPAdapter

WRITE = re.compile(r'\s*(INSERT|UPDATE|DELETE)(?: INTO| FROM)? "?(\w+)"?', re.IGNORECASE)
IDENTIFIER = re.compile(r"/[^/]*\d[^/]*")


class Failpoints:
    """Tells the moments that a process goes through, and ends it at one of them."""

    def __init__(self, tell: Callable[[str], object], kill_at: int | None) -> None:
        self._tell = tell
        self._kill_at = kill_at
        self._count = 0
        self._written: list[str] = []

    @contextmanager
    def armed(self) -> Iterator[None]:
        """Watch the database connection of this thread and the requests of all threads."""
        commit, send = database.commit, HTTPAdapter.send

        def commit_watched() -> None:
            if self._written:
                self._pass(f"commit of {', '.join(dict.fromkeys(self._written))}")
                self._written.clear()
            commit()

        def send_watched(adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> Any:
            path = IDENTIFIER.sub("/…", urlsplit(request.url or "").path)
            self._pass(f"before {request.method} {path}")
            answer = send(adapter, request, **options)
            self._pass(f"after {request.method} {path}")
            return answer

        with (
            patch.object(database, "commit", commit_watched),
            patch.object(HTTPAdapter, "send", send_watched),
            database.execute_wrapper(self._note_write),
        ):
            yield

    def _note_write(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        found = WRITE.match(sql)
        if found:
            self._written.append(f"{found[1].upper()} {found[2]}")
            if not database.in_atomic_block:
                self._pass(self._written.pop())
        return execute(sql, params, many, context)

    def _pass(self, moment: str) -> None:
        self._tell(moment)
        if self._count == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self._count += 1
