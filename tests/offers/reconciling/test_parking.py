"""An offer that bol removed can be left gone for good: out of what is wanted, not asked about again, until taken back."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from connections.models import Connection, OutboxMessage, RateBudget
from offers import services
from offers.conflicts import find_conflicts
from offers.deeds import DEEDS
from offers.explaining import explain
from offers.models import Drift, EanConflict, FoundBy, Offer, Product, Project
from offers.models.bulk import OutcomeKind
from offers.models.drift import DriftKind, DriftState, Resolution
from offers.reconciling.deciding import TAKE_BACK, Outcome, decide
from tests.conftest import CLIENT_ID, RunningSandbox
from tests.offers.conftest import at_bol, settled, writes
from tests.offers.reconciling.conftest import WHY, fresh, open_drift, park, reads

pytestmark = pytest.mark.django_db(transaction=True)


Shelf = Callable[[int], list[Offer]]
Reconcile = Callable[[], dict[str, int]]
Relay = Callable[[Connection], None]


@pytest.fixture
def reconcile(reconcile: Reconcile) -> Reconcile:
    """Compare everything with bol, also more often than bol gives an export."""

    def run() -> dict[str, int]:
        RateBudget.objects.all().delete()
        return reconcile()

    return run


def take_back(by: User) -> Outcome:
    return decide(TAKE_BACK, Drift.objects.filter(resolution=Resolution.PARK), by)


def told(offer: Offer) -> list[str]:
    return list(LogEntry.objects.filter(object_id=str(offer.pk)).values_list("change_message", flat=True))


def test_a_parked_offer_says_why_and_who_decided(parked: Offer, staff: User) -> None:
    drift = Drift.objects.get()

    assert parked.status == Offer.Status.PARKED
    assert explain(parked) == f"Parked, it stays gone: {WHY}. Nothing is sent until somebody takes that back."
    assert (drift.state, drift.resolution, drift.reason) == (DriftState.RESOLVED, Resolution.PARK, WHY)
    assert drift.resolved_by == staff
    assert told(parked) == [f"Parked, it stays gone: {WHY}"]


@pytest.mark.parametrize("dialect", ["v11", "v10"])
def test_the_next_comparison_neither_asks_nor_looks(
    sandbox: RunningSandbox, parked: Offer, reconcile: Reconcile, dialect: str
) -> None:
    Connection.objects.update(offers_api=dialect)
    before = len(reads(sandbox))

    reconcile()

    assert not open_drift()
    assert Drift.objects.get().resolution == Resolution.PARK
    # The list or the export, and no look at the offer itself.
    assert len(reads(sandbox)) - before == 1
    assert fresh(parked).status == Offer.Status.PARKED


def test_nothing_is_sent_about_it_whatever_is_done_with_it(
    sandbox: RunningSandbox, parked: Offer, relay: Relay, staff: User
) -> None:
    before = writes(sandbox)
    (foreseen,) = [DEEDS["send_again"].foresee(parked, {})]

    services.change_offer(parked, staff, price=Decimal("13.00"), stock=9)
    assert services.send_again([parked], staff) == 0
    services.announce_all(Offer.objects.all(), staff)
    relay(parked.project.connection)

    assert (foreseen.kind, WHY in foreseen.text) == (OutcomeKind.REFUSED, True)
    assert writes(sandbox) == before
    assert not OutboxMessage.objects.exists()
    assert (fresh(parked).price, fresh(parked).status) == (Decimal("13.00"), Offer.Status.PARKED)


def test_without_a_reason_it_says_that_bol_removed_it(gone: Offer, staff: User) -> None:
    park(staff, reason="  ")

    assert fresh(gone).parked_reason == "Removed at bol."


def test_taken_back_it_waits_for_a_decision_again_and_can_be_published(
    sandbox: RunningSandbox, parked: Offer, reconcile: Reconcile, relay: Relay, staff: User
) -> None:
    assert take_back(staff).done == 1

    (drift,) = open_drift()
    assert (drift.kind, drift.reason, drift.resolved_by) == (DriftKind.GONE, "", None)
    assert fresh(parked).status == Offer.Status.GONE
    assert not writes(sandbox)
    assert "The decision that it stays gone was taken back." in told(parked)
    reconcile()
    assert open_drift() == [drift]

    decide(Resolution.PUBLISH_AGAIN, [drift], staff)

    assert settled(parked, relay).status == Offer.Status.ON_SALE
    assert len(at_bol(sandbox)) == 1


def test_a_parking_is_taken_back_once(parked: Offer, staff: User) -> None:
    drift = Drift.objects.get()
    take_back(staff)

    outcome = decide(TAKE_BACK, [drift], staff)

    assert (outcome.done, len(outcome.refused)) == (0, 1)
    assert open_drift() == [drift]


def test_what_bol_has_again_is_not_parked(gone: Offer, staff: User) -> None:
    Offer.objects.update(gone_at=None)

    outcome = park(staff)

    assert (outcome.done, len(outcome.refused)) == (0, 1)
    assert not fresh(gone).stays_gone


# Its EAN -----------------------------------------------------------------------------------------------------


def rival_of(offer: Offer) -> Offer:
    """Another project claims the EAN of an offer."""
    project = Project.objects.create(name="Second feed", connection=offer.project.connection)
    product = Product.objects.create(reference="RIVAL", ean=offer.product.ean, title="Rival")
    return services.create_offer(project, product, None, price=Decimal("12.50"), stock=5)


def test_its_ean_is_free_for_another_offer_until_it_is_taken_back(
    sandbox: RunningSandbox, parked: Offer, relay: Relay, staff: User
) -> None:
    rival = settled(rival_of(parked), relay)

    assert rival.status == Offer.Status.ON_SALE
    assert not find_conflicts(FoundBy.NIGHT)
    assert not EanConflict.objects.exists()

    take_back(staff)

    assert EanConflict.objects.open().count() == 1
    assert fresh(parked).is_in_conflict
    assert fresh(rival).is_in_conflict


def test_parked_it_leaves_the_conflict_it_was_in_and_stays_parked(
    sandbox: RunningSandbox, gone: Offer, relay: Relay, staff: User
) -> None:
    rival = rival_of(gone)
    assert fresh(rival).is_in_conflict

    park(staff)

    assert settled(rival, relay).status == Offer.Status.ON_SALE
    assert not EanConflict.objects.open().exists()
    find_conflicts(FoundBy.NIGHT)
    assert (fresh(gone).parked_reason, fresh(gone).is_in_conflict) == (WHY, False)
    assert [offer["ean"] for offer in at_bol(sandbox)] == [gone.product.ean]


# When bol has it again ---------------------------------------------------------------------------------------


def again_at_bol(sandbox: RunningSandbox, offer: Offer) -> str:
    """Somebody makes the offer at bol again; its new id."""
    fields = {"ean": offer.product.ean, "price": 20, "stock": 1, "reference": offer.product.reference}
    return sandbox.add_offer(CLIENT_ID, fields)


@pytest.mark.parametrize("dialect", ["v11", "v10"])
@pytest.mark.parametrize("same_id", [True, False])
def test_what_somebody_makes_at_bol_again_is_asked_about_and_can_be_adopted(
    sandbox: RunningSandbox,
    parked: Offer,
    reconcile: Reconcile,
    staff: User,
    dialect: str,
    same_id: bool,
) -> None:
    Connection.objects.update(offers_api=dialect)
    offer_id = again_at_bol(sandbox, parked)
    if same_id:
        Offer.objects.update(offer_id=offer_id)
    had = at_bol(sandbox)

    reconcile()
    (drift,) = open_drift()
    assert drift.kind == DriftKind.MADE_ELSEWHERE
    assert fresh(parked).status == Offer.Status.PARKED

    assert decide(Resolution.ADOPT, [drift], staff, Project.objects.get()).done == 1

    adopted = fresh(parked)
    assert (adopted.offer_id, adopted.price, adopted.stays_gone) == (offer_id, Decimal("20.00"), False)
    assert adopted.status == Offer.Status.ON_SALE
    reconcile()
    assert not open_drift()
    assert at_bol(sandbox) == had
    assert not OutboxMessage.objects.exists()


def test_what_bol_has_again_can_be_ignored(
    sandbox: RunningSandbox, parked: Offer, reconcile: Reconcile, staff: User
) -> None:
    Offer.objects.update(offer_id=again_at_bol(sandbox, parked))
    reconcile()
    decide(Resolution.IGNORE, Drift.objects.open(), staff)

    reconcile()

    assert not open_drift()
    assert fresh(parked).status == Offer.Status.PARKED


def test_it_is_adopted_where_it_was_parked_and_nowhere_else(
    sandbox: RunningSandbox, parked: Offer, reconcile: Reconcile, staff: User
) -> None:
    Offer.objects.update(offer_id=again_at_bol(sandbox, parked))
    reconcile()
    elsewhere = Project.objects.create(name="Second feed", connection=parked.project.connection)

    outcome = decide(Resolution.ADOPT, Drift.objects.open(), staff, elsewhere)

    ((_drift, reason),) = outcome.refused
    assert "parked here as an offer of “Pantry”" in reason
    assert Offer.objects.count() == 1


def test_a_list_that_lags_behind_a_deletion_brings_no_parked_offer_back(
    sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile, staff: User
) -> None:
    """The export of before still names it; bol itself does not have it."""
    Connection.objects.update(offers_api="v10")
    (offer,) = make_shelf(1)
    reconcile()
    sandbox.delete_offer(offer.offer_id)
    Connection.objects.update(offers_api="v11")
    reconcile()
    park(staff)
    Connection.objects.update(offers_api="v10")

    reconcile()

    assert not open_drift()
    assert fresh(offer).status == Offer.Status.PARKED
