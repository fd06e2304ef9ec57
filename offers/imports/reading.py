"""A spreadsheet as a stream of rows of text, whatever its format: CSV in any usual form, or XLSX."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from offers.imports import texts, workbooks
from offers.imports.columns import Header, Unreadable, read_header
from offers.imports.formulas import restore

__all__ = [
    "MAX_BYTES",
    "MAX_ROWS",
    "Layout",
    "Sheet",
    "SourceRow",
    "Unreadable",
    "open_layout",
    "open_records",
    "open_sheet",
]

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


@dataclass
class Layout:
    """How a file is written: its first row, those below it, the encoding, and what separates its cells (CSV)."""

    texts: tuple[str, ...]
    records: Iterator[Record]
    encoding: str
    delimiter: str


@contextmanager
def open_sheet(file: BinaryIO, mapping: Mapping[str, str] | None = None) -> Iterator[Sheet]:
    """Open a spreadsheet by what it contains, not by its name; for `mapping` see `read_header`. Raises Unreadable."""
    with open_layout(file) as layout:
        header = read_header(layout.texts, mapping)
        yield Sheet(header, layout.records, layout.delimiter or ";")


@contextmanager
def open_layout(file: BinaryIO) -> Iterator[Layout]:
    """Open a spreadsheet without asking what its columns mean. Raises Unreadable."""
    with open_records(file) as (records, encoding, delimiter):
        yield _layout(records, encoding, delimiter)


@contextmanager
def open_records(file: BinaryIO) -> Iterator[tuple[Iterator[Record], str, str]]:
    """Open a spreadsheet as rows of cells, blank ones too, with its encoding and separator. Raises Unreadable."""
    _check_size(file)
    start = file.read(8)
    file.seek(0)
    if start.startswith(workbooks.OLD_EXCEL):
        raise Unreadable(_("This is an old Excel file (.xls). Save it as .xlsx or CSV, and upload that."))
    if start.startswith(workbooks.ZIP):
        with workbooks.records(file) as records:
            yield iter(records), "XLSX", ""
        return
    with texts.open_text(file) as text:
        delimiter = texts.delimiter_of(text)
        yield iter(texts.records(text, delimiter)), text.encoding, delimiter


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


def _layout(records: Iterable[Record], encoding: str, delimiter: str = "") -> Layout:
    remaining = iter(records)
    first = next(remaining, None)
    if first is None or not any(cell.strip() for cell in first):
        raise Unreadable(_("Line 1 is empty. It must be the header that names the columns."))
    return Layout(tuple(cell.strip() for cell in first), remaining, encoding, delimiter)
