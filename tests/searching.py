"""Looks for words in everything that the database keeps, whatever table and column it is in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection
from django_q.models import Failure, OrmQ, Success


def places_of(words: Iterable[str]) -> dict[str, set[str]]:
    """Return where each word is, as "table.column"; words that are nowhere are left out."""
    found: dict[str, set[str]] = {}
    for place, text in _texts():
        for word in words:
            if word.lower() in text:
                found.setdefault(word, set()).add(place)
    return found


def _texts() -> Iterable[tuple[str, str]]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a name, quoted
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    yield f"{table}.{column}", _as_text(value)
    yield from _packed()


def _packed() -> Iterable[tuple[str, str]]:
    """Give what is compressed or pickled in its column in the clear."""
    for session in Session.objects.all():
        yield "django_session.session_data", _as_text(session.get_decoded())
    for queued in OrmQ.objects.all():
        yield "django_q_ormq.payload", _as_text(queued.task)
    for task in (*Success.objects.all(), *Failure.objects.all()):
        yield "django_q_task.result", _as_text([task.args, task.kwargs, task.result])


def _as_text(value: Any) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "replace").lower()
    return str(value).lower()
