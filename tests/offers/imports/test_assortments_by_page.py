"""Real assortments through the pages of the admin: uploaded, looked at row by row, loaded, the refused rows fetched."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from connections.models import Connection, OutboxMessage
from offers.imports import tasks
from offers.models import EanConflict, ImportRun, Offer
from tests.offers.imports.conftest import FILES, assortment, messy

pytestmark = pytest.mark.django_db

NUMBER_AND_OUTCOME = 2


@pytest.fixture
def browser(client: Client, staff: User, settings: Any, tmp_path: Path) -> Client:
    settings.MEDIA_ROOT, settings.STATIC_ROOT = tmp_path / "files", tmp_path
    client.force_login(staff)
    return client


def upload(browser: Client, shop: Connection, content: bytes, name: str = "assortment.csv") -> ImportRun:
    """Upload a file through the page, and have it checked."""
    form = browser.get(reverse("admin:offers_importrun_add"))
    assert form.context["adminform"].form.initial["connection"] == shop.pk
    file = SimpleUploadedFile(name, content)
    page = browser.post(
        reverse("admin:offers_importrun_add"), {"file": file, "connection": shop.pk}, follow=True
    )
    assert name in page.text
    return worked_on(ImportRun.objects.latest("pk"))


def worked_on(run: ImportRun) -> ImportRun:
    """Let a background worker go on until it is done."""
    run.refresh_from_db()
    while run.is_busy:
        tasks.apply_import(run.pk)
        run.refresh_from_db()
    return run


def look(browser: Client, run: ImportRun, query: str = "") -> str:
    return browser.get(reverse("admin:offers_importrun_change", args=[run.pk]) + query).text


def press_load(browser: Client, run: ImportRun) -> str:
    browser.post(reverse("admin:offers_importrun_load", args=[run.pk]))
    worked_on(run)
    return look(browser, run)


def cells_on(text: str) -> list[list[str]]:
    """The table of a page as people read it: a list of texts for each row."""
    rows = re.findall(r"<tr\b.*?</tr>", text, re.DOTALL)
    return [
        [_plain(cell) for cell in re.findall(r"<td\b.*?</td>", row, re.DOTALL)]
        for row in rows
        if "<td" in row
    ]


def _plain(cell: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", cell)).split())


def rows_of(browser: Client, run: ImportRun, tab: str) -> list[list[str]]:
    """All rows of a tab, from page to page; what is said below a row comes last in it."""
    rows: list[list[str]] = []
    for row in [row for text in pages_of(browser, run, tab) for row in cells_on(text)]:
        if row[0]:
            rows.append(row)
        else:
            rows[-1] += row[1:]
    return rows


def pages_of(browser: Client, run: ImportRun, tab: str) -> Iterator[str]:
    query: str | None = f"?show={tab}"
    while query:
        text = look(browser, run, query)
        yield text
        following = re.search(r'href="(\?show=[^"]*)">Next<', text)
        query = html.unescape(following.group(1)) if following else None


def tabs_on(text: str) -> dict[str, int]:
    """The numbers on the tabs by what they count."""
    tabs = re.findall(r'href="\?show=(\w+)[^"]*">\D*([\d,]+)</a>', text)
    return {name: int(count.replace(",", "")) for name, count in tabs}


def meanings_on(text: str) -> dict[str, str]:
    """What the page takes each column for, by its heading."""
    columns = re.findall(r"<label class.*?truncate\">(.*?)</span>.*?<select(.*?)</select>", text, re.DOTALL)
    chosen = {heading: re.search(r'value="(\w+)" selected', choices) for heading, choices in columns}
    return {heading: found.group(1) if found else "" for heading, found in chosen.items()}


def numbers(rows: list[list[str]]) -> list[int]:
    return [int(row[0]) for row in rows]


@pytest.mark.parametrize("source", ["ours", "assortment"])
def test_each_messy_row_is_on_the_page_where_it_was_foretold(
    browser: Client, shop: Connection, source: str
) -> None:
    content, expected = messy(source)
    good = [entry["row"] for entry in expected if entry["outcome"] != "rejected"]
    bad = [
        (entry["row"], entry["field"] or "whole row") for entry in expected if entry["outcome"] == "rejected"
    ]
    contested = {"assortment": {"contested": 5}}.get(source, {})

    run = upload(browser, shop, content)

    text = look(browser, run)
    assert tabs_on(text) == {**contested, "created": len(good), "rejected": len(bad)}
    assert f"Load the {len(good)} good rows" in text
    assert numbers(rows_of(browser, run, "created")) == good
    refused = rows_of(browser, run, "rejected")
    assert [(int(number), column) for number, column, _value, _reason in refused] == bad
    assert all(reason for _number, _column, _value, reason in refused)
    assert "<script>alert(1)</script>" not in text


def test_the_messy_rows_in_conflict_are_named_with_each_other(browser: Client, shop: Connection) -> None:
    content, expected = messy("assortment")
    run = upload(browser, shop, content)

    rows = {int(row[0]): row[-1] for row in rows_of(browser, run, "contested")}

    # The flagged rows and the one they contest; and row 11, whose ISBN-10 is the EAN of row 10.
    flagged = {entry["row"] for entry in expected if entry["outcome"] == "flagged"}
    assert set(rows) == {1, *flagged} | {10, 11}
    assert "MESSY-001 (Pantry, row 1), MESSY-040 (Second feed, row 40) too." in rows[39]
    assert "MESSY-010 (Pantry, row 10) too." in rows[11]
    press_load(browser, run)
    assert Offer.objects.filter(is_in_conflict=True).count() == len(rows)
    assert EanConflict.objects.open().count() == 2
    assert OutboxMessage.objects.waiting().count() == run.good - len(rows)


@pytest.mark.parametrize("source", ["ours", "assortment"])
def test_the_refused_messy_rows_come_back_with_the_reason_in_the_last_column(
    browser: Client, shop: Connection, source: str
) -> None:
    content, expected = messy(source)
    run = upload(browser, shop, content)
    refused = [entry for entry in expected if entry["outcome"] == "rejected"]
    header, *records = csv.reader(io.StringIO(content.decode()))

    press_load(browser, run)

    answer = browser.get(reverse("admin:offers_importrun_refused", args=[run.pk]))
    names, *fetched = csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    assert names == [*header, "why it was refused"]
    assert len(fetched) == len(refused)
    for entry, row in zip(refused, fetched, strict=True):
        # A row with too many cells keeps them all, before the reason.
        before = records[entry["row"] - 1]
        assert [cell.removeprefix("'") for cell in row[: len(before)]] == [
            cell.removeprefix("'") for cell in before
        ]
        assert row[-1].startswith(f"{entry['field']}: " if entry["field"] else "This row has")


@pytest.mark.parametrize("source", ["ours", "assortment"])
def test_just_the_good_messy_rows_are_loaded(browser: Client, shop: Connection, source: str) -> None:
    content, expected = messy(source)
    run = upload(browser, shop, content)
    records = list(csv.DictReader(io.StringIO(content.decode())))
    good = [records[entry["row"] - 1] for entry in expected if entry["outcome"] != "rejected"]

    text = press_load(browser, run)

    assert "Loaded" in text
    loaded = Offer.objects.values_list("product__reference", "project__name")
    assert sorted(loaded) == sorted((record["reference"], record["project"]) for record in good)
    assert numbers(rows_of(browser, run, "rejected")) == [
        entry["row"] for entry in expected if entry["outcome"] == "rejected"
    ]


def test_the_values_of_messy_rows_are_in_the_database_as_foretold(browser: Client, shop: Connection) -> None:
    content, _expected = messy("assortment")
    run = upload(browser, shop, content)

    press_load(browser, run)

    offers = {offer.product.reference: offer for offer in Offer.objects.select_related("product")}
    eans = {"006": "0287556034448", "007": "2449193018245", "008": "0036000291452", "009": "0000096385074"}
    assert {name: offers[f"MESSY-{name}"].product.ean for name in eans} == eans
    assert offers["MESSY-011"].product.ean == offers["MESSY-010"].product.ean == "9780306406157"
    prices = {"012": "19.95", "013": "19.95", "014": "1299.00", "015": "1299.00"}
    assert {name: str(offers[f"MESSY-{name}"].price) for name in prices} == prices
    assert [offers[f"MESSY-{name}"].stock for name in ("022", "023")] == [1500, 3]
    assert offers["MESSY-028"].product.title == '=HYPERLINK("http://example.test";"click")'
    assert offers["MESSY-029"].product.title == "<script>alert(1)</script>"
    assert (offers["MESSY-031"].condition, offers["MESSY-034"].on_hold) == ("AS_NEW", True)
    assert (offers["MESSY-035"].fulfilment_method, offers["MESSY-035"].delivery_code) == ("FBB", "")


DUTCH = {
    "Project": "project",
    "Artikelnummer": "reference",
    "EAN-code": "ean",
    "Titel": "title",
    "Conditie": "condition",
    "Prijs": "price",
    "Voorraad": "stock",
    "On hold": "on_hold",
    "Fulfilment": "fulfilment_method",
    "Levertijd": "delivery_code",
}


def test_what_a_dutch_excel_writes_is_understood_row_by_row(browser: Client, shop: Connection) -> None:
    content = assortment("assortment-excel-nl.csv")
    records = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))

    run = upload(browser, shop, content)

    text = look(browser, run)
    assert "CSV, UTF-8, separated by semicolons" in text
    assert meanings_on(text) == DUTCH
    assert tabs_on(text) == {"created": len(records)}
    shown = rows_of(browser, run, "created")
    assert [row[NUMBER_AND_OUTCOME:] for row in shown] == [list(record.values()) for record in records]
    press_load(browser, run)
    assert stored() == {
        record["Artikelnummer"]: (
            record["EAN-code"],
            record["Titel"],
            Decimal(record["Prijs"].replace(".", "").replace(",", ".")),
            int(record["Voorraad"]),
            {"nieuw": "NEW"}[record["Conditie"]],
            {"nee": False, "ja": True}[record["On hold"]],
            record["Levertijd"],
        )
        for record in records
    }


def test_a_file_in_windows_text_keeps_its_accents(browser: Client, shop: Connection) -> None:
    content = assortment("assortment-windows-1252.csv")
    records = list(csv.DictReader(io.StringIO(content.decode("cp1252")), delimiter=";"))

    run = upload(browser, shop, content)

    text = look(browser, run)
    assert "CSV, Windows-1252, separated by semicolons" in text
    assert meanings_on(text) == {name: name for name in records[0]}
    assert tabs_on(text) == {"created": len(records)}
    shown = rows_of(browser, run, "created")
    assert [row[NUMBER_AND_OUTCOME:] for row in shown] == [list(record.values()) for record in records]
    press_load(browser, run)
    assert stored() == {record["reference"]: _as_stored(record) for record in records}
    assert all("è" in title or "ê" in title or "î" in title for _ean, title, *_rest in stored().values())


def test_five_thousand_rows_are_checked_in_the_background_shown_and_loaded(
    browser: Client, shop: Connection
) -> None:
    content = assortment("assortment-5k.csv")
    records = list(csv.DictReader(io.StringIO(content.decode())))

    run = upload(browser, shop, content)

    text = look(browser, run)
    assert tabs_on(text) == {"created": 5000}
    assert "Load the 5,000 good rows" in text
    assert "Page 1 of 100" in text
    for page in (1, 57, 100):
        shown = cells_on(look(browser, run, f"?show=created&row_page={page}"))
        start = (page - 1) * 50
        assert numbers(shown) == list(range(start + 1, start + 51))
        assert [row[3:5] for row in shown] == [
            [record["reference"], record["ean"]] for record in records[start : start + 50]
        ]
    assert "Loaded" in press_load(browser, run)
    assert stored() == {record["reference"]: _as_stored(record) for record in records}
    assert OutboxMessage.objects.waiting().filter(operation="CREATE_OFFER").count() == 5000

    again = upload(browser, shop, content)

    text = look(browser, again)
    assert tabs_on(text) == {"unchanged": 5000}
    assert "There is nothing to load" in text


def stored() -> dict[str, tuple[Any, ...]]:
    """What the database has of each reference."""
    return {
        reference: tuple(values)
        for reference, *values in Offer.objects.values_list(
            "product__reference",
            "product__ean",
            "product__title",
            "price",
            "stock",
            "condition",
            "on_hold",
            "delivery_code",
        )
    }


def _as_stored(record: dict[str, str]) -> tuple[Any, ...]:
    return (
        record["ean"],
        record["title"],
        Decimal(record["price"]),
        int(record["stock"]),
        record["condition"],
        record["on_hold"] == "true",
        record["delivery_code"],
    )


def test_our_own_dutch_and_windows_files_come_through_the_pages_too(
    browser: Client, shop: Connection
) -> None:
    dutch = upload(browser, shop, (FILES / "excel-nl.csv").read_bytes())
    assert numbers(rows_of(browser, dutch, "created")) == [1, 2]
    press_load(browser, dutch)
    windows = upload(browser, shop, (FILES / "windows-1252.csv").read_bytes())
    assert "Crème fraîche €" in look(browser, windows)
    press_load(browser, windows)

    assert {reference: values[1:4] for reference, values in stored().items()} == {
        "WIJN-1": ("Crème de cassis", Decimal("12.95"), 5),
        "WIJN-2": ("Côtes du Rhône", Decimal("1299.00"), 0),
        "CREME-1": ("Crème fraîche €", Decimal("4.50"), 7),
    }
