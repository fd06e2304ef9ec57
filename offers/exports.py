"""The assortment as a spreadsheet: in the columns of the import, so that it comes in again unchanged.

A row at a time, whatever the size of the assortment.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from offers.imports.columns import COLUMNS, FIELD_OF, OPTIONAL
from offers.imports.formulas import defuse
from offers.models import Offer, OfferQuerySet

HEADER = (*COLUMNS, *OPTIONAL)
OF_PRODUCT = ("reference", "ean", "title")
UTF8_MARK = "\ufeff"  # without it Excel reads CSV in the language of the computer
AT_ONCE = 2000

Cell = str | int | Decimal


class Echo:
    """What the csv module writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(offers: OfferQuerySet) -> Iterator[str]:
    """Yield the lines of a CSV file, the header first."""
    writer: Any = csv.writer(Echo())
    yield UTF8_MARK + writer.writerow(HEADER)
    for cells in _rows(offers):
        yield writer.writerow([defuse(str(cell)) for cell in cells])


def write_csv(offers: OfferQuerySet, file: TextIO) -> int:
    """Write a CSV file to a text stream (UTF-8, newline=""); return the number of offers."""
    rows = -1
    for rows, line in enumerate(csv_lines(offers)):  # noqa: B007 - the header is row 0
        file.write(line)
    return rows


def write_xlsx(offers: OfferQuerySet, path: Path) -> int:
    """Write a workbook of one sheet; return the number of offers. Text stays text: no zero is lost, no formula runs."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Assortment")
    sheet.freeze_panes = "A2"
    sheet.append(HEADER)
    rows = 0
    for rows, cells in enumerate(_rows(offers), start=1):  # noqa: B007
        sheet.append([_workbook_cell(sheet, cell) for cell in cells])
    workbook.save(path)
    return rows


def _rows(offers: OfferQuerySet) -> Iterator[list[Cell]]:
    for offer in offers.with_all().order_by("project_id", "pk").iterator(AT_ONCE):
        yield [_cell(offer, column) for column in HEADER]


def _cell(offer: Offer, column: str) -> Cell:
    if column == "project":
        return offer.project.name
    if column == "volume_prices":
        return volume_prices_text(offer.volume_prices)
    value = getattr(offer.product if column in OF_PRODUCT else offer, FIELD_OF.get(column, column))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, int | Decimal) else str(value)


def volume_prices_text(steps: list[dict[str, Any]]) -> str:
    """Return "6: 11.00; 12: 10.50", or "none"."""
    return "; ".join(f"{step['quantity']}: {step['unit_price']}" for step in steps) or "none"


def _workbook_cell(sheet: Any, cell: Cell) -> Any:
    if not isinstance(cell, str):
        return cell
    written = WriteOnlyCell(sheet, defuse(cell))
    written.data_type = "s"
    return written
