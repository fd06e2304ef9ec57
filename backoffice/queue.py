"""django-q2's cluster, made to survive the sudden death of any of its processes, and a timetable that is not as it was.

Its two queues guard their pipes with multiprocessing locks, which stay taken for ever when the holder is killed: the
cluster then lives, does nothing, and does not stop. These queues use flock() instead, which the kernel releases.
"""

from __future__ import annotations

import fcntl
import logging
import os
import tempfile
import time
from multiprocessing.sharedctypes import RawValue
from multiprocessing.util import Finalize
from pathlib import Path
from types import TracebackType
from typing import Any

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django_q import cluster
from django_q.brokers import Broker
from django_q.queues import Queue
from django_q.scheduler import scheduler

from connections import schedules, timetable

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.01


class KernelLock:
    """A lock between processes that ends with its holder."""

    def __init__(self) -> None:
        descriptor, name = tempfile.mkstemp(prefix="queue-", suffix=".lock", dir=settings.DATA_DIR)
        os.close(descriptor)
        self._path = Path(name)
        self._descriptor = -1
        self._owner = 0
        # Runs in whichever process made the lock, and not in those that inherit it.
        Finalize(None, self._path.unlink, kwargs={"missing_ok": True}, exitpriority=0)

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        if block and timeout is None:
            fcntl.flock(self._open(), fcntl.LOCK_EX)
            return True
        give_up_at = time.monotonic() + (timeout or 0)
        while not self._try_lock():
            if not block or time.monotonic() >= give_up_at:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def release(self) -> None:
        fcntl.flock(self._open(), fcntl.LOCK_UN)

    def __enter__(self) -> KernelLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _try_lock(self) -> bool:
        try:
            fcntl.flock(self._open(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _open(self) -> int:
        # Each process opens the file itself: an inherited descriptor would share the parent's lock.
        if self._owner != os.getpid():
            self._descriptor, self._owner = os.open(self._path, os.O_RDWR), os.getpid()
        return self._descriptor


class KernelCounter:
    """django-q2's count of what is in a queue, under a lock that ends with its holder."""

    def __init__(self) -> None:
        self._lock = KernelLock()
        self._count = RawValue("i", 0)

    def increment(self, n: int = 1) -> None:
        with self._lock:
            self._count.value += n

    @property
    def value(self) -> int:
        return int(self._count.value)


class RobustQueue(Queue):
    """django-q2's queue with locks that the kernel frees."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rlock = KernelLock()
        self._wlock = KernelLock()
        self.size = KernelCounter()


def look_at_timetable(broker: Broker | None = None) -> None:
    """Queue what is due, after the timetable was put in order.

    A row that cannot be read would stop all others; without its rows nothing would ever wake a flow again.
    """
    close_old_connections()
    try:
        timetable.set_aside_unreadable()
        if lost := schedules.restore():
            logger.warning("%d rows of the timetable were gone; they are there again.", lost)
    except DatabaseError:
        logger.exception("The timetable could not be looked at.")
    scheduler(broker)


def install() -> None:
    """Make every cluster of this process use the robust queue, and look at its timetable with care."""
    cluster.Queue = RobustQueue
    cluster.scheduler = look_at_timetable
