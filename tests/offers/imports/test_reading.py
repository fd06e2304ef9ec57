"""Files as people and programs save them are read; what cannot be read is refused once, with the place and the reason."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from offers.imports import reading
from offers.imports.formulas import defuse, restore
from offers.imports.reading import Sheet, SourceRow, Unreadable, open_sheet
from tests.offers.imports.conftest import FILES, HEADER, OIL, csv_of

CELLS = dict(zip(HEADER.split(","), OIL.split(","), strict=True))


def rows_of(content: bytes) -> list[SourceRow]:
    with open_sheet(io.BytesIO(content)) as sheet:
        return list(sheet.rows())


def refusal_of(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        rows_of(content)
    return str(refused.value)


def workbook(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_any_usual_csv_reads_the_same(separator: str, encoding: str, line_end: str) -> None:
    oil = OIL.replace("Olive Oil", "Huile à l'œil")
    text = line_end.join([HEADER, oil]).replace(",", separator)

    (found,) = rows_of(text.encode(encoding))

    assert found.values == CELLS | {"title": "Huile à l'œil"}
    assert found.number == 1


def test_dutch_names_of_columns_are_understood() -> None:
    found = rows_of((FILES / "excel-nl.csv").read_bytes())

    assert [row.values["title"] for row in found] == ["Crème de cassis", "Côtes du Rhône"]
    assert found[1].values | {"ean": ""} == {
        "project": "Kelder",
        "reference": "WIJN-2",
        "ean": "",
        "title": "Côtes du Rhône",
        "condition": "als nieuw",
        "price": "1.299,00",
        "stock": "0",
        "on_hold": "ja",
        "fulfilment_method": "LVB",
        "delivery_code": "",
    }


def test_windows_text_is_recognised() -> None:
    (found,) = rows_of((FILES / "windows-1252.csv").read_bytes())

    assert found.values["title"] == "Crème fraîche €"


def test_a_workbook_reads_as_a_person_sees_it() -> None:
    content = workbook(
        ["Reference", "EAN", "Price", "Stock", "On hold", "Title"],
        ["OIL-1", 8710000000017, 12.5, 3.0, True, None],
        [None, None, None],
        ["OIL-2", "0041497153718", 0.1 + 0.2, 7, False, "Olive"],
    )

    first, second = rows_of(content)

    assert first.values == {
        "reference": "OIL-1",
        "ean": "8710000000017",
        "price": "12.5",
        "stock": "3",
        "on_hold": "true",
        "title": "",
    }
    assert (second.number, second.values["price"]) == (3, "0.3")


def test_blank_rows_are_passed_over_and_counted() -> None:
    found = rows_of(csv_of(OIL, "", ",,,,,,,,,", OIL))

    assert [row.number for row in found] == [1, 4]


def test_a_text_may_contain_separators_and_line_breaks_between_quotes() -> None:
    (found,) = rows_of(csv_of(OIL.replace("Olive Oil", '"Oil, ""extra""\nvirgin"')))

    assert found.values["title"] == 'Oil, "extra"\nvirgin'


def test_unknown_columns_are_named_and_ignored() -> None:
    with open_sheet(io.BytesIO(b"reference,colour,ean,price,stock\nOIL-1,green,1,2,3\n")) as sheet:
        assert sheet.header.ignored == ["colour"]
        assert [row.values["ean"] for row in sheet.rows()] == ["1"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["empty"]),
        (b"\n\n", ["Line 1", "empty"]),
        (csv_of(), ["no rows"]),
        (csv_of(",,,"), ["no rows"]),
        (b"ean,price,stock\n0041497153718,12,5\n", ["Line 1", "“reference”"]),
        (b"reference,ean,EAN code,price,stock\n", ["Line 1", "“ean”", "twice", "“EAN code”"]),
        (b"OIL-1,0041497153718,12.50,5\n", ["Line 1", "no known column", "OIL-1"]),
        (csv_of(OIL, OIL.replace("Olive", "Ol\0ive")), ["Line 3", "NUL"]),
        (csv_of(OIL, OIL.replace("Olive Oil", '"Olive')), ["Line 3", "quote"]),
        (csv_of(OIL) + b"\n\x81\xff", ["Line 3", "UTF-8"]),
        (csv_of("x" * 200_000), ["Line 2", "characters"]),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", [".xls", ".xlsx"]),
        (b"PK\x03\x04 but no more of it", ["damaged"]),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", ["Line"]),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_place_and_reason(
    content: bytes, words: list[str]
) -> None:
    refusal = refusal_of(content)

    assert [word for word in words if word not in refusal] == []


def test_a_file_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 2)

    assert "more than 2 rows" in refusal_of(csv_of(OIL, OIL, OIL))


def test_rows_are_read_one_by_one() -> None:
    read = []

    def records():
        for number in range(1000):
            read.append(number)
            yield OIL.split(",")

    with open_sheet(io.BytesIO(csv_of(OIL))) as sheet:
        header = sheet.header
    rows = Sheet(header, records(), ",").rows()
    next(rows)

    assert read == [0]


@given(st.text(alphabet="=+-@'\t\r ab1\uff1d", max_size=6))
def test_a_formula_goes_out_defused_and_comes_back_as_it_was(text: str) -> None:
    cell = defuse(text)

    assert restore(cell) == text or cell == text
    assert not cell.startswith(("=", "@", "\t", "\r", "\uff1d")), "a spreadsheet program would run this"


def test_a_defused_formula_in_a_file_is_the_text_it_stands_for() -> None:
    file = io.StringIO()
    csv.writer(file).writerows(
        [HEADER.split(","), [defuse(cell) for cell in ["=1+1", "-5", *OIL.split(",")[2:]]]]
    )

    (found,) = rows_of(file.getvalue().encode())

    assert (found.values["project"], found.values["reference"]) == ("=1+1", "-5")
