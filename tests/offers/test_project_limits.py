"""Each project may have guard rails of its own; what it leaves empty is that of the installation."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from connections.models import Connection
from offers import guarding, services
from offers.imports import runs
from offers.models import ImportRun, Offer, Project
from tests.offers.imports.conftest import csv_of, row
from tests.offers.test_bulk import make_many, quiet
from tests.offers.test_bulk_pages import LIST, browser, browser_of, choose, text

__all__ = ["browser", "browser_of", "quiet"]

pytestmark = pytest.mark.django_db(transaction=True)


def limit(project: Project, **limits: Any) -> None:
    for name, value in limits.items():
        setattr(project, f"guard_{name}", value)
    project.save(update_fields=[f"guard_{name}" for name in limits])


def page_of(browser: Client, project: Project, action: str, count: int, **typed: str) -> str:
    return text(browser.post(LIST, choose(action, project.offers.all()[:count], step="preview", **typed)))


def filled(project: Project, **typed: str) -> dict[str, str]:
    """What the form of a project posts."""
    names = ("name", "connection_id", "condition", "fulfilment_method", "delivery_code", "countries")
    values = {name.removesuffix("_id"): str(getattr(project, name)) for name in names}
    return {**values, "is_active": "on", **typed}


def line(offer: Offer, **cells: str) -> str:
    """The row of a spreadsheet about an offer as it is, with other cells."""
    product = offer.product
    same = {"project": offer.project.name, "reference": product.reference, "ean": product.ean}
    return row(**{**same, "title": "", "price": str(offer.price), "stock": str(offer.stock), **cells})


def save(browser: Client, project: Project, **typed: str) -> Any:
    address = reverse("admin:offers_project_change", args=[project.pk])
    answer = browser.post(address, filled(project, **typed))
    project.refresh_from_db()
    return answer


def test_the_limits_of_the_project_count_and_are_named(browser: Client, quiet: Project) -> None:
    make_many(quiet, 40)
    limit(quiet, price_percent=Decimal("7.5"), share_percent=Decimal(5))

    dearer = page_of(browser, quiet, "change_price", 1, move="percent", amount="10", rounding="none")
    assert "1 price of “Quiet” moves by more than 7.5 %." in dearer
    held = page_of(browser, quiet, "put_on_hold", 3)
    assert "3 of 40 offers of “Quiet” are put on hold: more than 5 % of them." in held

    limit(quiet, price_percent=None, share_percent=None)
    assert "looks like a mistake" not in page_of(browser, quiet, "put_on_hold", 3)


def test_a_project_may_be_looser_and_its_neighbour_stays_as_strict(browser: Client, quiet: Project) -> None:
    make_many(quiet, 2)
    other = Project.objects.create(name="Pantry", connection=quiet.connection)
    products = [offer.product for offer in quiet.offers.all()]
    services.create_offers(
        [services.new_offer(other, product, price=Decimal("12.50")) for product in products], None
    )
    limit(quiet, price_percent=Decimal(100))
    everything = [*quiet.offers.all(), *other.offers.all()]
    typed = {"move": "set", "amount": "20", "rounding": "none"}

    page = text(browser.post(LIST, choose("change_price", everything, step="preview", **typed)))

    assert "2 prices of “Pantry” move by more than 30 %." in page
    assert "of “Quiet” move" not in page


def test_a_small_project_may_have_a_share_too(browser: Client, quiet: Project) -> None:
    make_many(quiet, 5)
    assert "looks like a mistake" not in page_of(browser, quiet, "put_on_hold", 2)

    limit(quiet, smallest_project=1)

    assert "2 of 5 offers of “Quiet” are put on hold" in page_of(browser, quiet, "put_on_hold", 2)


def test_an_import_keeps_to_the_limits_of_the_project(
    quiet: Project, settings: Any, tmp_path: Path, staff: User
) -> None:
    settings.MEDIA_ROOT = tmp_path
    make_many(quiet, 40)
    limit(quiet, price_percent=Decimal(5), share_percent=Decimal("2.5"))
    first, second, third = quiet.offers.order_by("pk")[1:4]
    file = csv_of(line(first, stock="0"), line(second, stock="0"), line(third, price="13.50"))
    run = ImportRun.objects.create(
        file=SimpleUploadedFile("stock.csv", file), original_name="stock.csv", connection=quiet.connection
    )
    runs.start_check(run)
    run.refresh_from_db()
    limit(quiet, price_percent=Decimal(50), share_percent=Decimal(50))

    said = [guarding.in_words(warning) for warning in runs.warnings_of(run)]

    assert said == [
        "1 price of “Quiet” moves by more than 5 %.",
        "2 of 40 offers of “Quiet” go to stock 0: more than 2.5 % of them.",
    ], "with the limits that the file was checked by"


def test_the_page_of_a_project_has_its_limits(browser: Client, quiet: Project) -> None:
    page = browser.get(reverse("admin:offers_project_change", args=[quiet.pk]))
    assert 'placeholder="30"' in page.text
    assert "more than this share of the project" in page.text

    save(browser, quiet, guard_price_percent="12.5", guard_share_percent="0", guard_smallest_project="")

    assert (quiet.guard_price_percent, quiet.guard_share_percent) == (Decimal("12.5"), 0)
    assert quiet.guard_smallest_project is None
    assert guarding.limits_of(quiet).smallest_project == 20


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"guard_price_percent": "0"}, "greater than or equal to 0.01"),
        ({"guard_price_percent": "-5"}, "greater than or equal to 0.01"),
        ({"guard_share_percent": "101"}, "less than or equal to 100"),
        ({"guard_share_percent": "-1"}, "greater than or equal to 0"),
        ({"guard_smallest_project": "0"}, "greater than or equal to 1"),
        ({"guard_price_percent": "a third"}, "Enter a number"),
    ],
)
def test_a_limit_that_means_nothing_is_refused(
    browser: Client, quiet: Project, typed: dict[str, str], said: str
) -> None:
    answer = save(browser, quiet, **typed)

    assert said in text(answer)
    assert quiet.guard_price_percent is None
    assert quiet.guard_share_percent is None
    assert quiet.guard_smallest_project is None


def test_who_may_not_pass_a_guard_rail_does_not_move_it(
    browser_of: Callable[..., Client], quiet: Project
) -> None:
    clerk = browser_of("view_project", "change_project")
    page = clerk.get(reverse("admin:offers_project_change", args=[quiet.pk]))
    assert 'name="guard_price_percent"' not in page.text

    save(clerk, quiet, name="Quieter", guard_price_percent="500")

    assert (quiet.name, quiet.guard_price_percent) == ("Quieter", None)


def test_the_limits_of_the_installation_count_for_a_new_project(settings: Any, db: None) -> None:
    settings.GUARD_PRICE_PERCENT = Decimal(12)
    connection = Connection.objects.create(name="Shop", client_id="shop")

    assert guarding.limits_of(Project(name="New", connection=connection)).price_percent == 12
