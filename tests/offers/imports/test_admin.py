"""The pages of an import: upload, look, load, and get the refused rows back."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from connections.models import Connection
from offers.imports import runs, tasks
from offers.models import ImportRun, Offer, Project
from tests.offers.imports.conftest import OIL, csv_of, row

pytestmark = pytest.mark.django_db(transaction=True)

ADD = "admin:offers_importrun_add"


@pytest.fixture(autouse=True)
def _files(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def browser(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def upload(browser: Client, shop: Connection, *rows: str, file: bytes | None = None, **fields):
    content = SimpleUploadedFile("oil.csv", file if file is not None else csv_of(*rows))
    return browser.post(reverse(ADD), {"file": content, "connection": shop.pk, **fields}, follow=True)


def address(name: str, run: ImportRun) -> str:
    return reverse(f"admin:offers_importrun_{name}", args=[run.pk])


def test_the_upload_page_offers_the_only_connection(browser: Client, shop: Connection) -> None:
    page = browser.get(reverse(ADD))

    assert "Import a spreadsheet" in page.text
    assert page.context["adminform"].form.initial["connection"] == shop.pk


def test_from_upload_to_offers(browser: Client, shop: Connection) -> None:
    page = upload(browser, shop, OIL, row(reference="OIL-2", price="<b>free</b>"))

    assert "Load the 1 good row" in page.text
    page = browser.get(address("change", ImportRun.objects.get()), {"show": "rejected"})
    assert "&lt;b&gt;free&lt;/b&gt;" in page.text
    assert "<b>free</b>" not in page.text
    assert "is not a price" in page.text
    run = ImportRun.objects.get()
    assert run.created_by == page.wsgi_request.user
    assert not Offer.objects.exists()

    page = browser.post(address("load", run), follow=True)
    assert 'http-equiv="refresh"' in page.text

    tasks.apply_import(run.pk)
    page = browser.get(address("change", run))
    assert "Loaded" in page.text
    assert 'http-equiv="refresh"' not in page.text
    assert Offer.objects.get().product.reference == "OIL-1"

    refused = browser.get(address("refused", run))
    assert "attachment" in refused["Content-Disposition"]
    assert b"OIL-2" in b"".join(refused)


def test_the_preview_shows_old_and_new(browser: Client, shop: Connection) -> None:
    upload(browser, shop, OIL)
    first = ImportRun.objects.get()
    browser.post(address("load", first))
    tasks.apply_import(first.pk)

    page = upload(browser, shop, row(price="13,95"))

    assert "<s>12.50</s> → <b>13.95</b>" in page.text


def test_a_file_that_changes_nothing_has_nothing_to_load(browser: Client, shop: Connection) -> None:
    page = upload(browser, shop, row(price="free"))

    assert "There is nothing to load" in page.text
    assert address("load", ImportRun.objects.get()) not in page.text


def test_a_file_that_cannot_be_read_is_refused_beside_its_field(browser: Client, shop: Connection) -> None:
    page = upload(browser, shop, file=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

    assert "This is an old Excel file" in page.text
    assert not ImportRun.objects.exists()


def test_a_person_says_what_the_columns_mean(browser: Client, shop: Connection) -> None:
    page = upload(
        browser,
        shop,
        file=b"feed;our code;ean;advies;prijs;voorraad\nPantry;OIL-1;0041497153718;20;12,50;5\n",
    )

    assert "Line 1 has no column “reference”" in page.text
    assert "CSV, UTF-8, separated by semicolons" in page.text
    run = ImportRun.objects.get()
    assert run.state == "columns"

    columns = ["project", "reference", "ean", "price", "", "stock"]
    chosen = {f"column-{place}": column for place, column in enumerate(columns)}
    page = browser.post(address("columns", run), chosen, follow=True)

    assert "Load the 1 good row" in page.text
    assert "advies" in page.text
    browser.post(address("load", run))
    tasks.apply_import(run.pk)
    assert str(Offer.objects.get().price) == "20.00"
    browser.post(address("columns", run), chosen)
    run.refresh_from_db()
    assert run.state == "done"


def test_two_columns_of_one_meaning_are_asked_about_again(browser: Client, shop: Connection) -> None:
    upload(browser, shop, OIL)
    run = ImportRun.objects.get()

    page = browser.post(address("columns", run), {"column-3": "price"}, follow=True)

    assert "has the column “price” twice" in page.text
    page = browser.post(address("columns", run), {"column-3": "title"}, follow=True)
    assert "Load the 1 good row" in page.text


def test_rows_are_shown_by_what_they_come_to(browser: Client, shop: Connection) -> None:
    rows = [row(reference=f"OIL-{number}") for number in range(60)]
    upload(browser, shop, *rows)
    first = ImportRun.objects.get()
    browser.post(address("load", first))
    tasks.apply_import(first.pk)

    upload(
        browser, shop, row(reference="OIL-1", price="13"), *rows[2:], row(reference="NEW"), row(price="free")
    )
    run = ImportRun.objects.latest("pk")
    shown = {
        name: [line.number for line in browser.get(address("change", run), {"show": name}).context["preview"]]
        for name in ("changed", "unchanged", "created")
    }
    assert shown == {"changed": [1], "unchanged": list(range(2, 52)), "created": [60]}
    second = browser.get(address("change", run), {"show": "unchanged", "row_page": 2})
    assert [line.number for line in second.context["preview"]] == list(range(52, 60))
    assert "is not a price" in browser.get(address("change", run), {"show": "rejected"}).text


def test_the_default_project_belongs_to_the_connection(browser: Client, shop: Connection) -> None:
    other = Connection.objects.create(name="Other shop", client_id="id", client_secret="secret")
    project = Project.objects.create(name="Cellar", connection=other)

    page = upload(browser, shop, OIL, default_project=project.pk)

    assert "This project belongs to another connection" in page.text


def test_the_list_shows_state_and_totals(
    browser: Client, shop: Connection, django_assert_max_num_queries
) -> None:
    for _number in range(5):
        upload(browser, shop, OIL)

    with django_assert_max_num_queries(12):
        page = browser.get(reverse("admin:offers_importrun_changelist"))

    assert page.text.count("Ready to load") >= 5
    assert "Import a spreadsheet" in page.text


def test_refused_rows_are_paged(browser: Client, shop: Connection) -> None:
    upload(browser, shop, *[row(reference=f"OIL-{number}", price="free") for number in range(60)])
    run = ImportRun.objects.get()

    page = browser.get(address("change", run), {"page": 2})

    assert [problem.row for problem in page.context["problems"]] == list(range(51, 61))


def test_what_changes_data_is_a_post_with_the_permission_to_import(client: Client, shop: Connection) -> None:
    viewer = User.objects.create_user("viewer", password="password", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_importrun"))
    client.force_login(viewer)
    run = ImportRun.objects.create(
        file=SimpleUploadedFile("oil.csv", csv_of(OIL)), original_name="oil.csv", connection=shop
    )
    runs.start_check(run)

    page = client.get(address("change", run))
    assert page.status_code == 200
    assert "Load the" not in page.text
    assert client.get(reverse(ADD)).status_code == 403
    assert client.post(address("load", run)).status_code == 403
    assert client.post(address("resume", run)).status_code == 403

    viewer.user_permissions.add(Permission.objects.get(codename="add_importrun"))
    assert client.get(address("load", run)).status_code == 405
    assert client.get(address("resume", run)).status_code == 405
    run.refresh_from_db()
    assert run.state == "ready"


def test_a_person_who_may_not_see_imports_gets_nothing(client: Client, shop: Connection) -> None:
    client.force_login(User.objects.create_user("stranger", password="password", is_staff=True))
    run = ImportRun.objects.create(
        file=SimpleUploadedFile("oil.csv", csv_of(OIL)), original_name="oil.csv", connection=shop
    )

    for name in ("change", "refused"):
        assert client.get(address(name, run)).status_code == 403
