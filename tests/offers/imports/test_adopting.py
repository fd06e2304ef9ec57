"""bol's own export of offers comes in as offers that bol has: nothing is sent for what it says."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from decimal import Decimal

import pytest

from connections.clients import client_for
from connections.models import Connection, OffersApi, OutboxMessage
from offers import services
from offers.imports import importing
from offers.imports.importing import Line
from offers.imports.reading import open_sheet
from offers.models import Offer, Product, Project
from offers.resources import AssortmentResource
from tests.conftest import RunningSandbox
from tests.offers.conftest import at_bol, effects, project, writes
from tests.offers.imports.conftest import Import, outcomes

__all__ = ["project"]

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = (
    "offerId,ean,conditionName,conditionCategory,conditionComment,bundlePricesPrice,fulfilmentDeliveryCode,"
    "stockAmount,onHoldByRetailer,fulfilmentType,mutationDateTime,referenceCode"
)


@pytest.fixture(params=[OffersApi.V10, OffersApi.V11])
def spoken(request: pytest.FixtureRequest, connection: Connection) -> Connection:
    """The connection in each of the two dialects."""
    connection.offers_api = request.param
    connection.save(update_fields=["offers_api"])
    return connection


@pytest.fixture
def take(spoken: Connection) -> Callable[..., list[Line]]:
    """Load a file for the pantry."""

    def run(content: bytes) -> list[Line]:
        resource = AssortmentResource(Connection.objects.get(pk=spoken.pk), "Pantry")
        with open_sheet(io.BytesIO(content)) as sheet:
            parts = [importing.load(resource, rows, None) for rows in importing.chunks(sheet, resource)]
        return [line for part in parts for line in part.lines]

    return run


@pytest.fixture
def at_work(spoken: Connection, project: Project, relay: Callable[[Connection], None]) -> list[Offer]:
    """Three offers that bol has: plain, second-hand on hold, and stored by bol."""
    owner = Project.objects.get(pk=project.pk)
    wanted = [
        ("OIL-1", "0041497153718", {}),
        ("OIL-2", "8710000000017", {"condition": "GOOD", "on_hold": True, "delivery_code": "24uurs-23"}),
        ("OIL-3", "8710000000024", {"fulfilment_method": "FBB"}),
    ]
    for reference, ean, more in wanted:
        product = Product.objects.create(reference=reference, ean=ean, title="Olive Oil")
        services.create_offer(owner, product, None, price=Decimal("12.50"), stock=5, **more)
    relay(spoken)
    assert Offer.objects.published().count() == 3
    return list(Offer.objects.order_by("pk"))


def exported(connection: Connection) -> bytes:
    """Ask bol for its export, as version 10 has it."""
    with client_for(connection) as client:
        status = client.offers_v10.request_export()
        done = client.process_statuses.get(status.process_status_id)
        report = io.BytesIO()
        client.offers_v10.fetch_export(done.entity_id or "", report)
        return report.getvalue()


def forget() -> None:
    OutboxMessage.objects.all().delete()
    Offer.objects.all().delete()
    Product.objects.all().delete()


def test_what_bol_has_is_adopted_and_nothing_is_sent(
    sandbox: RunningSandbox, spoken: Connection, at_work: list[Offer], take, relay
) -> None:
    content = exported(spoken)
    before, had = len(writes(sandbox)), at_bol(sandbox)
    ids = {offer.product.ean: offer.offer_id for offer in Offer.objects.select_related("product")}
    forget()

    assert outcomes(take(content)) == ["created"] * 3
    relay(spoken)

    assert len(writes(sandbox)) == before
    assert at_bol(sandbox) == had
    assert not OutboxMessage.objects.exists()
    adopted = Offer.objects.with_all()
    assert {offer.product.ean: offer.offer_id for offer in adopted} == ids
    assert not any(offer.differing for offer in adopted)
    assert set(adopted.values_list("product__reference", flat=True)) == {"OIL-1", "OIL-2", "OIL-3"}
    assert adopted.get(condition="GOOD").on_hold

    assert outcomes(take(content)) == ["unchanged"] * 3


def test_an_adopted_offer_is_changed_like_any_other(
    sandbox: RunningSandbox, spoken: Connection, at_work: list[Offer], take, relay
) -> None:
    content = exported(spoken)
    forget()
    take(content)

    services.change_offer(Offer.objects.with_all().get(product__reference="OIL-1"), None, price=Decimal(13))
    relay(spoken)

    (changed,) = [entry["changed"] for entry in effects(sandbox, "OFFER_UPDATED")]
    assert list(changed) == ["pricing"]


def test_an_offer_that_waits_to_be_published_is_adopted_with_bols_values(
    sandbox: RunningSandbox, spoken: Connection, at_work: list[Offer], take, relay
) -> None:
    content, before = exported(spoken), len(writes(sandbox))
    forget()
    cellar = Project.objects.create(name="Cellar", connection=spoken)
    product = Product.objects.create(reference="OWN-1", ean="0041497153718", title="Our oil")
    services.create_offer(cellar, product, None, price=Decimal(99), stock=1)

    assert sorted(outcomes(take(content))) == ["changed", "created", "created"]
    relay(spoken)

    offer = Offer.objects.get(product=product)
    assert (offer.offer_id != "", offer.price, offer.stock, offer.reference_code) == (
        True,
        Decimal("12.50"),
        5,
        "OIL-1",
    )
    assert len(writes(sandbox)) == before


def test_an_old_export_takes_no_newer_value_back(
    sandbox: RunningSandbox, spoken: Connection, at_work: list[Offer], take, relay
) -> None:
    content = exported(spoken)
    services.change_offer(at_work[0], None, price=Decimal(13))
    relay(spoken)
    before = len(writes(sandbox))

    assert outcomes(take(content)) == ["unchanged"] * 3
    relay(spoken)

    assert len(writes(sandbox)) == before
    assert Offer.objects.get(pk=at_work[0].pk).price == 13


def test_columns_are_read_by_name_and_new_ones_ignored(spoken: Connection, at_work, take) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(spoken).decode())))
    forget()
    names = ["brandNew", *reversed(rows[0])]
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="?")
    writer.writeheader()
    writer.writerows(rows)

    assert outcomes(take(text.getvalue().encode())) == ["created"] * 3


def test_a_reference_that_bol_has_twice_or_not_at_all_makes_two_products(load: Import) -> None:
    lines = load(
        "a,0041497153718,NEW,NEW,,12.50,1-2d,5,false,FBR,2026-01-01,SAME",
        "b,8710000000017,NEW,NEW,,12.50,1-2d,5,false,FBR,2026-01-01,SAME",
        "c,8710000000024,NEW,NEW,,12.50,1-2d,5,false,FBR,2026-01-01,",
        project="Pantry",
        header=HEADER,
    )

    assert outcomes(lines) == ["created"] * 3
    assert set(Product.objects.values_list("reference", flat=True)) == {
        "SAME",
        "8710000000017",
        "8710000000024",
    }
    assert Offer.objects.get(offer_id="b").reference_code == "SAME"


def test_an_offer_known_by_another_id_is_refused(load: Import) -> None:
    oil = "a,0041497153718,NEW,NEW,,12.50,1-2d,5,false,FBR,2026-01-01,OIL-1"
    load(oil, project="Pantry", header=HEADER)

    (line,) = load(oil.replace("a,", "z,", 1), project="Pantry", header=HEADER)

    assert [problem.field for problem in line.problems] == ["offer_id"]
    assert Offer.objects.get().offer_id == "a"
