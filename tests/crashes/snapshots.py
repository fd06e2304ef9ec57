"""How everything stood at a moment, at bol and in our tables, to begin from there again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection as database
from django.db import transaction

from connections.bol.sandbox import storage
from tests.conftest import RunningSandbox

APPS = ("admin", "offers", "orders", "connections", "django_q")


@dataclass(frozen=True)
class Snapshot:
    """Rows by table, the file of the sandbox, and the time it was."""

    rows: dict[str, list[tuple[Any, ...]]]
    bol: Path
    moment: datetime

    def put_back(self, sandbox: RunningSandbox) -> None:
        """Let everything stand as it did, and be the time that it was; access tokens stay good."""
        tokens = sandbox.state.tokens
        sandbox.reset()
        storage.load(sandbox.state, self.bol)
        sandbox.state.tokens = tokens
        sandbox.state.clock.offset = self.moment - datetime.now(UTC)
        with transaction.atomic(), database.cursor() as cursor:
            for table, rows in self.rows.items():
                cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608 - our own tables
                if rows:
                    places = ", ".join(["%s"] * len(rows[0]))
                    cursor.executemany(f'INSERT INTO "{table}" VALUES ({places})', rows)  # noqa: S608


def take_snapshot(sandbox: RunningSandbox, file: Path) -> Snapshot:
    """Note how everything stands now."""
    storage.save(sandbox.state, file)
    rows: dict[str, list[tuple[Any, ...]]] = {}
    with database.cursor() as cursor:
        for table in _tables():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            rows[table] = cursor.fetchall()
    return Snapshot(rows, file, sandbox.state.clock.now())


def _tables() -> list[str]:
    return [model._meta.db_table for label in APPS for model in apps.get_app_config(label).get_models()]
