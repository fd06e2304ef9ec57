"""The preview of an import says which rows will claim an EAN that something else claims too, and who does."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from connections.models import Connection, OutboxMessage
from offers.conflicts import find_conflicts
from offers.deciding import decide
from offers.imports import importing, runs, tasks
from offers.imports.foretelling import foretell
from offers.models import EanConflict, FoundBy, ImportRun, Offer, Product, Project
from offers.rules import check_digit
from tests.offers.conftest import EAN
from tests.offers.imports.conftest import OIL, Import, csv_of, row

pytestmark = pytest.mark.django_db

VINEGAR = "8411610002278"
COPY = row(reference="OIL-2")

Upload = Callable[..., ImportRun]


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def upload(shop: Connection) -> Upload:
    """Upload rows and have them checked."""

    def run(*rows: str) -> ImportRun:
        file = SimpleUploadedFile("oil.csv", csv_of(*rows))
        made = ImportRun.objects.create(file=file, original_name="oil.csv", connection=shop)
        runs.start_check(made)
        return ImportRun.objects.get(pk=made.pk)

    return run


@pytest.fixture
def browser(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def foretold(run: ImportRun) -> dict[int, str]:
    """The contested rows with what is said about them."""
    return foretell(run, run.lines.filter(is_contested=True))


def look(browser: Client, run: ImportRun, **asked: Any) -> Any:
    return browser.get(reverse("admin:offers_importrun_change", args=[run.pk]), asked)


def test_two_rows_of_one_ean_are_shown_with_each_other(browser: Client, upload: Upload) -> None:
    run = upload(OIL, COPY, row(reference="VINEGAR", ean=VINEGAR))

    page = look(browser, run, show="contested")

    assert "2 rows claim an EAN that another product or project claims too." in page.text
    assert "nothing is sent about such an EAN until somebody chooses the owner" in page.text
    assert "EAN conflicts 2" in page.text
    notices = {line.number: line.notice for line in page.context["preview"]}
    assert notices == {
        1: f"EAN {EAN} is claimed by OIL-2 (Pantry, row 2) too. Nothing is sent about any of them until somebody "
        "chooses the owner.",
        2: f"EAN {EAN} is claimed by OIL-1 (Pantry, row 1) too. Nothing is sent about any of them until somebody "
        "chooses the owner.",
    }
    assert "Load the 3 good rows" in page.text
    assert notices[1] in look(browser, run, show="created").text


def test_an_import_without_conflicts_says_nothing_of_them(browser: Client, upload: Upload) -> None:
    page = look(browser, upload(OIL, row(reference="USED", condition="GOOD")))

    assert "claims an EAN" not in page.text
    assert "EAN conflicts" not in [tab.title for tab in page.context["tabs"]]


def test_a_row_names_the_offers_that_claim_its_ean_already(load: Import, upload: Upload) -> None:
    load(OIL)

    run = upload(COPY, row(project="Second feed"), row(reference="OIL-9", price="free"))

    assert {number: said.partition(" too")[0] for number, said in foretold(run).items()} == {
        1: f"EAN {EAN} is claimed by OIL-1 (Pantry), OIL-1 (Second feed, row 2)",
        2: f"EAN {EAN} is claimed by OIL-1 (Pantry), OIL-2 (Pantry, row 1)",
    }


def test_an_inactive_project_and_another_account_claim_nothing(load: Import, upload: Upload) -> None:
    load(OIL)
    Project.objects.update(is_active=False)
    other = Connection.objects.create(name="Other", client_id="other", client_secret="secret")
    elsewhere = Project.objects.create(name="Elsewhere", connection=other)
    product = Product.objects.create(reference="OIL-8", ean=EAN)
    Offer.objects.create(project=elsewhere, product=product, price=10)

    assert foretold(upload(row(reference="OIL-2", project="Second feed"), OIL)) == {}


def test_an_offer_that_stays_gone_claims_nothing(load: Import, upload: Upload) -> None:
    load(OIL)
    Offer.objects.update(
        offer_id="gone", gone_at="2026-01-01T00:00:00Z", stays_gone=True, parked_reason="Sold out"
    )

    assert foretold(upload(OIL, COPY)) == {}


def test_rows_of_different_parts_are_seen_together(upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK", 1)

    run = upload(OIL, row(reference="VINEGAR", ean=VINEGAR), COPY)

    assert set(foretold(run)) == {1, 3}


def test_a_file_that_corrects_an_ean_ends_the_conflict(
    load: Import, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 1)
    load(OIL, COPY)

    assert set(foretold(upload(OIL))) == {1}
    assert foretold(upload(OIL, row(reference="OIL-2", ean=VINEGAR))) == {}
    assert foretold(upload(row(reference="OIL-2", ean=VINEGAR), OIL)) == {}


def test_a_new_ean_of_a_product_counts_for_its_offers_that_no_row_is_about(
    load: Import, upload: Upload
) -> None:
    load(OIL, row(reference="VINEGAR", ean=VINEGAR))
    Project.objects.create(name="Second feed", connection=Connection.objects.get())
    load(row(project="Second feed", condition="GOOD"))

    run = upload(row(ean=VINEGAR), row(reference="USED", ean=VINEGAR, condition="GOOD"))

    assert {number: said.partition(" too")[0] for number, said in foretold(run).items()} == {
        1: f"EAN {VINEGAR} is claimed by VINEGAR (Pantry)",
        2: f"EAN {VINEGAR} is claimed by OIL-1 (Second feed)",
    }


def test_after_a_decision_the_owner_is_free_and_the_others_say_who_it_is(
    load: Import, upload: Upload
) -> None:
    load(OIL, COPY)
    decide(EanConflict.objects.get(), Offer.objects.get(product__reference="OIL-2"), None, "better photo")

    run = upload(OIL, COPY, row(reference="OIL-3"))

    parked = f"EAN {EAN} belongs to OIL-2 (Pantry), so this offer is parked: better photo"
    assert foretold(run) == {1: parked, 3: parked}


def test_of_many_claimants_some_are_named_and_all_are_counted(upload: Upload) -> None:
    run = upload(*[row(reference=f"OIL-{number}") for number in range(1, 61)])

    said = foretold(run)

    assert len(said) == 60
    assert "OIL-6 (Pantry, row 6), 54 more too." in said[1]


def test_a_file_too_long_to_be_looked_at_whole_says_so(
    browser: Client, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "Only the first 2 rows that can be loaded are shown, and looked at for EAN conflicts."
    run = upload(OIL, row(reference="VINEGAR", ean=VINEGAR), COPY)
    assert said not in look(browser, run).text
    monkeypatch.setattr(runs, "MAX_LINES", 2)

    run = upload(OIL, row(reference="VINEGAR", ean=VINEGAR), COPY)

    assert said in look(browser, run).text
    assert foretold(run) == {}


def test_loading_finds_just_the_conflicts_that_were_foretold(browser: Client, upload: Upload) -> None:
    rows = [OIL, COPY, row(project="Second feed"), row(reference="VINEGAR", ean=VINEGAR)]
    run = upload(*rows)
    foreseen = set(foretold(run))

    browser.post(reverse("admin:offers_importrun_load", args=[run.pk]))
    tasks.apply_import(run.pk)

    assert foreseen == {1, 2, 3}
    assert Offer.objects.filter(is_in_conflict=True).count() == 3
    assert OutboxMessage.objects.waiting().count() == 1


@pytest.mark.parametrize("seed", range(10))
def test_whatever_a_file_says_loading_finds_what_was_foretold(
    load: Import, upload: Upload, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 3)
    chance = random.Random(seed)
    load(*_any_rows(chance, 6))
    content = _any_rows(chance, 8)
    run = upload(*content)

    foreseen = set(foretold(run))
    lines = load(*content)

    contested = set(Offer.objects.filter(is_in_conflict=True).values_list("pk", flat=True))
    by_row = {line.source.number: line.entry for line in lines if line.entry}
    found = {number for number, entry in by_row.items() if (entry.offer or entry.made).pk in contested}
    assert foreseen == found
    assert not find_conflicts(FoundBy.PERSON)


def _any_rows(chance: random.Random, count: int) -> list[str]:
    """Rows of few references, EANs, projects and conditions, so that much is claimed twice; some cannot be taken."""
    return [
        row(
            reference=f"OIL-{chance.randrange(4)}",
            ean=chance.choice([EAN, VINEGAR, "8710000000017", "", "not an EAN"]),
            project=chance.choice(["Pantry", "Second feed"]),
            condition=chance.choice(["NEW", "GOOD"]),
        )
        for _number in range(count)
    ]


def test_a_part_is_looked_at_with_as_many_queries_however_many_rows_it_has(
    shop: Connection, load: Import, upload: Upload
) -> None:
    load(*[row(reference=f"SHELF-{number}", ean=_ean(number)) for number in range(300)])
    Project.objects.create(name="Second feed", connection=shop)

    few = _selects(upload, 5)
    many = _selects(upload, 300)

    assert ImportRun.objects.latest("pk").lines.filter(is_contested=True).count() == 300
    assert len(many) == len(few)
    if database.vendor == "sqlite":
        assert not [plan for plan in map(_plan, many) if "SCAN offers_offer" in plan]


def _selects(upload: Upload, count: int) -> list[str]:
    rows = [
        row(reference=f"OTHER-{number}", ean=_ean(number), project="Second feed") for number in range(count)
    ]
    with CaptureQueriesContext(database) as queries:
        upload(*rows)
    return [query["sql"] for query in queries if query["sql"].startswith("SELECT")]


def _plan(sql: str) -> str:
    with database.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return " ".join(str(step) for step in cursor.fetchall())


def _ean(number: int) -> str:
    digits = f"8719{number:08}"
    return digits + check_digit(digits)


def test_the_page_of_conflicts_takes_as_many_queries_for_fifty_rows_as_for_one(
    browser: Client, upload: Upload, load: Import
) -> None:
    load(*[row(reference=f"SHELF-{number}", ean=_ean(number)) for number in range(60)])
    one = upload(row(reference="OTHER", ean=_ean(1)))
    fifty = upload(*[row(reference=f"OTHER-{number}", ean=_ean(number)) for number in range(60)])

    counts = []
    for run in (one, fifty):
        look(browser, run, show="contested")
        with CaptureQueriesContext(database) as queries:
            page = look(browser, run, show="contested")
        counts.append(len(queries))

    assert len(page.context["preview"]) == 50
    assert counts[0] == counts[1]
