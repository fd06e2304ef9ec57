"""Runs several processes as one: what one prints is shown with its name, what dies is started again, and a stop
reaches the main process of each, which then ends its own children in order."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

GRACE_SECONDS = 40.0
READY_SECONDS = 20.0
STEADY_SECONDS = 30.0
MOST_FAILURES = 3
LONGEST_PAUSE_SECONDS = 15.0
PR_SET_PDEATHSIG = 1


class Output(Protocol):
    """Where lines for the person at the terminal go."""

    def write(self, text: str, /) -> object: ...
    def flush(self) -> None: ...


def _load_prctl() -> ctypes._NamedFuncPointer | None:
    try:
        return ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return None


_prctl = _load_prctl()


def _end_with_parent() -> None:
    """Have the kernel stop this child when its supervisor is killed (Linux)."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One supervised process in a session of its own, so that a Ctrl-C reaches the supervisor alone."""

    def __init__(
        self, name: str, argv: Sequence[str], out: Output, *, is_ready: Callable[[], bool] = lambda: True
    ) -> None:
        self.name, self._argv, self._out = name, [sys.executable, "-u", *argv], out
        self._is_ready = is_ready
        self._process: subprocess.Popen[str] | None = None
        self._started_at = 0.0
        self.failures = 0

    def start(self) -> None:
        self._started_at = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603 - our own programs
            self._argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            bufsize=1,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - it only makes one system call
        )
        threading.Thread(target=self._repeat_output, args=(self._process,), daemon=True).start()

    def wait_until_ready(self) -> None:
        """Return when those that need this child may start, or when it takes too long."""
        give_up_at = time.monotonic() + READY_SECONDS
        while not (self._is_ready() or self.has_ended) and time.monotonic() < give_up_at:
            time.sleep(0.1)

    @property
    def has_ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def note_end(self) -> str:
        """Sweep up what the process left behind and return a line about its end."""
        self.kill()
        lived = time.monotonic() - self._started_at
        self.failures = 0 if lived > STEADY_SECONDS else self.failures + 1
        code = self._process.returncode if self._process else None
        return f"{self.name} ended with {code} after {lived:.0f} s"

    def terminate(self) -> None:
        """Ask the main process to stop; its children are its own business."""
        if self._process is not None and not self.has_ended:
            self._process.terminate()

    def wait(self, seconds: float) -> bool:
        try:
            return self._process is None or self._process.wait(seconds) is not None
        except subprocess.TimeoutExpired:
            return False

    def kill(self) -> None:
        """End everything that is left of the session, orphans included."""
        if self._process is not None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return

    def _repeat_output(self, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            self._out.write(f"{self.name:8}| {line}")
            self._out.flush()


class Supervisor:
    """Keeps children running until it is told to stop."""

    def __init__(self, children: Sequence[Child], out: Output) -> None:
        self._children, self._out = children, out
        self._stop = threading.Event()

    def run(self) -> None:
        """Start all children, one when the one before is ready, and return when they have been stopped by SIGINT, SIGTERM or SIGHUP."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._stop.set())
        for child in self._children:
            child.start()
            child.wait_until_ready()
        while not self._stop.wait(0.5):
            for child in self._children:
                if child.has_ended:
                    self._revive(child)
        self._stop_all()

    def _revive(self, child: Child) -> None:
        self._say(child.note_end())
        if child.failures > MOST_FAILURES:
            self._say(f"{child.name} does not stay up; everything is stopped")
            self._stop.set()
            return
        self._stop.wait(min(2.0**child.failures, LONGEST_PAUSE_SECONDS))
        if not self._stop.is_set():
            child.start()

    def _stop_all(self) -> None:
        self._say("stopping: work in progress is finished first")
        for child in self._children:
            child.terminate()
        give_up_at = time.monotonic() + GRACE_SECONDS
        for child in self._children:
            if not child.wait(max(0.1, give_up_at - time.monotonic())):
                self._say(f"{child.name} did not stop in {GRACE_SECONDS:.0f} s and is killed")
            child.kill()
        self._say("all stopped")

    def _say(self, text: str) -> None:
        self._out.write(f"{text}\n")
        self._out.flush()
