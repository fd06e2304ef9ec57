"""An EAN that two offers claim is found, and nothing is sent for either until a person chose one."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal

import pytest

from connections.models import Connection, OutboxMessage
from offers import conflicts, following, services, tasks
from offers.conflicts import find_conflicts, find_conflicts_of
from offers.deciding import decide
from offers.imports import importing
from offers.imports.reading import open_sheet
from offers.models import EanConflict, FoundBy, Offer, Product, Project
from offers.models.conflict import ConflictState
from offers.resources import AssortmentResource
from tests.conftest import RunningSandbox
from tests.offers.conflicts.conftest import MakeOffer, Relay, fresh, price_at_bol, the_conflict
from tests.offers.conftest import at_bol, effects, writes
from tests.offers.imports.conftest import OIL, csv_of, row

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_products_with_one_ean_send_nothing_until_decided(
    sandbox: RunningSandbox, oil: Offer, copy: Offer, connection: Connection, relay: Relay
) -> None:
    relay(connection)

    assert effects(sandbox) == []
    assert writes(sandbox) == []
    assert {fresh(oil).status, fresh(copy).status} == {Offer.Status.EAN_CONFLICT}
    assert not OutboxMessage.objects.open().exists()


def test_what_is_at_bol_stays_there_while_nobody_decided(
    sandbox: RunningSandbox,
    oil: Offer,
    sell: MakeOffer,
    project: Project,
    other_product: Product,
    connection: Connection,
    relay: Relay,
) -> None:
    relay(connection)
    sent = writes(sandbox)

    services.change_offer(fresh(oil), None, price=Decimal(11))
    sell(project, other_product, "19.95")
    services.change_offer(fresh(oil), None, stock=0)
    relay(connection)

    assert writes(sandbox) == sent
    assert price_at_bol(sandbox) == Decimal("12.50")
    assert not OutboxMessage.objects.waiting().exists()


def test_a_message_that_waited_already_finds_nothing_to_send(
    sandbox: RunningSandbox, oil: Offer, connection: Connection, relay: Relay
) -> None:
    Offer.objects.update(is_in_conflict=True)
    assert OutboxMessage.objects.waiting().exists()

    relay(connection)

    assert writes(sandbox) == []


def test_new_and_used_is_no_conflict(
    sandbox: RunningSandbox,
    oil: Offer,
    sell: MakeOffer,
    project: Project,
    other_product: Product,
    connection: Connection,
    relay: Relay,
) -> None:
    sell(project, other_product, condition="GOOD")

    relay(connection)

    assert not EanConflict.objects.exists()
    assert len(at_bol(sandbox)) == 2


def test_the_same_ean_on_two_accounts_is_no_conflict(
    oil: Offer, sell: MakeOffer, product: Product, make_connection: Callable[..., Connection]
) -> None:
    elsewhere = Project.objects.create(name="Elsewhere", connection=make_connection("Second account"))

    sell(elsewhere, product)

    assert not find_conflicts(FoundBy.NIGHT)
    assert not EanConflict.objects.exists()


def test_an_inactive_project_claims_nothing(
    sandbox: RunningSandbox,
    oil: Offer,
    sell: MakeOffer,
    other_project: Project,
    product: Product,
    connection: Connection,
    relay: Relay,
) -> None:
    second = sell(other_project, product)
    Project.objects.filter(pk=other_project.pk).update(is_active=False)

    following.note(other_project)
    tasks.announce_project(other_project.pk)
    relay(connection)

    assert the_conflict().state == ConflictState.CLOSED
    assert (fresh(oil).status, fresh(second).is_in_conflict) == (Offer.Status.ON_SALE, False)

    Project.objects.filter(pk=other_project.pk).update(is_active=True)
    following.note(other_project)
    tasks.announce_project(other_project.pk)
    relay(connection)

    assert EanConflict.objects.open().count() == 1
    assert len(writes(sandbox)) == 1


def test_the_last_claimant_is_sent_when_the_other_is_discarded(
    sandbox: RunningSandbox, oil: Offer, copy: Offer, connection: Connection, relay: Relay
) -> None:
    services.discard(fresh(copy))

    relay(connection)

    assert the_conflict().state == ConflictState.CLOSED
    assert price_at_bol(sandbox) == Decimal("12.50")


def test_a_product_that_gets_another_ean_leaves_the_conflict(
    oil: Offer, copy: Offer, other_product: Product
) -> None:
    Product.objects.filter(pk=other_product.pk).update(ean="8411610002278")

    services.announce_all(Offer.objects.filter(product=other_product))

    assert the_conflict().state == ConflictState.CLOSED
    assert OutboxMessage.objects.waiting().filter(operation="CREATE_OFFER").count() == 2


def test_looking_twice_changes_nothing(oil: Offer, copy: Offer) -> None:
    before = list(EanConflict.objects.values())

    assert not find_conflicts(FoundBy.NIGHT)
    assert not find_conflicts_of([oil], FoundBy.PERSON)
    assert list(EanConflict.objects.values()) == before


def test_however_much_there_is_all_of_it_is_looked_at(
    project: Project, other_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conflicts, "PAGE", 3)
    monkeypatch.setattr(conflicts, "CHUNK", 2)
    for number in range(7):
        product = Product.objects.create(reference=f"P-{number}", ean=f"871000000{number:04}")
        for where in (project, other_project) if number != 3 else (project,):
            for condition in ("NEW", "GOOD"):
                Offer.objects.create(project=where, product=product, condition=condition, price=10)

    assert find_conflicts(FoundBy.NIGHT).opened == 12
    assert Offer.objects.filter(is_in_conflict=False).count() == 2

    Project.objects.filter(pk=other_project.pk).update(is_active=False)
    assert find_conflicts(FoundBy.NIGHT).closed == 12
    assert not Offer.objects.filter(is_in_conflict=True).exists()


def test_what_slipped_in_is_found_at_night(oil: Offer, project: Project, other_product: Product) -> None:
    Offer.objects.create(project=project, product=other_product, price="19.95", stock=1)

    found = find_conflicts(FoundBy.NIGHT)

    assert (found.opened, the_conflict().found_by) == (1, FoundBy.NIGHT)
    assert not OutboxMessage.objects.waiting().exists()


def test_a_look_at_some_offers_tells_what_it_found_and_how_they_stand(
    oil: Offer, project: Project, other_product: Product
) -> None:
    Offer.objects.create(project=project, product=other_product, price="19.95", stock=1)

    assert find_conflicts_of([oil], FoundBy.PERSON).opened == 1
    assert oil.is_in_conflict


def test_a_rival_that_nobody_noticed_is_noticed_before_the_first_is_published(
    sandbox: RunningSandbox,
    oil: Offer,
    project: Project,
    other_product: Product,
    connection: Connection,
    relay: Relay,
) -> None:
    # As when two people add the same article at the same moment: neither sees what the other has not committed.
    rival = Offer.objects.create(project=project, product=other_product, price="19.95", stock=1)

    relay(connection)

    assert writes(sandbox) == []
    assert the_conflict().found_by == FoundBy.SENDING
    assert [fresh(offer).status for offer in (oil, rival)] == [Offer.Status.EAN_CONFLICT] * 2


def load_price_of(offer: Offer) -> None:
    """Load a file that gives an offer another price, and says nothing of its rivals."""
    line = f"{offer.project.name},{offer.product.reference},11.00"
    load(offer.project.connection, csv_of(line, header="project,reference,price"))


def load(connection: Connection, content: bytes) -> None:
    """Load a file to its end."""
    resource = AssortmentResource(connection)
    with open_sheet(io.BytesIO(content)) as sheet:
        for rows in importing.chunks(sheet, resource):
            importing.load(resource, rows, None)


LOOKS: dict[str, Callable[[Offer], object]] = {
    "the selection": lambda offer: find_conflicts_of([offer], FoundBy.PERSON),
    "everything": lambda offer: tasks.look_for_conflicts(FoundBy.PERSON),
    "at night": lambda offer: tasks.look_for_conflicts(),
    "an import": load_price_of,
}


@pytest.mark.parametrize("where", LOOKS)
def test_however_it_is_found_nothing_is_sent_from_then_on(
    sandbox: RunningSandbox,
    oil: Offer,
    project: Project,
    other_product: Product,
    connection: Connection,
    relay: Relay,
    where: str,
) -> None:
    relay(connection)
    rival = Offer.objects.create(project=project, product=other_product, price="19.95", stock=1)
    sent = writes(sandbox)

    LOOKS[where](fresh(oil))
    services.change_offer(fresh(oil), None, price=Decimal(15), stock=0)
    services.announce_all(Offer.objects.all())
    relay(connection)

    assert [fresh(offer).status for offer in (oil, rival)] == [Offer.Status.EAN_CONFLICT] * 2
    assert writes(sandbox) == sent


def test_an_import_that_claims_an_ean_twice_sends_nothing_until_decided(
    sandbox: RunningSandbox, connection: Connection, relay: Relay
) -> None:
    load(connection, csv_of(OIL, row(reference="OIL-COPY"), row(project="Second feed")))
    relay(connection)

    assert writes(sandbox) == []
    assert the_conflict().members.count() == 3

    decide(the_conflict(), Offer.objects.get(product__reference="OIL-COPY"), None)
    relay(connection)
    assert [entry["effect"] for entry in effects(sandbox)] == ["OFFER_CREATED"]
    assert at_bol(sandbox)[0]["reference"] == "OIL-COPY"
