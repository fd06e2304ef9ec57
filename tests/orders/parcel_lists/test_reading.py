"""A list is read as people have it: pasted, typed, or as a file of whatever system."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import Workbook

from orders.parcel_lists.reading import MAX_LINES, Unreadable, only, read_text, text_of


def cells(text: str) -> list[tuple[str, ...]]:
    return [tuple(line.cells.values()) for line in read_text(text)]


@pytest.mark.parametrize(
    "text",
    [
        "A1\t3S1\tTNT\nA2\t3S2",
        "A1;3S1;TNT\r\nA2;3S2\r\n",
        "A1,3S1,TNT\n\n  \nA2,3S2",
        '"A1";"3S1";"TNT"\n"A2";"3S2"',
        'A1\t="3S1"\tTNT\nA2\t\'3S2\t\t',
    ],
)
def test_two_or_three_columns_need_no_header(text):
    assert cells(text) == [("A1", "3S1", "TNT"), ("A2", "3S2")]


def test_by_hand_a_blank_is_enough():
    assert cells("A1 3S1\nA2   3S ABC 2") == [("A1", "3S1"), ("A2", "3S ABC 2")]


@pytest.mark.parametrize(
    "header",
    ["Track & Trace;Bestelnummer;Vervoerder", "tracking code;Order ID;carrier", "barcode;order;TRANSPORTER"],
)
def test_a_header_names_the_columns_in_any_order(header):
    [line] = read_text(f"{header}\n3S1;A1;DHL")

    assert (line.number, line.cells) == (2, {"track_and_trace": "3S1", "order": "A1", "transporter": "DHL"})


def test_a_header_may_name_more_and_what_is_unknown_is_left_alone():
    [line] = read_text("order\tname\tcode\titem\tquantity\nA1\tNoor\t3S1\tOIL\t2")

    assert line.cells == {"order": "A1", "track_and_trace": "3S1", "item": "OIL", "quantity": "2"}


def test_line_numbers_are_those_of_the_field():
    assert [line.number for line in read_text("\nA1\t1\n\n\nA2\t2")] == [2, 5]


def test_a_line_with_too_many_cells_says_so():
    [good, bad] = read_text("A1\t3S1\nA2\t3S2\tTNT\t5")

    assert not good.problem
    assert "This line has 4 cells" in bad.problem


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The list is empty"),
        (" \n\t\n", "The list is empty"),
        ("order;carrier\nA1;TNT", "none is “track_and_trace”"),
        ("\n".join(f"A{number}\t3S{number}" for number in range(MAX_LINES + 1)), "more than 2000 lines"),
    ],
)
def test_what_is_no_list_is_said(text, words):
    with pytest.raises(Unreadable, match=words):
        read_text(text)


def test_a_workbook_becomes_the_text_that_copying_it_gives():
    book = Workbook()
    for row in (["order", "code"], ["A1", 5222894123456], [None, None], ["A2", "3S2"]):
        book.active.append(row)
    file = BytesIO()
    book.save(file)

    assert text_of(file) == "order\tcode\nA1\t5222894123456\n\nA2\t3S2"


def test_a_code_that_a_workbook_rounded_is_seen_to_be():
    book = Workbook()
    book.active.append(["A1", 323212345600012345678901.0])
    file = BytesIO()
    book.save(file)

    assert "E+23" in text_of(file).upper()


def test_a_file_of_excel_in_windows_1252_is_read():
    assert text_of(BytesIO("A1;3S1;Ampère".encode("cp1252"))) == "A1\t3S1\tAmpère"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0old"])
def test_a_file_that_is_no_list_is_said(content):
    with pytest.raises(Unreadable):
        text_of(BytesIO(content))


def test_what_is_left_keeps_its_header():
    text = "order;code\nA1;3S1\nA2;3S2\nA3;3S3"

    assert only(text, {3}) == "order\tcode\nA2\t3S2"
    assert only("A1;1\nA2;2", {2}) == "A2\t2"
