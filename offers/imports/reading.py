"""A spreadsheet as a stream of rows of text, whatever its format: CSV in any usual form, or XLSX."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from offers.imports import texts, workbooks
from offers.imports.columns import Header, Unreadable, read_header
from offers.imports.formulas import restore

__all__ = ["MAX_BYTES", "MAX_ROWS", "Sheet", "SourceRow", "Unreadable", "open_sheet"]

MAX_BYTES = 100 * 1024 * 1024
MAX_ROWS = 500_000

Record = Sequence[str]


@dataclass(frozen=True)
class SourceRow:
    """One row as it stands in the file; `number` 1 is the first below the header.

    `problem` is said of the row as a whole, whose `values` then mean nothing.
    """

    number: int
    cells: tuple[str, ...]
    values: dict[str, str]
    problem: str = ""


@dataclass
class Sheet:
    """An open spreadsheet: its header, and the rows below it, which can be read once."""

    header: Header
    records: Iterator[Record]
    delimiter: str

    def rows(self) -> Iterator[SourceRow]:
        """Yield the rows that are not blank. Raises Unreadable at a place that cannot be read."""
        is_empty = True
        for number, record in enumerate(self.records, start=1):
            if number > MAX_ROWS:
                raise Unreadable(
                    _("The file has more than %(rows)d rows: split it into several files.")
                    % {"rows": MAX_ROWS}
                )
            if any(cell.strip() for cell in record):
                is_empty = False
                yield self._row(number, record)
        if is_empty:
            raise Unreadable(_("The file has a header in line 1 and no rows below it."))

    def count(self) -> int:
        """Read to the end and return the number of rows; raises Unreadable as `rows` does."""
        return sum(1 for _row in self.rows())

    def _row(self, number: int, record: Record) -> SourceRow:
        width = len(self.header.texts)
        cells = tuple(restore(cell) for cell in record)
        if len(record) < width or any(cell.strip() for cell in record[width:]):
            return SourceRow(number, cells, {}, self._wrong_width(len(record)))
        values = {column: cells[place] for column, place in self.header.places.items()}
        return SourceRow(number, cells, values)

    def _wrong_width(self, found: int) -> str:
        return _(
            "This row has %(found)d cells and the header has %(width)d. "
            "Put a text that contains the separator between double quotes."
        ) % {"found": found, "width": len(self.header.texts)}


@contextmanager
def open_sheet(file: BinaryIO) -> Iterator[Sheet]:
    """Open a spreadsheet by what it contains, not by its name. Raises Unreadable."""
    _check_size(file)
    start = file.read(8)
    file.seek(0)
    if start.startswith(workbooks.OLD_EXCEL):
        raise Unreadable(_("This is an old Excel file (.xls). Save it as .xlsx or CSV, and upload that."))
    if start.startswith(workbooks.ZIP):
        with workbooks.records(file) as records:
            yield _sheet(records, ";")
        return
    with texts.open_text(file) as text:
        delimiter = texts.delimiter_of(text)
        yield _sheet(texts.records(text, delimiter), delimiter)


def _check_size(file: BinaryIO) -> None:
    size = file.seek(0, 2)
    file.seek(0)
    if not size:
        raise Unreadable(_("The file is empty."))
    if size > MAX_BYTES:
        raise Unreadable(
            _("The file is larger than %(size)d MB: split it into several files.")
            % {"size": MAX_BYTES // 1024 // 1024}
        )


def _sheet(records: Iterable[Record], delimiter: str) -> Sheet:
    remaining = iter(records)
    first = next(remaining, None)
    if first is None or not any(cell.strip() for cell in first):
        raise Unreadable(_("Line 1 is empty. It must be the header that names the columns."))
    return Sheet(read_header(first), remaining, delimiter)
