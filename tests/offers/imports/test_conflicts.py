"""An import that makes a second claim to an EAN says so, row by row, and nothing is sent about it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from connections.models import Connection, OutboxMessage
from offers.deciding import decide
from offers.imports import importing
from offers.models import EanConflict, FoundBy, Offer, Product, Project
from offers.models.conflict import ConflictState
from tests.conftest import RunningSandbox
from tests.offers.conftest import EAN, at_bol
from tests.offers.imports.conftest import OIL, Import, assortment, csv_of, row

pytestmark = pytest.mark.django_db

COPY = row(reference="OIL-2", title="Oil of Olives")
ELSEWHERE = row(reference="OIL-3", project="Second feed")


def run(path: Path, *args: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("import_assortment", str(path), "--json", *args, stdout=out)
    return json.loads(out.getvalue())


def look(*args: str) -> str:
    out = io.StringIO()
    call_command("find_conflicts", *args, stdout=out)
    return out.getvalue()


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    def write(*rows: str) -> Path:
        path = tmp_path / "oil.csv"
        path.write_bytes(csv_of(*rows))
        return path

    return write


def flagged(report: dict[str, Any]) -> list[tuple[int, str]]:
    return [(entry["row"], entry["field"]) for entry in report["flagged"]]


@pytest.mark.usefixtures("shop")
def test_later_rows_of_one_ean_are_flagged_and_taken(sheet: Callable[..., Path]) -> None:
    path = sheet(OIL, COPY, ELSEWHERE, row(reference="USED", condition="GOOD"))

    report = run(path)

    assert (report["created"], report["rejected"]) == (4, [])
    assert flagged(report) == [(2, "ean"), (3, "ean")]
    assert "OIL-1 (Pantry)" in report["flagged"][0]["reason"]
    assert EanConflict.objects.get().found_by == FoundBy.IMPORT
    assert flagged(run(path)) == [(2, "ean"), (3, "ean")]
    waiting = OutboxMessage.objects.waiting().get()
    assert waiting.subject == Offer.objects.get(condition="GOOD").subject


@pytest.mark.usefixtures("shop")
def test_a_row_is_flagged_where_an_offer_has_the_ean_already(sheet: Callable[..., Path]) -> None:
    run(sheet(OIL))

    assert flagged(run(sheet(COPY))) == [(1, "ean")]


@pytest.mark.usefixtures("shop")
def test_a_refused_row_is_not_flagged(sheet: Callable[..., Path]) -> None:
    report = run(sheet(OIL, row(reference="OIL-2", price="free")))

    assert ([entry["row"] for entry in report["rejected"]], report["flagged"]) == ([2], [])


@pytest.mark.usefixtures("shop")
def test_after_a_decision_the_parked_rows_say_who_has_the_ean(sheet: Callable[..., Path]) -> None:
    path = sheet(OIL, COPY)
    run(path)
    decide(EanConflict.objects.get(), Offer.objects.get(product__reference="OIL-2"), None, "better photo")

    (entry,) = run(path)["flagged"]

    assert entry["row"] == 1
    assert "belongs to OIL-2 (Pantry), so this offer is parked: better photo" in entry["reason"]


def test_the_messy_assortment_flags_the_rows_that_were_foretold(shop: Connection, tmp_path: Path) -> None:
    path = tmp_path / "messy.csv"
    path.write_bytes(assortment("assortment-messy.csv"))
    foretold = json.loads(assortment("assortment-messy.expected.json"))

    found = [row for row, _field in flagged(run(path))]

    # Row 11 is taken, as foretold; its ISBN-10 is the EAN of row 10, which is a conflict too.
    assert found == [11, *(entry["row"] for entry in foretold if entry["outcome"] == "flagged")]


@pytest.mark.usefixtures("shop")
def test_a_corrected_ean_ends_the_conflict(load: Import) -> None:
    load(OIL, COPY)

    load(row(reference="OIL-2", ean="8411610002278"))

    assert EanConflict.objects.get().state == ConflictState.CLOSED
    assert OutboxMessage.objects.waiting().count() == 2


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_between_two_parts_of_a_file(
    sandbox: RunningSandbox,
    connection: Connection,
    relay: Callable[[Connection], None],
    sheet: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)

    run(sheet(OIL, COPY, ELSEWHERE, row(reference="VINEGAR", ean="8411610002278")))
    relay(connection)

    assert [offer["ean"] for offer in at_bol(sandbox)] == ["8411610002278"]


@pytest.mark.usefixtures("shop")
def test_clean_parts_are_looked_at_with_few_queries(load: Import, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(40):
        load(*[row(reference=f"W-{number}", ean=ean) for number, ean in enumerate(("8411610002278", EAN))])


def test_the_command_lists_what_is_to_be_decided(shop: Connection) -> None:
    project = Project.objects.create(name="Pantry", connection=shop)
    for reference in ("OIL-1", "OIL-2"):
        product = Product.objects.create(reference=reference, ean=EAN)
        Offer.objects.create(project=project, product=product, price=10)

    told = json.loads(look("--json", "--connection", "Shop"))

    assert (told["opened"], told["closed"]) == (1, 0)
    (conflict,) = told["conflicts"]
    assert (conflict["connection"], conflict["ean"], conflict["condition"]) == ("Shop", EAN, "NEW")
    assert [offer["reference"] for offer in conflict["offers"]] == ["OIL-1", "OIL-2"]
    assert EanConflict.objects.get().found_by == FoundBy.COMMAND
    assert f"Shop, {EAN} NEW: OIL-1 (Pantry), OIL-2 (Pantry)" in look()
    with pytest.raises(CommandError, match="no connection “Nowhere”"):
        look("--connection", "Nowhere")
