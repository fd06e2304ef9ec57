"""SQLite whose writers queue in turn.

SQLite's own waiting sleeps and polls, so that under load one writer can starve for many seconds. Here a writer first
takes an flock() on a file beside the database: the kernel wakes the next one at once, and frees the lock of a process
that dies. Where fcntl is missing (Windows) this is Django's own backend.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from django.db.backends.sqlite3 import base

try:
    import fcntl
except ImportError:  # pragma: no cover - only where there is no flock
    fcntl = None  # type: ignore[assignment]

WRITING = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class WriteQueue:
    """The place in line of one database connection; taking it twice is taking it once."""

    def __init__(self, database: str) -> None:
        self._path = f"{database}.lock"
        self._descriptor: int | None = None
        self._owner = 0
        self.is_held = False

    def take(self) -> None:
        if fcntl is None or self.is_held:
            return
        fcntl.flock(self._open(), fcntl.LOCK_EX)
        self.is_held = True

    def leave(self) -> None:
        if not self.is_held:
            return
        self.is_held = False
        fcntl.flock(self._open(), fcntl.LOCK_UN)

    def close(self) -> None:
        self.leave()
        if self._descriptor is not None and self._owner == os.getpid():
            os.close(self._descriptor)
        self._descriptor = None

    def _open(self) -> int:
        # A forked child needs a descriptor of its own: an inherited one shares the parent's lock.
        if self._descriptor is None or self._owner != os.getpid():
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            self._owner = os.getpid()
        return self._descriptor


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's SQLite connection that waits in the write queue before it writes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._queue: WriteQueue | None = None

    @property
    def write_queue(self) -> WriteQueue:
        # Made late: the name of the database changes when tests begin.
        if self._queue is None:
            self._queue = WriteQueue(str(self.settings_dict["NAME"]))
        return self._queue

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if self._queue_single_write not in self.execute_wrappers:
            self.execute_wrappers.append(self._queue_single_write)
        return super().get_new_connection(conn_params)

    def _start_transaction_under_autocommit(self) -> None:
        self.write_queue.take()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self.write_queue.leave()
            raise

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]
        finally:
            self.write_queue.leave()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self.write_queue.leave()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self.write_queue.close()
            self._queue = None

    def _queue_single_write(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        if (
            self.in_atomic_block
            or self.write_queue.is_held
            or not sql.lstrip()[:7].upper().startswith(WRITING)
        ):
            return execute(sql, params, many, context)
        self.write_queue.take()
        try:
            return execute(sql, params, many, context)
        finally:
            self.write_queue.leave()
