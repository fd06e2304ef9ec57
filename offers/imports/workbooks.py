"""XLSX: the first sheet of a workbook, cell by cell as the text that a person sees there."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from offers.imports.columns import Unreadable

ZIP = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
# A small file can unpack to something enormous.
MAX_UNPACKED = 1024 * 1024 * 1024
DAMAGED = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    KeyError,
    ValueError,
    IndexError,
    TypeError,
    OSError,
    EOFError,
)


@contextmanager
def records(file: BinaryIO) -> Iterator[Iterator[list[str]]]:
    """Open the first sheet as a stream of rows. Raises Unreadable."""
    try:
        _check_unpacked_size(file)
        workbook = load_workbook(file, read_only=True, data_only=True)
    except DAMAGED as error:
        raise _damaged() from error
    try:
        if not workbook.worksheets:
            raise Unreadable(_("This workbook has no sheet with cells."))
        yield _rows(workbook.worksheets[0])
    finally:
        workbook.close()


def _check_unpacked_size(file: BinaryIO) -> None:
    with zipfile.ZipFile(file) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    file.seek(0)
    if unpacked > MAX_UNPACKED:
        raise Unreadable(
            _("This workbook is too large: save the sheet as CSV, or split it into several files.")
        )


def _rows(sheet: Any) -> Iterator[list[str]]:
    # What the file claims as its size is often wrong, and would hide rows or invent a million.
    sheet.reset_dimensions()
    width = 0
    try:
        for row in sheet.iter_rows(values_only=True):
            cells = [_text(value) for value in row]
            # The header has set the width; a row of a workbook ends at its last filled cell.
            width = width or len(cells)
            yield cells + [""] * (width - len(cells))
    except DAMAGED as error:
        raise _damaged() from error


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    return str(value).replace("\0", "")


def _number(value: float) -> str:
    """Return a number as the spreadsheet shows it: 15 significant digits, so that 0.1 + 0.2 is 0.3."""
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else format(value, ".15g")


def _damaged() -> Unreadable:
    return Unreadable(
        _("This workbook is damaged or protected. Open it, save it again as .xlsx, and upload that.")
    )
