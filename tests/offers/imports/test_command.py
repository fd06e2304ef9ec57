"""`manage.py import_assortment` loads a file in the foreground and says what came of each row."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from connections.models import Connection
from offers.models import Offer, Project
from tests.offers.imports.conftest import OIL, csv_of, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """Two rows, of which the second is refused."""
    path = tmp_path / "oil.csv"
    path.write_bytes(csv_of(OIL, row(reference="OIL-2", price="free")))
    return path


def run(*args: object, **options: object) -> str:
    out = io.StringIO()
    call_command("import_assortment", *map(str, args), stdout=out, **options)
    return out.getvalue()


@pytest.mark.usefixtures("shop")
def test_json_has_the_totals_and_the_refused_rows(sheet: Path) -> None:
    found = json.loads(run(sheet, "--json"))

    assert {name: found[name] for name in ("created", "changed", "unchanged")} == {
        "created": 1,
        "changed": 0,
        "unchanged": 0,
    }
    (refused,) = found["rejected"]
    assert (refused["row"], refused["field"]) == (2, "price")
    assert "free" in refused["reason"]


@pytest.mark.usefixtures("shop")
def test_people_read_totals_and_reasons(sheet: Path) -> None:
    text = run(sheet)

    assert "created: 1" in text
    assert "rejected: 1" in text
    assert "row 2, price: “free”" in text


@pytest.mark.usefixtures("shop")
def test_a_dry_run_says_the_same_and_writes_nothing(sheet: Path) -> None:
    said = run(sheet, "--json", "--dry-run")

    assert not Project.objects.exists()
    assert said == run(sheet, "--json")


@pytest.mark.usefixtures("shop")
def test_rows_without_a_project_go_to_the_one_that_is_named(tmp_path: Path) -> None:
    path = tmp_path / "oil.csv"
    path.write_bytes(csv_of(row(project="")))

    run(path, "--project", "Cellar")

    assert Offer.objects.get().project.name == "Cellar"


@pytest.mark.usefixtures("shop")
def test_a_file_that_cannot_be_read_to_its_end_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "oil.csv"
    path.write_bytes(csv_of(OIL, "\0"))

    with pytest.raises(CommandError, match="Line 3"):
        run(path)
    with pytest.raises(CommandError, match="cannot be opened"):
        run(tmp_path / "nothing.csv")
    assert not Offer.objects.exists()


def test_the_connection_must_be_clear(sheet: Path) -> None:
    with pytest.raises(CommandError, match="There is none yet"):
        run(sheet)

    first = Connection.objects.create(name="First", client_id="id", client_secret="secret")
    Connection.objects.create(name="Second", client_id="id", client_secret="secret")
    with pytest.raises(CommandError, match="First, Second"):
        run(sheet)
    with pytest.raises(CommandError, match="no connection “Third”"):
        run(sheet, "--connection", "Third")

    run(sheet, "--connection", "Second")
    assert Offer.objects.get().project.connection.name == "Second"
    with pytest.raises(CommandError, match="Name the connection"):
        run(sheet)
    Project.objects.create(name="Cellar", connection=first)
    assert json.loads(run(sheet, "--project", "Cellar", "--json"))["rejected"]
