"""A spreadsheet part by part: what each row comes to, and the loading of those that are good."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _
from import_export.results import Result, RowResult

from offers.imports.applying import Overtaken, write
from offers.imports.columns import COLUMN_FOR
from offers.imports.entries import Changes, Entry
from offers.imports.reading import Sheet, SourceRow
from offers.resources import AssortmentResource

CHUNK = 500
ATTEMPTS = 5


class Outcome(models.TextChoices):
    """What a row comes to."""

    CREATED = "created", _("new")
    CHANGED = "changed", _("changed")
    UNCHANGED = "unchanged", _("unchanged")
    REJECTED = "rejected", _("rejected")


OUTCOMES = {
    RowResult.IMPORT_TYPE_NEW: Outcome.CREATED,
    RowResult.IMPORT_TYPE_UPDATE: Outcome.CHANGED,
    RowResult.IMPORT_TYPE_SKIP: Outcome.UNCHANGED,
    RowResult.IMPORT_TYPE_INVALID: Outcome.REJECTED,
}


@dataclass(frozen=True)
class Problem:
    """Why a row is rejected; without a field it is about the row as a whole."""

    row: int
    field: str
    value: str
    reason: str


@dataclass(frozen=True)
class Line:
    """A row and what it comes to."""

    source: SourceRow
    outcome: Outcome
    changes: Changes = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    entry: Entry | None = None


@dataclass
class Part:
    """Some rows of a file, compared with what we have."""

    lines: list[Line]
    entries: list[Entry]

    @property
    def end(self) -> int:
        """Return the number of its last row."""
        return self.lines[-1].source.number

    @property
    def problems(self) -> list[Problem]:
        return [problem for line in self.lines for problem in line.problems]

    def count(self, outcome: Outcome) -> int:
        return sum(line.outcome == outcome for line in self.lines)


def chunks(sheet: Sheet, resource: AssortmentResource, after: int = 0) -> Iterator[list[SourceRow]]:
    """Yield the rows beyond row `after` in portions; the resource remembers those before."""
    rows = sheet.rows()
    first: list[SourceRow] = []
    for row in rows:
        if row.number > after:
            first.append(row)
            break
        resource.remember(row)
    while chunk := first + list(islice(rows, CHUNK - len(first))):
        yield chunk
        first = []


def compare(resource: AssortmentResource, rows: Sequence[SourceRow]) -> Part:
    """Return what these rows would do; writes nothing and takes no lock."""
    result = resource.plan(rows)
    _raise_mistakes(result)
    lines = [_line(source, row) for source, row in zip(rows, result.rows, strict=True)]
    return Part(lines, [*resource.create_instances, *resource.update_instances])


def load(
    resource: AssortmentResource,
    rows: Sequence[SourceRow],
    by: Any,
    record: Callable[[Part], None] = lambda part: None,
) -> Part:
    """Save the good rows, and `record` them in the same transaction; return what they came to."""
    for _attempt in range(ATTEMPTS - 1):
        try:
            return _load_once(resource, rows, by, record)
        except (Overtaken, IntegrityError):
            continue  # a person or another import was faster: compare with what is there now
    return _load_once(resource, rows, by, record)


def _load_once(
    resource: AssortmentResource, rows: Sequence[SourceRow], by: Any, record: Callable[[Part], None]
) -> Part:
    part = compare(resource, rows)
    with transaction.atomic():
        write(part.entries, by)
        record(part)
    return part


def _raise_mistakes(result: Result) -> None:
    """An error that is no refusal of a value is a mistake of ours and is not hidden among the rows."""
    for error in [*result.base_errors, *(error for row in result.rows for error in row.errors)]:
        raise error.error


def _line(source: SourceRow, row: RowResult) -> Line:
    outcome = OUTCOMES[row.import_type]
    if outcome == Outcome.REJECTED:
        return Line(source, outcome, problems=tuple(_problems(source, row.validation_error)))
    return Line(source, outcome, row.instance.changes, entry=row.instance)


def _problems(source: SourceRow, error: ValidationError) -> Iterator[Problem]:
    by_field = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    for name, reasons in by_field.items():
        column = "" if name == NON_FIELD_ERRORS else COLUMN_FOR.get(name, name)
        yield Problem(source.number, column, source.values.get(column, "").strip(), " ".join(reasons))
