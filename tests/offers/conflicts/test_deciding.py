"""A person chooses who has a contested EAN: bol gets the values of that offer once, and the others wait."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connections as databases

from connections.models import Connection, OffersApi, OutboxMessage
from offers import services
from offers.conflicts import find_conflicts
from offers.deciding import CannotDecide, decide, undo
from offers.models import EanConflict, FoundBy, Offer, Product, Project
from offers.models.conflict import ConflictState
from tests.conftest import RunningSandbox
from tests.offers.conflicts.conftest import MakeOffer, Relay, fresh, price_at_bol, the_conflict
from tests.offers.conftest import EAN, at_bol, effects, updates, writes

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_a_lost_answer_keeps_nobody_from_deciding(
    sandbox: RunningSandbox,
    oil: Offer,
    sell: MakeOffer,
    project: Project,
    other_product: Product,
    connection: Connection,
    relay: Relay,
    run_once: Relay,
) -> None:
    relay(connection)
    sandbox.add_fault({"method": "*", "path": "/retailer/offers/*", "kind": "reset", "when": "after"})
    services.change_offer(fresh(oil), None, price=Decimal(11))
    run_once(connection)
    copy = sell(project, other_product, "19.95")

    decide(the_conflict(), copy, None)
    relay(connection)

    assert price_at_bol(sandbox) == Decimal("19.95")
    assert fresh(copy).differing == frozenset()


def test_a_publication_without_an_ending_is_the_owners(
    sandbox: RunningSandbox,
    oil: Offer,
    sell: MakeOffer,
    project: Project,
    other_product: Product,
    connection: Connection,
    relay: Relay,
    run_once: Relay,
) -> None:
    sandbox.add_fault({"method": "POST", "path": "/retailer/offers", "kind": "reset", "when": "after"})
    run_once(connection)
    copy = sell(project, other_product, "19.95")
    relay(connection)

    decide(the_conflict(), copy, None)
    relay(connection)

    (shown,) = at_bol(sandbox)
    assert (fresh(copy).offer_id, fresh(copy).differing) == (shown["offerId"], frozenset())
    assert price_at_bol(sandbox) == Decimal("19.95")
    assert services.is_unknown_to_bol(fresh(oil))
