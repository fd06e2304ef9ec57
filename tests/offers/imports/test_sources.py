"""What an import changes names that import as its source."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.management import call_command
from pytest_django import Settings

from connections.models import Connection, OutboxMessage
from offers.imports import runs
from offers.models import ImportRun

pytestmark = pytest.mark.django_db

ROWS = "project,reference,ean,title,condition,price,stock\nPantry,OIL-1,0041497153718,Olive Oil,NEW,12.50,5\n"


@pytest.fixture
def shop() -> Connection:
    return Connection.objects.create(name="Shop", client_id="id")


def test_an_import_by_command_names_the_command_and_the_file(shop: Connection, tmp_path: Path) -> None:
    path = tmp_path / "spring.csv"
    path.write_text(ROWS, encoding="utf-8")

    call_command("import_assortment", str(path), connection=shop.name)

    assert OutboxMessage.objects.get().source == "import_assortment spring.csv"


def test_an_import_by_a_person_names_the_person_and_the_file(
    shop: Connection, staff: User, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    file = ContentFile(ROWS.encode(), "spring.csv")
    run = ImportRun.objects.create(file=file, original_name="spring.csv", connection=shop)
    runs.carry_on(run.pk)
    run.refresh_from_db()
    assert runs.start_loading(run, staff)

    runs.carry_on(run.pk)

    message = OutboxMessage.objects.get()
    assert (message.source, message.created_by) == ("import spring.csv", staff)
