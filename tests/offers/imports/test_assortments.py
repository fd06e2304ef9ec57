"""Real assortments, clean and messy, come to what was foretold for every row."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from connections.models import OutboxMessage
from offers.imports.importing import Problem
from offers.models import Offer, Product, Project
from tests.offers.imports.conftest import Import, assortment, messy, outcomes

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("source", ["ours", "assortment"])
def test_each_messy_row_is_taken_or_refused_as_foretold(load: Import, source: str) -> None:
    content, expected = messy(source)

    lines = load(file=content)

    found = [_brief(line.source.number, line.outcome == "rejected", line.problems) for line in lines]
    foretold = [
        (
            entry["row"],
            entry["outcome"] == "rejected",
            [entry["field"]] if entry["outcome"] == "rejected" else [],
        )
        for entry in expected
    ]
    assert found == foretold
    assert not load(file=content, save=False) or set(outcomes(load(file=content))) == {
        "unchanged",
        "rejected",
    }


def test_numbers_of_messy_rows_are_stored_in_one_form(load: Import) -> None:
    load(file=assortment("assortment-messy.csv"))

    eans = dict(Product.objects.values_list("reference", "ean"))
    assert eans["MESSY-006"] == "0287556034448"
    assert eans["MESSY-007"] == "2449193018245"
    assert eans["MESSY-008"] == "0036000291452"
    assert eans["MESSY-009"] == "0000096385074"
    assert eans["MESSY-011"] == "9780306406157"
    prices = {
        offer.product.reference: str(offer.price) for offer in Offer.objects.select_related("product").all()
    }
    assert prices["MESSY-012"] == prices["MESSY-013"] == "19.95"
    assert prices["MESSY-014"] == prices["MESSY-015"] == "1299.00"
    assert Offer.objects.get(product__reference="MESSY-022").stock == 1500
    assert Offer.objects.get(product__reference="MESSY-035").delivery_code == ""


@pytest.mark.parametrize("name", ["assortment-excel-nl.csv", "assortment-windows-1252.csv"])
def test_what_dutch_spreadsheets_write_is_taken_completely(load: Import, name: str) -> None:
    lines = load(file=assortment(name))

    assert set(outcomes(lines)) == {"created"}
    assert Offer.objects.count() == len(lines)
    assert Product.objects.filter(title__contains="\ufffd").count() == 0


def test_five_thousand_offers_are_made_once_and_announced_once(load: Import) -> None:
    content = assortment("assortment-5k.csv")

    assert outcomes(load(file=content)) == ["created"] * 5000
    assert set(Project.objects.values_list("name", flat=True)) == {"Pantry", "Organic"}
    assert OutboxMessage.objects.waiting().filter(operation="CREATE_OFFER").count() == 5000

    assert outcomes(load(file=content)) == ["unchanged"] * 5000
    assert OutboxMessage.objects.count() == 5000


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("source", ["ours", "assortment"])
def test_the_command_refuses_the_same_messy_rows(tmp_path: Path, source: str) -> None:
    content, expected = messy(source)
    path, out = tmp_path / "messy.csv", io.StringIO()
    path.write_bytes(content)

    call_command("import_assortment", str(path), "--json", stdout=out)

    found = json.loads(out.getvalue())
    refused = [(entry["row"], entry["field"]) for entry in expected if entry["outcome"] == "rejected"]
    assert [(row["row"], row["field"]) for row in found["rejected"]] == refused
    assert found["created"] == len(expected) - len(refused)


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("name", ["assortment-excel-nl.csv", "assortment-windows-1252.csv"])
def test_the_command_takes_dutch_spreadsheets_completely(tmp_path: Path, name: str) -> None:
    path, out = tmp_path / name, io.StringIO()
    path.write_bytes(assortment(name))

    call_command("import_assortment", str(path), "--json", stdout=out)

    found = json.loads(out.getvalue())
    assert (found["created"], found["rejected"]) == (Offer.objects.count(), [])
    assert found["created"] > 10


def _brief(number: int, is_rejected: bool, problems: tuple[Problem, ...]) -> tuple[int, bool, list[str]]:
    return number, is_rejected, [problem.field for problem in problems]
