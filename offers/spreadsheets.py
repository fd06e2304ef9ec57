"""A table as CSV or XLSX: a row at a time whatever the number of rows, and no cell of it runs as a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from offers.imports.formulas import defuse

UTF8_MARK = "\ufeff"  # without it Excel reads CSV in the language of the computer
# A sheet holds 1,048,576 rows, its header included.
ROWS_OF_A_SHEET = 1_000_000

Cell = str | int | Decimal | date | None


class UnknownFormat(ValueError):
    """A file name that ends neither in .csv nor in .xlsx."""


@dataclass(frozen=True)
class Table:
    """Rows under a header; moments among the cells are naive, in the time of who reads them."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]


class Echo:
    """What the csv module writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(table: Table) -> Iterator[str]:
    """Yield the lines of a CSV file, the header first."""
    writer: Any = csv.writer(Echo())
    yield UTF8_MARK + writer.writerow(table.header)
    for cells in table.rows:
        yield writer.writerow([_text(cell) for cell in cells])


def write_xlsx(table: Table, path: Path) -> int:
    """Write a workbook; return the number of rows. Text stays text: no zero is lost, no formula runs."""
    workbook = Workbook(write_only=True)
    sheet = _sheet(workbook, table)
    rows = 0
    for rows, cells in enumerate(table.rows, start=1):
        if rows > 1 and rows % ROWS_OF_A_SHEET == 1:
            sheet = _sheet(workbook, table)
        sheet.append([_workbook_cell(sheet, cell) for cell in cells])
    workbook.save(path)
    return rows


def write_file(table: Table, path: Path) -> int:
    """Write a file as its name ends; return the number of rows.

    Raises:
        UnknownFormat: the name ends neither in .csv nor in .xlsx.
        OSError: the file cannot be written.
    """
    if path.suffix.lower() == ".xlsx":
        return write_xlsx(table, path)
    if path.suffix.lower() != ".csv":
        raise UnknownFormat(_("%s: the name must end in .csv or .xlsx.") % path.name)
    rows = -1
    with path.open("w", encoding="utf-8", newline="") as file:
        for rows, line in enumerate(csv_lines(table)):  # noqa: B007 - the header is row 0
            file.write(line)
    return rows


def _text(cell: Cell) -> str:
    return "" if cell is None else defuse(str(cell))


def _sheet(workbook: Workbook, table: Table) -> Any:
    sheet = workbook.create_sheet(table.name)
    sheet.freeze_panes = "A2"
    sheet.append(table.header)
    return sheet


def _workbook_cell(sheet: Any, cell: Cell) -> Any:
    if not isinstance(cell, str):
        return cell
    text = defuse(cell)
    # openpyxl takes "=..." for a formula and "#N/A" for an error, and other text for text.
    if not text.startswith(("=", "#")):
        return text
    written = WriteOnlyCell(sheet, text)
    written.data_type = "s"
    return written
