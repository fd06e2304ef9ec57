"""An import that looks like a mistake stops and asks, in the admin and by command."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from connections.models import Connection
from offers.imports import runs, tasks
from offers.models import ImportRun, Offer
from tests.offers.imports.conftest import Import, csv_of, row

pytestmark = pytest.mark.django_db(transaction=True)

SHELF = [row(reference=f"OIL-{number:02d}") for number in range(40)]
SOLD_OUT = [row(reference=f"OIL-{number:02d}", stock="0") for number in range(9)]


@pytest.fixture(autouse=True)
def _files(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def upload(shop: Connection, load: Import):
    """Upload rows for a shop of forty olive oils."""
    load(*SHELF)

    def run(*rows: str) -> ImportRun:
        file = SimpleUploadedFile("oil.csv", csv_of(*rows))
        made = ImportRun.objects.create(file=file, original_name="oil.csv", connection=shop)
        runs.start_check(made)
        made.refresh_from_db()
        return made

    return run


@pytest.fixture
def browser(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def press_load(browser: Client, run: ImportRun, **fields: str):
    answer = browser.post(reverse("admin:offers_importrun_load", args=[run.pk]), fields, follow=True)
    tasks.apply_import(run.pk)
    run.refresh_from_db()
    return answer


def test_a_price_that_jumps_is_named_and_loaded_only_after_a_second_word(browser: Client, upload) -> None:
    run = upload(row(reference="OIL-07", price="125.00"), row(reference="OIL-08", price="13.00"))

    page = browser.get(reverse("admin:offers_importrun_change", args=[run.pk]), {"show": "guarded"})
    assert "1 price of “Pantry” moves by more than 30 %" in page.text
    assert [line.number for line in page.context["preview"]] == [1]

    page = press_load(browser, run)
    assert "Load it all the same" in page.text
    assert "OIL-07" in page.text
    assert run.state == "ready"
    assert not Offer.objects.filter(price__gt=13).exists()

    press_load(browser, run, pass_guard_rails="yes")
    assert run.state == "done"
    assert Offer.objects.get(price=125).product.reference == "OIL-07"


def test_without_the_permission_nobody_passes(client: Client, upload) -> None:
    run = upload(*SOLD_OUT)
    clerk = User.objects.create_user("clerk", password="password", is_staff=True)
    names = ["view_importrun", "add_importrun"]
    clerk.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(clerk)

    page = press_load(client, run)
    assert "9 of 40 offers of “Pantry” go to stock 0" in page.text
    assert "Load it all the same" not in page.text
    assert press_load(client, run, pass_guard_rails="yes").status_code == 403
    assert run.state == "ready"
    assert not Offer.objects.filter(stock=0).exists()


def test_the_share_is_that_of_the_whole_file(upload) -> None:
    assert runs.warnings_of(upload(*SOLD_OUT[:8])) == []
    (warning,) = runs.warnings_of(upload(*SOLD_OUT))
    assert (warning.kind, warning.count, warning.of) == ("sold_out", 9, 40)


def test_the_command_refuses_until_it_is_told_to_pass(upload, tmp_path: Path) -> None:
    path = tmp_path / "oil.csv"
    path.write_bytes(csv_of(*SOLD_OUT))

    with pytest.raises(CommandError, match=r"9 of 40 offers(?s:.*)OIL-08(?s:.*)--pass-guard-rails"):
        call_command("import_assortment", str(path), stdout=io.StringIO())
    assert not Offer.objects.filter(stock=0).exists()

    call_command("import_assortment", str(path), "--pass-guard-rails", stdout=io.StringIO())
    assert Offer.objects.filter(stock=0).count() == 9


def test_limits_come_from_the_settings(upload, settings) -> None:
    settings.GUARD_STOCK_SHARE_PERCENT = 50
    assert runs.warnings_of(upload(*SOLD_OUT)) == []
