"""CSV as it comes: UTF-8 with or without a mark, UTF-16, Windows-1252; separated by comma, semicolon or tab."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.utils.translation import gettext as _

from offers.imports.columns import Unreadable, count_known

BLOCK = 1024 * 1024
MAX_LINE = 100_000
DELIMITERS = (",", ";", "\t")


@contextmanager
def open_text(file: BinaryIO) -> Iterator[io.TextIOWrapper]:
    """Open bytes as text in the encoding that fits all of them. Raises Unreadable where none does."""
    text = io.TextIOWrapper(file, encoding=_encoding_of(file), newline="")
    try:
        yield text
    finally:
        text.detach()


def delimiter_of(text: io.TextIOWrapper) -> str:
    """Return the separator by which the first line names most columns that are known."""
    line = text.readline(MAX_LINE)
    text.seek(0)
    return max(
        DELIMITERS, key=lambda delimiter: (count_known(_split(line, delimiter)), line.count(delimiter))
    )


def records(text: io.TextIOWrapper, delimiter: str) -> Iterator[list[str]]:
    """Yield the records, the header first. Raises Unreadable with the line that cannot be read."""
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise Unreadable(
            _("Line %(line)d cannot be read (%(error)s). Is a double quote missing there, or one too many?")
            % {"line": reader.line_num, "error": error}
        ) from error


def _split(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    for number, line in enumerate(iter(lambda: text.readline(MAX_LINE), ""), start=1):
        if "\0" in line:
            raise Unreadable(
                _("Line %(line)d contains a NUL character: this is not a text file. Save it as CSV or .xlsx.")
                % {"line": number}
            )
        if len(line) == MAX_LINE:
            raise Unreadable(
                _("Line %(line)d has more than %(limit)d characters: this is not a list of offers.")
                % {"line": number, "limit": MAX_LINE}
            )
        yield line


def _encoding_of(file: BinaryIO) -> str:
    start = file.read(2)
    if start in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8-sig", "cp1252"]
    for encoding in candidates:
        line = _first_misfit(file, encoding)
        if line is None:
            return encoding
    raise Unreadable(
        _("Line %(line)d is neither UTF-8 nor Windows text. Save the file as “CSV UTF-8” or .xlsx.")
        % {"line": line}
    )


def _first_misfit(file: BinaryIO, encoding: str) -> int | None:
    """Return the line at which the bytes stop being text in this encoding, or None."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    line = 1
    try:
        while block := file.read(BLOCK):
            line += decoder.decode(block).count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return line + error.object[: error.start].count(b"\n")
    finally:
        file.seek(0)
    return None
