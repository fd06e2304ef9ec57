"""Good rows become projects, products and offers; only what changes is saved and announced."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from connections.models import Connection, Lane, OutboxMessage
from offers import services
from offers.imports import importing
from offers.models import Offer, Product, Project
from offers.state import details_of, price_of, stock_of
from tests.offers.imports.conftest import HEADER, OIL, Import, csv_of, outcomes, row

pytestmark = pytest.mark.django_db


def waiting() -> list[tuple[str, int]]:
    return sorted(OutboxMessage.objects.waiting().values_list("operation", "lane"))


def oil() -> Offer:
    return Offer.objects.with_all().get(product__reference="OIL-1")


def publish(offer: Offer) -> None:
    """Have bol know the offer exactly as we want it, and nothing wait."""
    offer.offer_id = "offer-id"
    offer.known_details, offer.known_price, offer.known_stock = (
        offer.wanted.details,
        offer.wanted.price,
        offer.wanted.stock,
    )
    offer.save()
    OutboxMessage.objects.all().delete()


def test_a_new_row_makes_project_product_and_offer_and_announces_it(load: Import, shop: Connection) -> None:
    assert outcomes(load(OIL)) == ["created"]

    offer = oil()
    assert (offer.project.name, offer.project.connection) == ("Pantry", shop)
    assert (offer.product.ean, offer.product.title) == ("0041497153718", "Olive Oil")
    assert (offer.price, offer.stock, offer.on_hold) == (Decimal("12.50"), 5, False)
    assert waiting() == [("CREATE_OFFER", Lane.DETAILS)]


def test_a_hold_from_a_file_forgets_the_reason_and_the_date_of_an_earlier_hold(load: Import) -> None:
    load(OIL)
    services.put_on_hold([oil()], None, reason="Recall", until=timezone.now())

    load(row(on_hold="no"))
    load(row(on_hold="yes"))

    assert (oil().on_hold, oil().hold_reason, oil().hold_until) == (True, "", None)
    assert services.release_due() == 0


def test_the_same_file_again_changes_nothing_and_announces_nothing(load: Import) -> None:
    load(OIL)
    OutboxMessage.objects.all().delete()
    changed_at = oil().changed_at

    assert outcomes(load(OIL)) == ["unchanged"]
    assert waiting() == []
    assert oil().changed_at == changed_at


@pytest.mark.parametrize(
    ("cells", "messages"),
    [
        ({"price": "13,95"}, [("UPDATE_OFFER_PRICE", Lane.PRICE)]),
        ({"stock": "7"}, [("UPDATE_OFFER_STOCK", Lane.STOCK)]),
        ({"stock": "0"}, [("UPDATE_OFFER_STOCK", Lane.STOCK_TO_ZERO)]),
        ({"on_hold": "ja"}, [("UPDATE_OFFER", Lane.DETAILS)]),
        ({"title": "Olive Oil Extra"}, [("UPDATE_OFFER", Lane.DETAILS)]),
        ({"delivery_code": "2-3d"}, [("UPDATE_OFFER", Lane.DETAILS)]),
        (
            {"price": "13", "stock": "9"},
            [("UPDATE_OFFER_PRICE", Lane.PRICE), ("UPDATE_OFFER_STOCK", Lane.STOCK)],
        ),
    ],
)
def test_only_what_differs_at_bol_is_announced(
    load: Import, cells: dict[str, str], messages: list[tuple[str, int]]
) -> None:
    load(OIL)
    publish(oil())

    assert outcomes(load(row(**cells))) == ["changed"]
    assert waiting() == messages


def test_a_blank_cell_keeps_what_the_offer_has(load: Import) -> None:
    load(row(on_hold="yes", delivery_code="2-3d"))

    lines = load(
        row(ean="", title="", price="", stock="8", on_hold="", fulfilment_method="", delivery_code="")
    )

    assert outcomes(lines) == ["changed"]
    assert lines[0].changes == {"stock": (5, 8)}
    offer = oil()
    assert (offer.price, offer.stock, offer.on_hold, offer.delivery_code) == (
        Decimal("12.50"),
        8,
        True,
        "2-3d",
    )
    assert (offer.product.ean, offer.product.title) == ("0041497153718", "Olive Oil")


def test_a_blank_cell_of_a_new_offer_takes_the_default_of_the_project(load: Import, shop: Connection) -> None:
    Project.objects.create(name="Pantry", connection=shop, delivery_code="4-8d", condition="GOOD")

    load(row(condition="", fulfilment_method="", delivery_code="", on_hold=""))

    assert (oil().condition, oil().fulfilment_method, oil().delivery_code) == ("GOOD", "FBR", "4-8d")


def test_the_delivery_code_follows_the_method(load: Import) -> None:
    load(OIL)

    load(row(fulfilment_method="FBB", delivery_code=""))
    assert (oil().fulfilment_method, oil().delivery_code) == ("FBB", "")

    load(row(fulfilment_method="FBR", delivery_code=""))
    assert (oil().fulfilment_method, oil().delivery_code) == ("FBR", "1-2d")


def test_rows_without_a_project_go_to_the_default_project(load: Import) -> None:
    load(row(project=""), project="Cellar")

    assert oil().project.name == "Cellar"


def test_a_project_of_another_connection_is_refused(load: Import) -> None:
    other = Connection.objects.create(name="Other shop", client_id="id", client_secret="secret")
    Project.objects.create(name="Pantry", connection=other)

    (line,) = load(OIL)

    assert [problem.field for problem in line.problems] == ["project"]
    assert "Other shop" in line.problems[0].reason
    assert Offer.objects.count() == 0


def test_the_ean_of_a_product_that_is_at_bol_stays(load: Import) -> None:
    load(OIL)
    publish(oil())

    (line,) = load(row(ean="8710000000017"))

    assert [problem.field for problem in line.problems] == ["ean"]
    assert "0041497153718" in line.problems[0].reason
    assert oil().product.ean == "0041497153718"


def test_the_ean_of_a_product_that_was_never_sent_can_be_corrected(load: Import) -> None:
    load(OIL)

    assert outcomes(load(row(ean="8710000000017"))) == ["changed"]
    assert oil().product.ean == "8710000000017"


def test_a_title_is_told_with_every_offer_of_the_product(load: Import, shop: Connection) -> None:
    load(OIL)
    elsewhere = Project.objects.create(name="Outlet", connection=shop)
    services.create_offer(elsewhere, oil().product, None, condition="GOOD", price=Decimal(9), stock=1)
    for offer in Offer.objects.with_all():
        publish(offer)

    load(row(title="Olive Oil Extra"))

    assert waiting() == [("UPDATE_OFFER", Lane.DETAILS)] * 2


def test_a_reference_counts_once_in_a_file_even_across_parts(
    load: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)

    lines = load(OIL, row(reference="OIL-2"), row(reference="OIL-3"), row(price="99"))

    assert outcomes(lines) == ["created"] * 3 + ["rejected"]
    assert [problem.field for problem in lines[3].problems] == ["reference"]
    assert "row 1 " in lines[3].problems[0].reason
    assert oil().price == Decimal("12.50")


@pytest.mark.parametrize("part", [1, 500])
def test_a_product_has_one_ean_in_a_file_wherever_a_part_of_it_ends(
    load: Import, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    monkeypatch.setattr(importing, "CHUNK", part)
    load(OIL)
    said = row(project="B", ean="8411610002278")
    rows = [row(project="A", ean=""), said, row(project="C"), row(project="D", ean="")]
    new = [
        row(reference="OIL-2", ean="not an EAN"),
        row(reference="OIL-2", project="A"),
        row(reference="OIL-2", condition="GOOD", ean=""),
    ]

    previewed, loaded = (load(*rows, *new, save=save) for save in (False, True))

    assert outcomes(loaded) == ["created"] * 2 + ["rejected", "created", "rejected"] + ["created"] * 2
    assert outcomes(previewed) == outcomes(loaded)
    assert "in row 2 of this file" in loaded[2].problems[0].reason
    assert dict(Product.objects.values_list("reference", "ean")) == {
        "OIL-1": "8411610002278",
        "OIL-2": "0041497153718",
    }


def test_a_row_tells_all_its_problems(load: Import) -> None:
    (line,) = load(row(price="free", stock="-1", condition="drunk"))

    assert sorted(problem.field for problem in line.problems) == ["condition", "price", "stock"]
    assert {problem.value for problem in line.problems} == {"free", "-1", "drunk"}


def test_nothing_about_an_inactive_project_is_announced(load: Import, shop: Connection) -> None:
    Project.objects.create(name="Pantry", connection=shop, is_active=False)

    assert outcomes(load(OIL)) == ["created"]
    assert waiting() == []


def test_comparing_writes_nothing(load: Import, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(5):
        assert outcomes(load(OIL, save=False)) == ["created"]

    assert not Project.objects.exists()
    assert not Product.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_rows(
    load: Import, django_assert_max_num_queries
) -> None:
    rows = [row(reference=f"OIL-{number}") for number in range(400)]

    with django_assert_max_num_queries(70):
        load(*rows)
    with django_assert_max_num_queries(5):
        assert set(outcomes(load(*rows, save=False))) == {"unchanged"}


def test_a_change_that_was_faster_is_compared_again(load: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    load(OIL)
    real = importing.compare
    faster = iter([Offer.objects.filter(stock=5)])

    def compare_before_somebody_else(*args):
        part = real(*args)
        for offers in faster:
            offers.update(stock=6, price=Decimal("11.00"))
        return part

    monkeypatch.setattr(importing, "compare", compare_before_somebody_else)

    (line,) = load(row(price="13", stock="7"))

    assert line.changes["stock"] == (6, 7)
    assert (oil().price, oil().stock) == (Decimal("13.00"), 7)


def test_the_price_component_is_what_the_sheet_says(load: Import) -> None:
    load(row(price="1.299,00", stock="1500"))

    assert oil().wanted.price == price_of(Decimal(1299))
    assert oil().wanted.stock == stock_of(999, managed_by_retailer=False)
    assert oil().wanted.details == details_of(
        reference="OIL-1",
        unknown_product_title="Olive Oil",
        on_hold=False,
        method="FBR",
        delivery_code="1-2d",
        countries=["NL"],
    )


def test_a_file_of_stock_alone_changes_the_stock_alone(load: Import) -> None:
    load(OIL)

    lines = load(file=b"Artikelnr;Project;Beschikbaar\nOIL-1;Pantry;7\nOIL-2;Pantry;1\n")

    assert outcomes(lines) == ["changed", "rejected"]
    assert {problem.field for problem in lines[1].problems} == {"ean", "price"}
    offer = Offer.objects.get()
    assert (offer.stock, str(offer.price)) == (7, "12.50")


def test_optional_columns_are_taken_and_refused_with_reasons(load: Import) -> None:
    header = f"{HEADER},Staffelprijzen,Landen,Comment"
    good = load(file=csv_of(f'{OIL},"6: 11,00; 12: 10.50",be+nl,A dent', header=header))
    assert outcomes(good) == ["created"]
    offer = Offer.objects.get()
    assert offer.volume_prices == [
        {"quantity": 6, "unit_price": "11.00"},
        {"quantity": 12, "unit_price": "10.50"},
    ]
    assert (offer.countries, offer.condition_comment) == ("NL,BE", "A dent")

    (bad,) = load(file=csv_of(f"{OIL},12: 9; 6: 8,DE,", header=header))
    assert {problem.field for problem in bad.problems} == {"volume_prices", "countries"}
    assert outcomes(load(file=csv_of(f"{OIL},none,,", header=header))) == ["changed"]
    assert Offer.objects.get().volume_prices == []
