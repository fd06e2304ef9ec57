"""One EAN in one condition on one account belongs to one offer: nothing is sent for two until a person chose one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connections as databases

from connections.models import Connection, OffersApi, OutboxMessage
from offers import conflicts, services, tasks
from offers.conflicts import find_conflicts, find_conflicts_of
from offers.deciding import CannotDecide, decide, undo
from offers.models import EanConflict, FoundBy, Offer, Product, Project
from offers.models.conflict import ConflictState
from tests.conftest import RunningSandbox
from tests.offers.conftest import EAN, at_bol, effects, updates, writes

pytestmark = pytest.mark.django_db(transaction=True)

Relay = Callable[[Connection], None]
MakeOffer = Callable[..., Offer]


@pytest.fixture(params=[OffersApi.V11, OffersApi.V10])
def connection(request: pytest.FixtureRequest, make_connection: Callable[..., Connection]) -> Connection:
    """A live connection that speaks either dialect."""
    return make_connection(offers_api=request.param)


@pytest.fixture
def other_product(db: None) -> Product:
    """The same olive oil, entered a second time by mistake."""
    return Product.objects.create(reference="OIL-COPY", ean=EAN, title="Oil of Olives")


@pytest.fixture
def other_project(connection: Connection) -> Project:
    """A second feed on the same account."""
    return Project.objects.create(name="Second feed", connection=connection)


@pytest.fixture
def sell() -> MakeOffer:
    """Offer a product in a project, as the form does."""

    def make(project: Project, product: Product, price: str = "12.50", **wanted: Any) -> Offer:
        return services.create_offer(project, product, None, price=Decimal(price), stock=5, **wanted)

    return make


@pytest.fixture
def oil(sell: MakeOffer, project: Project, product: Product) -> Offer:
    return sell(project, product)


@pytest.fixture
def copy(oil: Offer, sell: MakeOffer, project: Project, other_product: Product) -> Offer:
    """Another product with the EAN of the oil; from here on the two are in conflict."""
    return sell(project, other_product, "19.95")


def fresh(offer: Offer) -> Offer:
    return Offer.objects.with_all().get(pk=offer.pk)


def the_conflict() -> EanConflict:
    return EanConflict.objects.get()


def price_at_bol(sandbox: RunningSandbox) -> Decimal:
    (shown,) = at_bol(sandbox)
    return Decimal(str(shown["pricing"]["bundlePrices"][0]["unitPrice"]))


def test_two_products_with_one_ean_send_nothing_until_decided(
    sandbox: RunningSandbox, oil: Offer, copy: Offer, connection: Connection, relay: Relay
) -> None:
    relay(connection)

    assert effects(sandbox) == []
    assert writes(sandbox) == []
    assert {fresh(oil).status, fresh(copy).status} == {Offer.Status.EAN_CONFLICT}
    assert not OutboxMessage.objects.open().exists()


def test_two_active_projects_with_one_ean_send_nothing_until_decided(
    sandbox: RunningSandbox,
    oil: Offer,
    sell: MakeOffer,
    other_project: Project,
    product: Product,
    connection: Connection,
    relay: Relay,
) -> None:
    second = sell(other_project, product)

    relay(connection)
    assert effects(sandbox) == []

    decide(the_conflict(), second, None, "the feed of the wholesaler")
    relay(connection)
    assert [entry["effect"] for entry in effects(sandbox)] == ["OFFER_CREATED"]
    assert fresh(second).offer_id
    assert not fresh(oil).offer_id


def test_the_decision_sends_the_owners_values_once(
    sandbox: RunningSandbox, oil: Offer, copy: Offer, connection: Connection, relay: Relay, staff: User
) -> None:
    decide(the_conflict(), copy, staff, "the better photo")
    relay(connection)
    relay(connection)

    assert [entry["effect"] for entry in effects(sandbox)] == ["OFFER_CREATED"]
    assert price_at_bol(sandbox) == Decimal("19.95")
    assert (fresh(oil).parked_reason, fresh(oil).is_in_conflict) == ("the better photo", False)
    assert (fresh(copy).status, fresh(copy).differing) == (Offer.Status.ON_SALE, frozenset())
    assert (the_conflict().state, the_conflict().owner, the_conflict().decided_by) == (
        ConflictState.DECIDED,
        copy,
        staff,
    )


def test_a_parked_offer_is_not_sent_whatever_is_done_with_it(
    sandbox: RunningSandbox, oil: Offer, copy: Offer, connection: Connection, relay: Relay
) -> None:
    decide(the_conflict(), copy, None)
    relay(connection)
    sent = writes(sandbox)

    services.change_offer(fresh(oil), None, price=Decimal(11), stock=0)
    services.send_again([fresh(oil)], None)
    relay(connection)

    assert writes(sandbox) == sent


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


def test_the_offer_at_bol_goes_over_to_the_owner(
    sandbox: RunningSandbox,
    oil: Offer,
    sell: MakeOffer,
    project: Project,
    other_product: Product,
    connection: Connection,
    relay: Relay,
) -> None:
    relay(connection)
    offer_id = fresh(oil).offer_id
    copy = sell(project, other_product)

    decide(the_conflict(), copy, None)
    relay(connection)

    (shown,) = at_bol(sandbox)
    assert (shown["offerId"], shown["reference"]) == (offer_id, "OIL-COPY")
    assert (fresh(copy).offer_id, fresh(oil).offer_id) == (offer_id, "")
    changed = {name for change in updates(sandbox) for name in change}
    assert "reference" in changed
    if connection.offers_api == OffersApi.V11:
        assert changed <= {"reference", "unknownProductTitle"}


def test_undoing_gives_the_offer_at_bol_back_and_waits_again(
    sandbox: RunningSandbox,
    oil: Offer,
    sell: MakeOffer,
    project: Project,
    other_product: Product,
    connection: Connection,
    relay: Relay,
) -> None:
    relay(connection)
    offer_id = fresh(oil).offer_id
    copy = sell(project, other_product, "19.95")
    decide(the_conflict(), copy, None)
    relay(connection)
    sent = writes(sandbox)

    undo(the_conflict(), None)
    relay(connection)

    assert writes(sandbox) == sent
    assert (fresh(oil).offer_id, fresh(copy).offer_id) == (offer_id, "")
    assert (the_conflict().state, the_conflict().owner) == (ConflictState.OPEN, None)
    assert [fresh(offer).is_in_conflict for offer in (oil, copy)] == [True, True]
    assert [fresh(offer).parked_reason for offer in (oil, copy)] == ["", ""]

    decide(the_conflict(), oil, None)
    relay(connection)
    assert price_at_bol(sandbox) == Decimal("12.50")
    assert len(at_bol(sandbox)) == 1


def test_two_that_wrote_to_one_offer_at_bol_are_sorted_out(
    sandbox: RunningSandbox, oil: Offer, copy: Offer, connection: Connection, relay: Relay
) -> None:
    # As before conflicts were looked for: the second was refused as a duplicate, and adopted the same offer.
    Offer.objects.update(is_in_conflict=False)
    EanConflict.objects.all().delete()
    for offer in (oil, copy):
        services.announce([fresh(offer)])
        relay(connection)
    assert fresh(oil).offer_id == fresh(copy).offer_id

    find_conflicts(FoundBy.NIGHT)
    decide(the_conflict(), oil, None)
    relay(connection)

    assert price_at_bol(sandbox) == Decimal("12.50")
    assert fresh(copy).offer_id == ""
    assert fresh(oil).differing == frozenset()


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

    tasks.announce_project(other_project.pk)
    relay(connection)

    assert the_conflict().state == ConflictState.CLOSED
    assert (fresh(oil).status, fresh(second).is_in_conflict) == (Offer.Status.ON_SALE, False)

    Project.objects.filter(pk=other_project.pk).update(is_active=True)
    tasks.announce_project(other_project.pk)
    relay(connection)

    assert EanConflict.objects.open().count() == 1
    assert len(writes(sandbox)) == 1


def test_a_newcomer_is_parked_where_an_owner_was_chosen(
    sandbox: RunningSandbox,
    oil: Offer,
    copy: Offer,
    sell: MakeOffer,
    other_project: Project,
    product: Product,
    connection: Connection,
    relay: Relay,
) -> None:
    decide(the_conflict(), oil, None, "ours")

    late = sell(other_project, product)
    relay(connection)

    assert (the_conflict().state, the_conflict().members.count()) == (ConflictState.DECIDED, 3)
    assert fresh(late).parked_reason == "ours"
    assert len(writes(sandbox)) == 1


def test_a_decision_falls_with_its_owner(
    oil: Offer, copy: Offer, sell: MakeOffer, other_project: Project, product: Product
) -> None:
    sell(other_project, product)
    decide(the_conflict(), copy, None)

    services.discard(fresh(copy))

    assert (the_conflict().state, the_conflict().owner) == (ConflictState.OPEN, None)
    assert Offer.objects.filter(is_in_conflict=True).count() == 2


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


def test_a_second_decision_is_told_who_was_faster(oil: Offer, copy: Offer, staff: User) -> None:
    conflict = the_conflict()
    decide(conflict, oil, staff)

    with pytest.raises(CannotDecide, match="Decided already, by staff"):
        decide(conflict, copy, staff)

    assert the_conflict().owner == oil
    assert fresh(copy).parked_reason


def test_of_two_decisions_at_the_same_moment_one_holds(
    sandbox: RunningSandbox, oil: Offer, copy: Offer, connection: Connection, relay: Relay
) -> None:
    conflict, start = the_conflict(), Barrier(2)

    def choose(owner: Offer) -> str:
        start.wait(10)
        try:
            decide(conflict, owner, None)
        except CannotDecide as error:
            return str(error)
        finally:
            databases.close_all()
        return ""

    with ThreadPoolExecutor(2) as people:
        told = list(people.map(choose, [oil, copy]))
    relay(connection)

    assert sorted(map(bool, told)) == [False, True]
    winner = (oil, copy)[told.index("")]
    assert the_conflict().owner == winner
    assert [fresh(offer).pk for offer in (oil, copy) if not fresh(offer).parked_reason] == [winner.pk]
    assert len(effects(sandbox)) == 1


def test_nothing_is_decided_while_a_request_is_at_bol(oil: Offer, copy: Offer) -> None:
    OutboxMessage.objects.filter(subject=oil.subject).update(state="sending", waiting_key=None)

    with pytest.raises(CannotDecide, match="at bol at this moment"):
        decide(the_conflict(), copy, None)

    assert the_conflict().state == ConflictState.OPEN


def test_a_decision_and_its_undoing_are_remembered_with_who(oil: Offer, copy: Offer, staff: User) -> None:
    decide(the_conflict(), oil, staff, "ours")
    undo(the_conflict(), staff)

    told = LogEntry.objects.order_by("pk").values_list("object_repr", "change_message", "user__username")
    conflict = str(the_conflict())
    assert (conflict, "Decided for OIL-1 (Pantry): ours", "staff") in told
    assert (str(copy), "Parked: ours", "staff") in told
    assert (conflict, f"The decision about EAN {EAN} was taken back.", "staff") in told
