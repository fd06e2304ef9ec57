"""Walking through bol's lists: by page number until an empty page, or by cursor until there is none.

bol gives no totals. A list that repeats itself would end a walk too late or, worse, too early; it is an error instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from connections.bol.errors import Unreadable

T = TypeVar("T")


def by_page(fetch: Callable[[int], list[T]], first: int = 1) -> Iterator[T]:
    """Give the entries of all pages. Raises Unreadable when bol gives the same page twice."""
    previous: list[T] = []
    page = first
    while entries := fetch(page):
        if entries == previous:
            raise Unreadable(f"bol gave the same entries on pages {page - 1} and {page}")
        yield from entries
        previous, page = entries, page + 1


def by_cursor(fetch: Callable[[str | None], tuple[list[T], str | None]]) -> Iterator[T]:
    """Give the entries of all pages; `fetch` gives a page's entries and the next cursor. Raises Unreadable for a loop."""
    seen: set[str] = set()
    cursor: str | None = None
    while True:
        entries, cursor = fetch(cursor)
        yield from entries
        if not cursor:
            return
        if cursor in seen:
            raise Unreadable("bol gave a cursor that it gave before")
        seen.add(cursor)
