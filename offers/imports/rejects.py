"""The refused rows of a run as a spreadsheet: as they were uploaded, with the reason beside them, to correct and load."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from offers.imports.formulas import defuse
from offers.imports.reading import open_sheet
from offers.models import ImportRun
from offers.spreadsheets import UTF8_MARK, Echo


def rejected_csv(run: ImportRun) -> Iterator[str]:
    """Yield the lines of a CSV file of the refused rows: the columns of the file, and why. Raises Unreadable."""
    reasons = _reasons(run)
    with run.file.open("rb") as stored, open_sheet(stored.file, run.mapping) as sheet:
        writer = csv.writer(Echo(), delimiter=sheet.delimiter)
        yield UTF8_MARK + _line(writer, [*sheet.header.texts, _("why it was refused")])
        width = len(sheet.header.texts)
        for row in sheet.rows():
            if row.number in reasons:
                cells = [*row.cells, *[""] * (width - len(row.cells))]
                yield _line(writer, [*cells, " ".join(reasons[row.number])])


def _line(writer: Any, cells: list[str]) -> str:
    return str(writer.writerow([defuse(cell) for cell in cells]))


def _reasons(run: ImportRun) -> dict[int, list[str]]:
    reasons: defaultdict[int, list[str]] = defaultdict(list)
    for row, column, reason in run.problems.values_list("row", "field", "reason"):
        reasons[row].append(f"{column}: {reason}" if column else reason)
    return reasons
