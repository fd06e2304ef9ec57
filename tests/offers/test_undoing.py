"""What an import changed goes back as a whole; what somebody changed since is listed and left alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ

from connections.models import Connection
from offers import batches, services, undoing
from offers.imports import runs, tasks
from offers.models import ChangeBatch, ImportRun, Offer, Product
from tests.conftest import RunningSandbox
from tests.offers.conftest import updates, writes
from tests.offers.imports.conftest import OIL, csv_of, load, row, shop

__all__ = ["load", "shop"]

pytestmark = pytest.mark.django_db(transaction=True)

TWO = [OIL, row(reference="OIL-2", ean="8710000000017")]


@pytest.fixture
def load_run(settings, tmp_path: Path, staff: User) -> Callable[..., ImportRun]:
    """Upload and load a file as the admin does."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.STATIC_ROOT = tmp_path

    def run(connection: Connection, *rows: str) -> ImportRun:
        file = SimpleUploadedFile("oil.csv", csv_of(*rows))
        made = ImportRun.objects.create(file=file, original_name="oil.csv", connection=connection)
        runs.start_check(made)
        runs.start_loading(made, staff, pass_guard_rails=True)
        tasks.apply_import(made.pk)
        made.refresh_from_db()
        assert made.state == "done"
        return made

    return run


def values() -> dict[str, tuple[str, int, str]]:
    return {
        offer.product.reference: (str(offer.price), offer.stock, offer.product.title)
        for offer in Offer.objects.select_related("product")
    }


def test_everything_goes_back_but_what_changed_since(shop: Connection, load_run, staff: User) -> None:
    load_run(shop, *TWO)
    before = values()
    run = load_run(shop, row(price="20", title="Oil"), row(reference="OIL-2", ean="8710000000017", stock="9"))
    second = Offer.objects.get(product__reference="OIL-2")
    services.change_offer(second, None, stock=7)

    undo = undoing.start_undo(run.batch, staff)

    assert values() == before | {"OIL-2": ("12.50", 7, "Olive Oil")}
    (kept,) = run.batch.rows.filter(outcome="kept")
    assert kept.name == "OIL-2"
    assert "Stock 9 → 7" in kept.kept_because
    assert undo.created_by == staff
    assert [row.name for row in undo.rows.all()] == ["OIL-1"]


def test_an_undo_is_a_batch_that_can_be_undone(shop: Connection, load_run, staff: User) -> None:
    load_run(shop, *TWO)
    run = load_run(shop, row(price="20", title="Oil"))
    after = values()

    undo = undoing.start_undo(run.batch, staff)
    assert values() != after
    undoing.start_undo(undo, staff)

    assert values() == after


def test_what_was_made_is_discarded_before_bol_heard_of_it(shop: Connection, load_run) -> None:
    run = load_run(shop, *TWO)

    undoing.start_undo(run.batch, None)

    assert not Offer.objects.exists()
    assert set(run.batch.rows.values_list("outcome", flat=True)) == {"undone"}


def test_bol_hears_of_the_old_price_and_a_made_offer_leaves_the_shop(
    sandbox: RunningSandbox, connection: Connection, relay, load_run
) -> None:
    load_run(connection, OIL)
    relay(connection)
    run = load_run(connection, row(price="13,95"), TWO[1])
    relay(connection)
    assert writes(sandbox).count("POST") == 2

    undoing.start_undo(run.batch, None)
    relay(connection)

    assert writes(sandbox).count("DELETE") == 0
    said = str(updates(sandbox)[1:])
    assert "12.5" in said
    assert "onHold" in said
    assert set(Offer.objects.values_list("product__reference", "on_hold")) == {
        ("OIL-1", False),
        ("OIL-2", True),
    }


def test_a_batch_is_undone_once_and_in_portions(shop: Connection, load_run, monkeypatch) -> None:
    run = load_run(shop, *[row(reference=f"OIL-{number}") for number in range(7)])
    monkeypatch.setattr(undoing, "PORTION", 3)

    undo = undoing.start_undo(run.batch, None)
    assert undoing.start_undo(run.batch, None) is None
    assert Offer.objects.count() == 7
    assert OrmQ.objects.filter().count() >= 1
    assert undoing.resume_undos() == 1

    assert undoing.carry_on(undo.pk) is False
    assert not Offer.objects.exists()
    assert undoing.resume_undos() == 0


def test_the_ean_of_a_product_that_reached_bol_since_stays(shop: Connection, load_run) -> None:
    load_run(shop, OIL)
    run = load_run(shop, row(ean="8710000000017"))
    Offer.objects.update(offer_id="abc")

    undoing.start_undo(run.batch, None)

    assert Product.objects.get().ean == "8710000000017"
    assert "cannot be changed" in run.batch.rows.get().kept_because


def test_undoing_a_release_by_file_brings_back_the_reason_and_the_date(
    shop: Connection, load_run, staff: User
) -> None:
    until = datetime(2099, 1, 5, tzinfo=UTC)
    load_run(shop, OIL)
    services.put_on_hold(Offer.objects.all(), None, reason="Recall", until=until)
    run = load_run(shop, row(on_hold="no"))
    assert not Offer.objects.get().on_hold

    undoing.start_undo(run.batch, staff)

    offer = Offer.objects.get()
    assert (offer.on_hold, offer.hold_reason, offer.hold_until) == (True, "Recall", until)


def test_a_bulk_change_can_be_recorded_and_undone(shop: Connection, load_run, staff: User) -> None:
    load_run(shop, *TWO)
    batch = batches.start_batch("Change price", staff)
    dearer = {"price": Decimal(15)}
    assert services.change_each([(offer, dearer) for offer in Offer.objects.all()], staff, batch) == 2
    assert batch.rows.count() == 2

    undoing.start_undo(batch, staff)

    assert {price for price, *_rest in values().values()} == {"12.50"}


def test_the_page_asks_first_and_then_undoes(client: Client, staff: User, shop: Connection, load_run) -> None:
    load_run(shop, *TWO)
    run = load_run(shop, row(price="20"))
    address = reverse("admin:offers_changebatch_undo", args=[run.batch.pk])
    client.force_login(staff)

    page = client.get(reverse("admin:offers_importrun_change", args=[run.pk]))
    assert reverse("admin:offers_changebatch_change", args=[run.batch.pk]) in page.text
    assert client.get(address).status_code == 405
    page = client.post(address)
    assert "Undo 1 change" in page.text
    assert values()["OIL-1"][0] == "20.00"

    page = client.post(address, {"confirmed": "yes"}, follow=True)
    assert "1 went back, 0 were left as they are" in page.text
    assert values()["OIL-1"][0] == "12.50"
    page = client.post(address, {"confirmed": "yes"}, follow=True)
    assert "was undone before" in page.text


def test_who_may_not_change_offers_undoes_nothing(client: Client, shop: Connection, load_run) -> None:
    run = load_run(shop, OIL)
    viewer = User.objects.create_user("viewer", password="password", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_changebatch"))
    client.force_login(viewer)

    page = client.get(reverse("admin:offers_changebatch_change", args=[run.batch.pk]))
    assert page.status_code == 200
    assert "Undo…" not in page.text
    answer = client.post(reverse("admin:offers_changebatch_undo", args=[run.batch.pk]), {"confirmed": "yes"})
    assert answer.status_code == 403
    assert not ChangeBatch.objects.filter(undoes__isnull=False).exists()
