"""Gives a row what bol said, so that only what differs is saved and what bol left out erases nothing."""

from __future__ import annotations

from typing import Any

from django.db import models


def assign(row: models.Model, values: dict[str, Any]) -> list[str]:
    """Set what is given and differs; return the names of the changed fields."""
    given = {name: _fitting(row, name, value) for name, value in values.items() if value not in (None, "")}
    changed = [name for name, value in given.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, given[name])
    return changed


def _fitting(row: models.Model, name: str, value: Any) -> Any:
    # One overlong title must not keep an order out.
    length = getattr(row._meta.get_field(name), "max_length", None)  # noqa: SLF001 - Django's public API
    return value[:length] if length and isinstance(value, str) else value
