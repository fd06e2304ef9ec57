"""How background work goes on: a portion at a time under a claim, a while per task, and kept when something breaks."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import close_old_connections

from connections import hangups
from offers.models.leased import LeasedRun

logger = logging.getLogger(__name__)

# A background task is stopped after two minutes; this leaves room for what a portion begins with.
SLICE = timedelta(seconds=30)


class ClaimLost(Exception):
    """Another worker has taken this run over, or a person cancelled it."""


class Slice:
    """The while that one task works; it starts at the first look at the clock."""

    def __init__(self) -> None:
        self._stop: float | None = None

    @property
    def is_over(self) -> bool:
        if self._stop is None:
            self._stop = time.monotonic() + SLICE.total_seconds()
            return False
        return time.monotonic() > self._stop


def carry_on(
    run: LeasedRun,
    advance: Callable[[Any], bool],
    fail: Callable[[Any, Exception], None],
    expected: tuple[type[Exception], ...] = (),
) -> bool:
    """Go on with a claimed run; tell whether there is more to do.

    `advance` deals with portions for a while and tells whether it reached the end. What it raises is given to `fail`,
    except for what passes by itself; what is not `expected` is a mistake of ours, and logged.
    """
    try:
        return not advance(run)
    except ClaimLost:
        return False
    except Exception as error:
        if hangups.passes(error):
            close_old_connections()  # one that broke
            run.let_go()  # nothing is lost, and somebody goes on later
            raise
        if not isinstance(error, expected):
            logger.exception("%s %s stopped", type(run).__name__, run.pk)
        fail(run, error)
        return False
