"""The first rows of a spreadsheet as a table: what each cell becomes, and why it cannot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.admin.utils import label_for_field
from django.utils.translation import gettext as _

from offers.imports.columns import COLUMNS
from offers.imports.importing import Line, Outcome, Problem
from offers.models import Offer, Product
from offers.state import price_text

COLOURS = {
    Outcome.CREATED: "success",
    Outcome.CHANGED: "warning",
    Outcome.UNCHANGED: "default",
    Outcome.REJECTED: "danger",
}


@dataclass(frozen=True)
class Cell:
    """A cell as it was written; `old` and `new` where it changes something, `problem` where it is refused."""

    text: str
    old: str = ""
    new: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Row:
    """A row of the preview."""

    number: int
    outcome: str
    colour: str
    problem: str
    cells: list[Cell]


def preview_rows(lines: Iterable[Line]) -> list[Row]:
    """Return the rows of the preview, with a cell for each column."""
    return [
        Row(
            line.source.number,
            str(line.outcome.label),
            COLOURS[line.outcome],
            _reasons(line.problems, ""),
            [_cell(line, column) for column in COLUMNS],
        )
        for line in lines
    ]


def column_names() -> list[str]:
    """Return the names of the columns as the pages of offers have them."""
    return [_name(column) for column in COLUMNS]


def _name(column: str) -> str:
    return str(label_for_field(column, Product if column in {"reference", "ean", "title"} else Offer))


def _cell(line: Line, column: str) -> Cell:
    text = line.source.values.get(column, "").strip()
    if column in line.changes:
        old, new = line.changes[column]
        return Cell(text, _say(old), _say(new))
    return Cell(text, problem=_reasons(line.problems, column))


def _reasons(problems: Sequence[Problem], column: str) -> str:
    return " ".join(problem.reason for problem in problems if problem.field == column)


def _say(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return price_text(value)
    return str(value) if value != "" else "-"
