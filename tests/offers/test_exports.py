"""An export is the assortment in the columns of the import: it comes in again and changes nothing."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from connections.models import Connection, OutboxMessage
from offers import services
from offers.models import Offer, Product, Project
from offers.rules import check_digit
from tests.offers.imports.conftest import Import, load, outcomes, shop

__all__ = ["load", "shop"]

pytestmark = pytest.mark.django_db

LIST = "admin:offers_offer_changelist"
NASTY = [
    "=HYPERLINK(1)",
    "+1",
    "-2 for 1",
    "@home",
    "0012",
    "a\tb",
    "'=x",
    "''",
    "1,5",
    'say "x"; y',
    "12.50",
]
titles = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40).map(str.strip),
)


def make(project: Project, number: int, title: str, **wanted: object) -> Offer:
    digits = f"{number:012d}"
    product = Product.objects.create(reference=f"{number:05d}", ean=digits + check_digit(digits), title=title)
    return services.create_offer(project, product, None, **{"price": Decimal("12.50"), "stock": 5, **wanted})


@pytest.fixture
def pantry(shop: Connection) -> Project:
    return Project.objects.create(name="Pantry", connection=shop)


def everything() -> list[Offer]:
    return list(Offer.objects.order_by("product__reference"))


def exported(tmp_path: Path, suffix: str = "csv", **options: str) -> bytes:
    path = tmp_path / f"assortment.{suffix}"
    call_command("export_assortment", str(path), stdout=io.StringIO(), **options)
    return path.read_bytes()


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(titles, min_size=1, max_size=8))
def test_whatever_the_titles_are_an_export_changes_nothing_when_it_comes_in(
    load: Import, pantry: Project, tmp_path: Path, suffix: str, said: list[str]
) -> None:
    Offer.objects.all().delete()
    Product.objects.all().delete()
    for number, title in enumerate(said, start=1):
        make(pantry, number, title)
    announced = OutboxMessage.objects.count()

    assert outcomes(load(file=exported(tmp_path, suffix))) == ["unchanged"] * len(said)
    assert OutboxMessage.objects.count() == announced


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_an_empty_shop_gets_back_all_that_was_exported(
    load: Import, pantry: Project, tmp_path: Path, suffix: str
) -> None:
    make(
        pantry,
        1,
        "Olive Oil",
        condition="GOOD",
        stock=1500,
        on_hold=True,
        delivery_code="MijnLeverbelofte",
        volume_prices=[{"quantity": 6, "unit_price": "11.00"}, {"quantity": 12, "unit_price": "10.50"}],
        countries="NL,BE",
        reference_code="=BOL-1",
        unknown_product_title="Oil, unknown",
        economic_operator_id="eo-1",
        delivery_profile_id="profile-1",
        condition_comment="A dent.\nSmall.",
    )
    make(pantry, 3, "Radio", condition="REFURBISHED_A", is_margin_good=True)
    make(pantry, 2, "Stored at bol", fulfilment_method="FBB")
    before = [(offer.wanted_values(), offer.condition, offer.condition_comment) for offer in everything()]
    content = exported(tmp_path, suffix)
    Offer.objects.all().delete()
    Product.objects.all().delete()

    assert outcomes(load(file=content)) == ["created"] * 3
    after = [(offer.wanted_values(), offer.condition, offer.condition_comment) for offer in everything()]
    assert after == before


def test_one_product_in_two_projects_and_conditions_comes_in_again(
    load: Import, pantry: Project, shop: Connection, tmp_path: Path
) -> None:
    first = make(pantry, 1, "Olive Oil")
    cellar = Project.objects.create(name="Cellar", connection=shop)
    services.create_offer(cellar, first.product, None, price=Decimal(9), stock=1)
    services.create_offer(pantry, first.product, None, price=Decimal(5), stock=1, condition="GOOD")
    content = exported(tmp_path)

    assert outcomes(load(file=content)) == ["unchanged"] * 3
    Offer.objects.all().delete()
    Product.objects.all().delete()
    assert outcomes(load(file=content)) == ["created"] * 3
    assert Product.objects.count() == 1


def test_no_cell_of_an_export_runs_as_a_formula(pantry: Project, tmp_path: Path) -> None:
    make(pantry, 1, '=HYPERLINK("http://example.test")')

    sheet = load_workbook(io.BytesIO(exported(tmp_path, "xlsx"))).active
    cells = {cell.value: cell.data_type for cell in sheet[2]}
    assert cells['\'=HYPERLINK("http://example.test")'] == "s"
    assert "f" not in cells.values()
    assert ",\"'=HYPERLINK" in exported(tmp_path).decode()
    assert "0000000000017" in exported(tmp_path).decode()


def test_only_one_project_or_a_plain_refusal(pantry: Project, shop: Connection, tmp_path: Path) -> None:
    make(pantry, 1, "Olive Oil")
    make(Project.objects.create(name="Cellar", connection=shop), 2, "Wine")

    assert "Wine" not in exported(tmp_path, project="Pantry").decode()
    with pytest.raises(CommandError, match="There are: Cellar, Pantry"):
        exported(tmp_path, project="Attic")
    with pytest.raises(CommandError, match=r"\.csv or \.xlsx"):
        exported(tmp_path, "ods")
    with pytest.raises(CommandError, match="cannot be written"):
        exported(tmp_path / "nowhere")


def test_an_export_asks_the_database_the_same_few_questions_whatever_its_size(
    pantry: Project, tmp_path: Path, django_assert_max_num_queries
) -> None:
    for number in range(1, 30):
        make(pantry, number, "Olive Oil")

    with django_assert_max_num_queries(1):
        assert exported(tmp_path).count(b"Olive Oil") == 29


def test_the_buttons_of_the_list_export_what_it_shows(
    client: Client, staff: User, pantry: Project, settings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path
    client.force_login(staff)
    make(pantry, 1, "Olive Oil")
    make(pantry, 2, "Wine", on_hold=True)

    page = client.get(reverse(LIST))
    assert reverse("admin:offers_offer_export_csv") in page.text
    page = client.get(reverse(LIST), {"on_hold__exact": "1"})
    assert reverse("admin:offers_offer_export_csv") + "?on_hold__exact=1" in page.text
    listed = b"".join(client.get(reverse("admin:offers_offer_export_csv"), {"on_hold__exact": "1"})).decode()
    assert "Wine" in listed
    assert "Olive Oil" not in listed
    answer = client.get(reverse("admin:offers_offer_export_xlsx"), {"q": "Olive"})
    rows = list(load_workbook(io.BytesIO(b"".join(answer))).active.values)
    answer.close()
    assert [line[3] for line in rows] == ["title", "Olive Oil"]


def test_who_may_not_see_offers_exports_none(client: Client, pantry: Project) -> None:
    client.force_login(User.objects.create_user("stranger", password="password", is_staff=True))

    for name in ("export_csv", "export_xlsx"):
        assert client.get(reverse(f"admin:offers_offer_{name}")).status_code == 403
