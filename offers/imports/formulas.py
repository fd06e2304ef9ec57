"""Cells that a spreadsheet would take for a formula: defused on the way out, restored on the way in."""

from __future__ import annotations

import re

# A spreadsheet program runs a cell that starts with one of these, full-width forms included.
DANGEROUS = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001
NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


def defuse(text: str) -> str:
    """Return the text as a cell that no spreadsheet program runs: an apostrophe makes it text."""
    if DANGEROUS.match(text) and not NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def restore(text: str) -> str:
    """Return what `defuse` was given: exactly its apostrophe is taken off."""
    return text[1:] if text.startswith("'") and DANGEROUS.match(text) else text
