"""Trouble with the database that passes by itself, and is no mistake of whatever was being done."""

from __future__ import annotations

import sqlite3

from django.db import InterfaceError, OperationalError

# PostgreSQL's class of errors about a statement that is too much for it: the same one is too much again.
TOO_MUCH = "54"


def passes(error: Exception) -> bool:
    """Tell whether the database hung up, was away, busy or full; a statement that it cannot carry out is none of these."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", 0) != sqlite3.SQLITE_ERROR
    return not str(getattr(cause, "sqlstate", None) or "").startswith(TOO_MUCH)
