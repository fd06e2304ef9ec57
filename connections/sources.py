"""With what a change is made: named where the work begins, and read where a message is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MAX_LENGTH = 80

_source: ContextVar[str] = ContextVar("source", default="")


@contextmanager
def working_with(source: str) -> Iterator[None]:
    """Let every message that is written inside name this source, such as "import assortment.csv"."""
    token = _source.set(source[:MAX_LENGTH])
    try:
        yield
    finally:
        _source.reset(token)


def current() -> str:
    """Return the source of what happens now, "" where none was named."""
    return _source.get()
