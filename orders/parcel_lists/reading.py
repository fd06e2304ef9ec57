"""A list of parcels as lines of text, whatever it was copied from: a spreadsheet, a mail, a file of a warehouse system."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext as _

from offers.imports.formulas import restore
from offers.imports.reading import Unreadable, open_records

__all__ = ["COLUMNS", "MAX_LINES", "Line", "Unreadable", "only", "read_text", "text_of"]

MAX_LINES = 2000

ORDER, TRACK_AND_TRACE, TRANSPORTER = "order", "track_and_trace", "transporter"
COLUMNS = (ORDER, TRACK_AND_TRACE, TRANSPORTER, "connection", "item", "quantity", "reference")
# What a line without a header has, in this order.
USUAL = COLUMNS[:3]

# As people and their systems write them; case, spaces and punctuation do not count.
SYNONYMS = {
    ORDER: "orderid ordernumber orderno bolorder bolorderid ordernummer bestelnummer bestelling orderreference",
    TRACK_AND_TRACE: "tracktrace tt tracking trackingcode trackingnumber trackandtracecode barcode code zendingnummer",
    TRANSPORTER: "transportercode carrier carriercode vervoerder verzender bezorger",
    "connection": "shop shopname account winkel koppeling",
    "item": "itemid orderitem orderitemid bestelregel ean sku article artikel artikelnummer",
    "quantity": "qty amount aantal pieces stuks",
    "reference": "shipmentreference parcelreference referentie zendingreferentie",
}
NOT_A_LETTER = re.compile(r"[\W_]")
FORMULA = re.compile(r'="?([^"]*)"?')


def _letters(text: str) -> str:
    return NOT_A_LETTER.sub("", text.casefold())


COLUMN_OF = {_letters(word): name for name in COLUMNS for word in (name, *SYNONYMS[name].split())}


@dataclass(frozen=True)
class Line:
    """One line as it was typed: its number, counted from 1, and its cells by column.

    `problem` says why the line as a whole cannot be read; its cells then mean nothing.
    """

    number: int
    text: str
    cells: dict[str, str] = field(default_factory=dict)
    problem: str = ""

    def get(self, column: str) -> str:
        return self.cells.get(column, "")


def text_of(file: BinaryIO) -> str:
    """Return a CSV or XLSX file as the text that copying it from a spreadsheet gives. Raises Unreadable."""
    with open_records(file) as (records, _encoding, _delimiter):
        return "\n".join(
            "\t".join(map(_flat, record)).rstrip("\t") for record in islice(records, MAX_LINES + 1)
        )


def read_text(text: str) -> list[Line]:
    """Read what was typed or pasted, with or without a header. Raises Unreadable with what is wrong and where."""
    lines = list(_lines(_records(text)))
    if not lines:
        raise Unreadable(_("The list is empty: paste an order and its track and trace a line."))
    return lines


def only(text: str, numbers: Collection[int]) -> str:
    """Return the lines of these numbers, and the header where there is one."""
    records = [[_clean(cell) for cell in record] for record in _records(text)]
    first = next((number for number, cells in enumerate(records, start=1) if any(cells)), 0)
    kept = set(numbers) | ({first} if first and _header(records[first - 1]) else set())
    return "\n".join("\t".join(cells) for number, cells in enumerate(records, start=1) if number in kept)


def _records(text: str) -> Iterator[list[str]]:
    return csv.reader(StringIO(text.replace("\0", "")), delimiter=_delimiter_of(text))


def _delimiter_of(text: str) -> str:
    # Of a tab nobody is in doubt: nothing else puts one between two codes.
    return "\t" if "\t" in text else max(";,", key=text.count)


def _flat(cell: str) -> str:
    return re.sub(r'[\t\r\n"]', " ", _clean(restore(cell))).strip()


def _lines(records: Iterable[Sequence[str]]) -> Iterator[Line]:
    columns: Sequence[str] = ()
    for number, record in enumerate(records, start=1):
        cells = [_clean(cell) for cell in record]
        if not any(cells):
            continue
        if number > MAX_LINES:
            raise Unreadable(_("The list has more than %(count)d lines: split it.") % {"count": MAX_LINES})
        if not columns:
            columns = _header(cells)
            if columns:
                continue
            columns = USUAL
        yield _line(number, cells, columns)


def _clean(cell: str) -> str:
    text = cell.strip().removeprefix("'")
    formula = FORMULA.fullmatch(text)
    return (formula.group(1) if formula else text).strip()


def _header(cells: Sequence[str]) -> Sequence[str]:
    """Return the column of each cell, where this is a header; else nothing."""
    columns = [COLUMN_OF.get(_letters(cell), "") for cell in cells]
    if sum(map(bool, columns)) < 2:
        return ()
    missing = [name for name in (ORDER, TRACK_AND_TRACE) if name not in columns]
    if missing:
        raise Unreadable(
            _("Line 1 names the columns, but none is %(missing)s.")
            % {"missing": " / ".join(f"“{name}”" for name in missing)}
        )
    return columns


def _line(number: int, cells: Sequence[str], columns: Sequence[str]) -> Line:
    text = "\t".join(cells).rstrip("\t")
    if sum(map(bool, cells)) == 1 and columns is USUAL:
        # Typed by hand: a blank between order and code.
        cells = cells[0].split(maxsplit=1)
    if any(cells[len(columns) :]):
        return Line(number, text, problem=_too_many(len(cells), columns))
    return Line(
        number, text, {name: cell for name, cell in zip(columns, cells, strict=False) if name and cell}
    )


def _too_many(found: int, columns: Sequence[str]) -> str:
    if columns is USUAL:
        return _(
            "This line has %(found)d cells: at most an order, a track and trace and a carrier are expected. Other "
            "columns need a first line that names them, such as: %(names)s."
        ) % {"found": found, "names": ", ".join(COLUMNS)}
    return _("This line has %(found)d cells, the first line names %(named)d.") % {
        "found": found,
        "named": len(columns),
    }
