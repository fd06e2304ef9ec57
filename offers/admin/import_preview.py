"""The first rows of a spreadsheet as a table: what each cell becomes, and why it cannot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.admin.utils import label_for_field
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from offers.exports import volume_prices_text
from offers.imports import runs
from offers.imports.columns import COLUMNS, FIELD_OF
from offers.imports.importing import Line, Outcome, Problem
from offers.models import ImportLine, ImportRun, Offer, Product
from offers.state import price_text

GUARDED, CONTESTED = "guarded", "contested"
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
    """A row of the preview; `notice` says what follows from loading it."""

    number: int
    outcome: str
    colour: str
    problem: str
    notice: str
    cells: list[Cell]


@dataclass(frozen=True)
class Tab:
    """The rows of one outcome, or those to look at for one reason; `name` is what the address says."""

    name: str
    title: str
    count: int


def tabs_of(run: ImportRun) -> list[Tab]:
    """Return the tabs that have rows, those that need most attention first."""
    guarded = run.lines.filter(is_guarded=True).count() if runs.warnings_of(run) else 0
    tabs = [
        Tab(GUARDED, _("guard rails"), guarded),
        Tab(CONTESTED, _("EAN conflicts"), run.lines.filter(is_contested=True).count()),
        Tab("changed", _("changed"), run.changed),
        Tab("created", _("new"), run.created),
        Tab("unchanged", _("unchanged"), run.unchanged),
        Tab("rejected", _("refused"), run.rejected),
    ]
    return [tab for tab in tabs if tab.count]


def lines_of(run: ImportRun, tab: str) -> QuerySet[ImportLine]:
    """Return the rows of a tab."""
    flagged = {GUARDED: {"is_guarded": True}, CONTESTED: {"is_contested": True}}
    return run.lines.filter(**flagged.get(tab, {"outcome": tab}))


def preview_rows(lines: Iterable[Line], columns: Sequence[str], notices: Mapping[int, str]) -> list[Row]:
    """Return the rows of the preview, with a cell for each column and the notice by row."""
    return [
        Row(
            line.source.number,
            str(line.outcome.label),
            COLOURS[line.outcome],
            _reasons(line.problems, ""),
            notices.get(line.source.number, ""),
            [_cell(line, column) for column in columns],
        )
        for line in lines
    ]


def telling(columns: Iterable[str], lines: Sequence[Line]) -> list[str]:
    """Return the columns to show: the usual ones, and of the others those that say something in these rows."""
    return [column for column in columns if column in COLUMNS or any(_tells(line, column) for line in lines)]


def _tells(line: Line, column: str) -> bool:
    is_said = line.outcome == Outcome.CREATED and bool(line.source.values.get(column, "").strip())
    return is_said or FIELD_OF.get(column, column) in line.changes


def column_name(column: str) -> str:
    """Return the name of a column as the pages of offers have it."""
    field = FIELD_OF.get(column, column)
    return str(label_for_field(field, Product if column in {"reference", "ean", "title"} else Offer))


def _cell(line: Line, column: str) -> Cell:
    text = line.source.values.get(column, "").strip()
    field = FIELD_OF.get(column, column)
    if field in line.changes:
        old, new = line.changes[field]
        return Cell(text, _say(old), _say(new))
    return Cell(text, problem=_reasons(line.problems, column))


def _reasons(problems: Sequence[Problem], column: str) -> str:
    return " ".join(problem.reason for problem in problems if problem.field == column)


def _say(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return price_text(value)
    if isinstance(value, list):
        return volume_prices_text(value)
    return str(value) if value != "" else "-"
