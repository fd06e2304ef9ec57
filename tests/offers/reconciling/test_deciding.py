"""What people decide about a difference happens, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from connections.models import Connection, Flow, OutboxMessage
from offers import services
from offers.deciding import decide as choose_owner
from offers.models import Drift, EanConflict, Offer, Product, Project
from offers.models.drift import DriftState, Resolution
from offers.reconciling.deciding import Outcome, decide
from tests.conftest import CLIENT_ID, RunningSandbox
from tests.offers.conftest import at_bol, effects, settled, updates, writes
from tests.offers.reconciling.conftest import ean_of, open_drift

pytestmark = pytest.mark.django_db(transaction=True)

Shelf = Callable[[int], list[Offer]]
Reconcile = Callable[[], dict[str, int]]
Relay = Callable[[Connection], None]
Found = Callable[..., Offer]


@pytest.fixture
def changed(sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile) -> Found:
    """An offer that somebody changed at bol, and that a comparison found."""

    def make(**fields: Any) -> Offer:
        (offer,) = make_shelf(1)
        sandbox.change_offer(offer.offer_id, fields)
        reconcile()
        return offer

    return make


def resolve(resolution: Resolution, by: User, project: Project | None = None) -> Outcome:
    return decide(resolution, Drift.objects.open(), by, project)


def mine(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    """What we changed at bol, and not somebody else."""
    return [entry["changed"] for entry in effects(sandbox, "OFFER_UPDATED") if entry["by"] != "elsewhere"]


@pytest.mark.parametrize("dialect", ["v11", "v10"])
def test_ours_is_sent_over_what_was_changed(
    sandbox: RunningSandbox, changed: Found, relay: Relay, reconcile: Reconcile, staff: User, dialect: str
) -> None:
    offer = changed(price=99)
    Connection.objects.update(offers_api=dialect)

    outcome = resolve(Resolution.SEND_OURS, staff)
    settled(Offer.objects.with_all().get(), relay)

    assert outcome.done == 1
    assert [list(change) for change in mine(sandbox)] == [["pricing"]]
    assert at_bol(sandbox)[0]["pricing"]["bundlePrices"][0]["unitPrice"] == Decimal("12.5")
    offer.refresh_from_db()
    assert (offer.price, offer.status) == (Decimal("12.50"), Offer.Status.ON_SALE)
    assert Drift.objects.get().resolved_by == staff


@pytest.mark.parametrize("dialect", ["v11", "v10"])
def test_a_hold_that_was_made_at_bol_stays_until_a_person_decides(
    sandbox: RunningSandbox,
    connection: Connection,
    make_shelf: Shelf,
    relay: Relay,
    reconcile: Reconcile,
    staff: User,
    dialect: str,
) -> None:
    Connection.objects.update(offers_api=dialect)
    (offer,) = make_shelf(1)
    sandbox.change_offer(offer.offer_id, {"onHoldByRetailer": True})

    reconcile()
    services.announce_all(Offer.objects.all())
    relay(connection)
    assert mine(sandbox) == []

    resolve(Resolution.SEND_OURS, staff)
    relay(connection)
    assert [changed["onHoldByRetailer"] for changed in mine(sandbox)] == [False]


def test_theirs_becomes_what_we_want_and_nothing_is_sent(
    sandbox: RunningSandbox, changed: Found, reconcile: Reconcile, staff: User
) -> None:
    offer = changed(price=99, stock=2, onHoldByRetailer=True)
    before = writes(sandbox)

    assert resolve(Resolution.TAKE_THEIRS, staff).done == 3

    offer = Offer.objects.with_all().get()
    assert (offer.price, offer.stock, offer.on_hold) == (Decimal("99.00"), 2, True)
    assert not offer.differing
    assert not OutboxMessage.objects.exists()
    reconcile()
    assert writes(sandbox) == before
    assert not open_drift()


def test_what_was_left_is_asked_again_only_when_it_changes(
    sandbox: RunningSandbox, changed: Found, reconcile: Reconcile, staff: User
) -> None:
    offer = changed(price=99)
    resolve(Resolution.LEAVE, staff)

    reconcile()
    assert not open_drift()

    sandbox.change_offer(offer.offer_id, {"price": 98})
    reconcile()
    (drift,) = open_drift()
    assert drift.theirs["bundle_prices"][0]["unit_price"] == "98.00"
    assert not OutboxMessage.objects.exists()


def test_an_adopted_offer_has_bols_values_without_a_request(
    sandbox: RunningSandbox, project: Project, reconcile: Reconcile, staff: User
) -> None:
    stranger = {"ean": ean_of(7), "price": 20, "stock": 3, "reference": "OLD-7", "unknownProductTitle": "Tea"}
    offer_id = sandbox.add_offer(CLIENT_ID, stranger)
    reconcile()
    before = writes(sandbox)

    assert resolve(Resolution.ADOPT, staff, Project.objects.get()).done == 1

    offer = Offer.objects.with_all().get()
    assert (offer.offer_id, offer.price, offer.stock) == (offer_id, Decimal("20.00"), 3)
    assert (offer.product.reference, offer.product.ean, offer.product.title) == ("OLD-7", ean_of(7), "Tea")
    assert not offer.differing
    assert offer.status == Offer.Status.ON_SALE
    reconcile()
    assert not open_drift()
    assert writes(sandbox) == before


def test_an_offer_is_adopted_by_the_product_with_its_ean(
    sandbox: RunningSandbox, project: Project, reconcile: Reconcile, staff: User
) -> None:
    product = Product.objects.create(reference="TEA", ean=ean_of(7))
    sandbox.add_offer(CLIENT_ID, {"ean": ean_of(7), "price": 20, "stock": 3, "reference": "OLD-7"})
    reconcile()

    resolve(Resolution.ADOPT, staff, Project.objects.get())

    offer = Offer.objects.with_all().get()
    assert (offer.product, offer.reference_code) == (product, "OLD-7")


def test_an_adopted_offer_is_told_who_leads_the_stock_in_its_project(
    sandbox: RunningSandbox, project: Project, reconcile: Reconcile, relay: Relay, staff: User
) -> None:
    Project.objects.update(stock_managed_by_retailer=True)
    Flow.objects.create(connection=project.connection, kind="orders", caught_up_at=timezone.now())
    sandbox.add_offer(CLIENT_ID, {"ean": ean_of(7), "price": 20, "stock": 3, "reference": "OLD-7"})
    reconcile()

    resolve(Resolution.ADOPT, staff, Project.objects.get())
    offer = settled(Offer.objects.with_all().get(), relay)

    assert mine(sandbox) == [{"stock": {"amount": 3, "managedByRetailer": True}}]
    assert offer.differing == frozenset()


def test_an_offer_that_is_adopted_beside_another_with_its_ean_is_a_conflict(
    sandbox: RunningSandbox, project: Project, reconcile: Reconcile, relay: Relay, staff: User
) -> None:
    sandbox.add_offer(CLIENT_ID, {"ean": ean_of(7), "price": 20, "stock": 3})
    reconcile()
    other = Project.objects.create(name="Second feed", connection=project.connection)
    tea = Product.objects.create(reference="TEA", ean=ean_of(7))
    waiting = services.create_offer(other, tea, None, price=Decimal(30), stock=1)

    resolve(Resolution.ADOPT, staff, Project.objects.get(name="Pantry"))
    relay(project.connection)

    assert {offer.status for offer in Offer.objects.all()} == {Offer.Status.EAN_CONFLICT}
    assert EanConflict.objects.get().members.filter(offer=waiting).exists()
    assert writes(sandbox) == []


def test_an_offer_goes_to_nobody_but_the_owner_of_its_ean(
    sandbox: RunningSandbox, project: Project, reconcile: Reconcile, relay: Relay, staff: User
) -> None:
    current = Project.objects.get(pk=project.pk)
    teas = [Product.objects.create(reference=name, ean=ean_of(7)) for name in ("TEA", "TEA-2")]
    _parked, owner = [services.create_offer(current, tea, None, price=Decimal(30), stock=1) for tea in teas]
    choose_owner(EanConflict.objects.get(), owner, staff)
    offer_id = sandbox.add_offer(CLIENT_ID, {"ean": ean_of(7), "price": 20, "stock": 3})
    OutboxMessage.objects.all().delete()
    reconcile()

    outcome = resolve(Resolution.ADOPT, staff, current)

    assert "It was decided that TEA-2 (Pantry) has this EAN" in outcome.refused[0][1]
    services.send_again([owner], staff)
    assert settled(owner, relay).offer_id == offer_id


def test_an_offer_is_not_adopted_into_a_project_of_another_account(
    sandbox: RunningSandbox, reconcile: Reconcile, make_connection: Callable[..., Connection], staff: User
) -> None:
    sandbox.add_offer(CLIENT_ID, {"ean": ean_of(7), "price": 20, "stock": 3})
    reconcile()
    elsewhere = Project.objects.create(name="Other", connection=make_connection("Other", client_id="other"))

    outcome = resolve(Resolution.ADOPT, staff, elsewhere)

    assert (outcome.done, len(outcome.refused)) == (0, 1)
    assert not Offer.objects.exists()
    assert open_drift()


def test_an_ignored_offer_is_not_reported_again(
    sandbox: RunningSandbox, reconcile: Reconcile, staff: User
) -> None:
    offer_id = sandbox.add_offer(CLIENT_ID, {"ean": ean_of(7), "price": 20, "stock": 3})
    reconcile()
    resolve(Resolution.IGNORE, staff)
    sandbox.change_offer(offer_id, {"price": 21})

    reconcile()

    assert not open_drift()
    assert not Offer.objects.exists()


def test_a_gone_offer_is_published_again(
    sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile, relay: Relay, staff: User
) -> None:
    (offer,) = make_shelf(1)
    sandbox.delete_offer(offer.offer_id)
    reconcile()

    resolve(Resolution.PUBLISH_AGAIN, staff)
    again = settled(Offer.objects.with_all().get(), relay)

    assert again.status == Offer.Status.ON_SALE
    assert again.offer_id not in ("", offer.offer_id)
    assert len(at_bol(sandbox)) == 1


def test_a_gone_offer_that_is_left_is_not_asked_about_again(
    sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile, staff: User
) -> None:
    (offer,) = make_shelf(1)
    sandbox.delete_offer(offer.offer_id)
    reconcile()
    resolve(Resolution.LEAVE, staff)

    reconcile()

    assert not open_drift()
    assert not updates(sandbox)


def test_ours_is_sent_although_bol_refused_it_before(
    sandbox: RunningSandbox, changed: Found, relay: Relay, staff: User
) -> None:
    offer = Offer.objects.with_all().get(pk=changed(price=99).pk)
    offer.note_refusal(offer.wanted.only(["price"]), "No")
    offer.save()

    resolve(Resolution.SEND_OURS, staff)
    settled(offer, relay)

    assert at_bol(sandbox)[0]["pricing"]["bundlePrices"][0]["unitPrice"] == Decimal("12.5")


def test_nothing_is_decided_to_be_sent_for_an_inactive_project(changed: Found, staff: User) -> None:
    changed(price=99)
    Project.objects.update(is_active=False)

    outcome = resolve(Resolution.SEND_OURS, staff)

    assert (outcome.done, len(outcome.refused)) == (0, 1)
    assert open_drift()


def test_nothing_is_decided_to_be_sent_while_the_ean_is_contested(
    sandbox: RunningSandbox, changed: Found, reconcile: Reconcile, relay: Relay, staff: User
) -> None:
    offer = changed(price=99)
    copy = Product.objects.create(reference="COPY", ean=offer.product.ean)
    current = Project.objects.select_related("connection").get()
    services.create_offer(current, copy, None, price=Decimal(30), stock=1)

    outcome = resolve(Resolution.SEND_OURS, staff)
    relay(current.connection)

    assert "Decide first which offer has the EAN" in outcome.refused[0][1]
    assert (mine(sandbox), len(open_drift())) == ([], 1)


def test_a_delivery_that_we_have_no_word_for_cannot_be_taken_over(changed: Found, staff: User) -> None:
    promise = {"minimumDaysToCustomer": 2, "maximumDaysToCustomer": 5, "ultimateOrderTime": "14:00"}
    fulfilment = {"method": "FBR", "schedule": "BOL_DELIVERY_PROMISE", "deliveryPromise": promise}
    offer = changed(fulfilment=fulfilment)

    outcome = resolve(Resolution.TAKE_THEIRS, staff)

    offer.refresh_from_db()
    assert (outcome.done, len(outcome.refused)) == (0, 1)
    assert offer.delivery_code == "24uurs-15"
    assert not OutboxMessage.objects.exists()


def test_a_decision_is_made_once(changed: Found, staff: User) -> None:
    changed(price=99)
    drift = Drift.objects.get()
    decide(Resolution.LEAVE, [drift], staff)

    outcome = decide(Resolution.SEND_OURS, [drift], staff)

    assert (outcome.done, len(outcome.refused)) == (0, 1)
    assert Drift.objects.get().resolution == Resolution.LEAVE


def test_a_decision_about_another_kind_is_refused(changed: Found, staff: User) -> None:
    changed(price=99)

    outcome = resolve(Resolution.ADOPT, staff)

    assert outcome.done == 0
    assert Drift.objects.get().state == DriftState.OPEN
