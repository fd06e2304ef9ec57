"""The comparison with bol finds exactly what somebody else changed there, in both dialects."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from connections import bol, flows
from connections.models import Connection, Flow, OffersApi, RateBudget
from offers import services
from offers.models import Drift, Offer, Reconciliation
from offers.models.drift import DriftKind, DriftState, PassState, Resolution
from offers.reconciling import passes
from offers.reconciling.reading import read_rows
from tests.conftest import CLIENT_ID, RunningSandbox
from tests.offers.conftest import settled, updates, writes
from tests.offers.reconciling.conftest import ean_of, open_drift, reads

pytestmark = pytest.mark.django_db(transaction=True)

Shelf = Callable[[int], list[Offer]]
Reconcile = Callable[[], dict[str, int]]


def meddle(sandbox: RunningSandbox, offers: list[Offer]) -> None:
    """Somebody changes 7 prices and deletes 3 offers at bol."""
    for offer in offers[:7]:
        sandbox.change_offer(offer.offer_id, {"price": 99})
    for offer in offers[-3:]:
        sandbox.delete_offer(offer.offer_id)


def found() -> dict[str, int]:
    kinds = [drift.kind for drift in open_drift()]
    return {kind: kinds.count(kind) for kind in set(kinds)}


def test_of_5000_offers_exactly_the_ten_that_were_changed_are_found(
    sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile
) -> None:
    meddle(sandbox, make_shelf(5000))
    before = writes(sandbox)

    reconcile()

    assert found() == {DriftKind.DIFFERS: 7, DriftKind.GONE: 3}
    # 4,997 offers are 50 pages, and each that was not seen is looked up once.
    assert len(reads(sandbox)) == 50 + 3
    assert writes(sandbox) == before


@pytest.mark.usefixtures("v10")
def test_of_5000_offers_the_export_finds_the_same_ten_and_each_is_read_before_it_is_listed(
    sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile
) -> None:
    offers = make_shelf(5000)
    meddle(sandbox, offers)

    reconcile()

    assert found() == {DriftKind.DIFFERS: 7, DriftKind.GONE: 3}
    asked = [
        (request["method"], request["path"])
        for request in sandbox.requests()
        if request["path"].startswith("/retailer/offers")
    ]
    suspects = [*offers[:7], *offers[-3:]]
    assert asked[0] == ("POST", "/retailer/offers/export")
    assert asked[1][1].startswith("/retailer/offers/export/")
    assert asked[2:] == [("GET", f"/retailer/offers/{offer.offer_id}") for offer in suspects]
    assert {drift.offer for drift in open_drift()} == set(suspects)


@pytest.mark.parametrize("dialect", [OffersApi.V11, OffersApi.V10])
def test_a_pass_holds_a_part_of_the_assortment_in_memory_and_not_all_of_it(
    sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile, dialect: OffersApi
) -> None:
    Connection.objects.update(offers_api=dialect)
    make_shelf(1000)
    tracemalloc.start()

    reconcile()

    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # A hundred offers take 2 MB, and a thousand would take 10.
    assert peak < 5_000_000, peak


@pytest.mark.usefixtures("v10")
def test_a_difference_that_only_an_old_export_shows_is_not_reported(
    sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile
) -> None:
    offers = make_shelf(5)
    sandbox.change_offer(offers[0].offer_id, {"price": 99})
    reconcile()  # bol gives this export again for 15 minutes
    sandbox.change_offer(offers[0].offer_id, {"price": 12.5})
    RateBudget.objects.all().delete()  # bol allows nine exports an hour

    reconcile()

    assert found() == {}
    assert Drift.objects.get().resolution == Resolution.VANISHED


@pytest.mark.usefixtures("v10")
def test_an_offer_that_only_an_old_export_still_has_is_not_missed_for_long(
    sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile
) -> None:
    offers = make_shelf(5)
    reconcile()
    sandbox.delete_offer(offers[0].offer_id)
    RateBudget.objects.all().delete()

    reconcile()  # with the export of before, which still names it
    assert found() == {}

    sandbox.advance(timedelta(minutes=16))
    RateBudget.objects.all().delete()
    reconcile()
    assert found() == {DriftKind.GONE: 1}


@pytest.mark.usefixtures("v10")
def test_a_difference_of_which_the_export_tells_nothing_does_not_go_away_by_itself(
    sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile
) -> None:
    (offer,) = make_shelf(1)
    steps = [{"quantity": 1, "unitPrice": Decimal("12.50")}, {"quantity": 6, "unitPrice": Decimal("11.00")}]
    sandbox.change_offer(offer.offer_id, {"pricing": {"bundlePrices": steps}})
    Connection.objects.update(offers_api=OffersApi.V11)
    reconcile()
    Connection.objects.update(offers_api=OffersApi.V10)

    reconcile()
    assert [drift.component for drift in open_drift()] == ["price"]

    sandbox.change_offer(offer.offer_id, {"price": 12.5})
    sandbox.advance(timedelta(minutes=16))
    RateBudget.objects.all().delete()
    reconcile()
    assert found() == {}


def test_finding_the_same_again_adds_nothing(
    sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile
) -> None:
    meddle(sandbox, make_shelf(20))
    sandbox.add_offer(CLIENT_ID, {"ean": ean_of(900), "price": 5, "stock": 1})

    reconcile()
    first = set(Drift.objects.values_list("pk", "found_at"))
    again = reconcile()

    assert again["differences"] == 0
    assert set(Drift.objects.values_list("pk", "found_at")) == first
    assert found() == {DriftKind.DIFFERS: 7, DriftKind.GONE: 3, DriftKind.MADE_ELSEWHERE: 1}


def test_drift_that_went_away_closes_itself(
    sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile
) -> None:
    (offer,) = make_shelf(1)
    sandbox.change_offer(offer.offer_id, {"price": 99})
    reconcile()
    sandbox.change_offer(offer.offer_id, {"price": 12.5})

    reconcile()

    drift = Drift.objects.get()
    assert (drift.state, drift.resolution) == (DriftState.RESOLVED, Resolution.VANISHED)


def test_each_changed_component_is_named_with_both_values(
    sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile
) -> None:
    (offer,) = make_shelf(1)
    changes = {"price": 99, "stock": 2, "onHoldByRetailer": True}
    sandbox.change_offer(offer.offer_id, changes)

    reconcile()

    assert {drift.component: (drift.ours, drift.theirs) for drift in open_drift()} == {
        "price": (
            {"bundle_prices": [{"quantity": 1, "unit_price": "12.50"}]},
            {"bundle_prices": [{"quantity": 1, "unit_price": "99.00"}]},
        ),
        "stock": ({"amount": 5}, {"amount": 2}),
        "details": ({"on_hold": False}, {"on_hold": True}),
    }


def test_a_value_of_ours_that_waits_to_be_sent_is_no_drift(
    sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile
) -> None:
    (offer,) = make_shelf(1)
    services.change_offer(Offer.objects.with_all().get(), None, price=Decimal("13.00"))
    sandbox.change_offer(offer.offer_id, {"price": 99, "stock": 2})

    reconcile()

    assert [drift.component for drift in open_drift()] == ["stock"]


def test_a_value_in_doubt_is_no_drift(
    sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile
) -> None:
    (offer,) = make_shelf(1)
    Offer.objects.update(price_in_doubt=True)
    sandbox.change_offer(offer.offer_id, {"price": 99})

    reconcile()

    assert not open_drift()


def test_a_change_we_just_sent_is_no_drift(
    offer: Offer, reconcile: Reconcile, relay: Callable[[Connection], None]
) -> None:
    services.change_offer(offer, None, price=Decimal("13.00"))
    settled(offer, relay)

    reconcile()

    assert not open_drift()


def test_an_offer_whose_creation_waits_is_not_made_elsewhere(
    sandbox: RunningSandbox, make_offer: Callable[..., Offer], reconcile: Reconcile
) -> None:
    offer = make_offer()
    sandbox.add_offer(CLIENT_ID, {"ean": offer.product.ean, "price": 5, "stock": 1})

    reconcile()

    assert not open_drift()


def test_an_offer_that_was_just_deleted_here_is_not_made_elsewhere(
    make_shelf: Shelf, reconcile: Reconcile
) -> None:
    (offer,) = make_shelf(1)
    offer.vanish()
    offer.save()

    reconcile()

    assert not open_drift()


def test_an_interrupted_pass_reports_nothing_as_gone_and_goes_on(
    sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile, monkeypatch: pytest.MonkeyPatch
) -> None:
    offers = make_shelf(350)
    sandbox.delete_offer(offers[-1].offer_id)
    connection = offers[0].project.connection
    monkeypatch.setattr(passes, "RUN_SECONDS", -1.0)

    report = flows.run(connection, "reconcile-offers")

    assert not report.is_complete
    assert not open_drift()
    monkeypatch.undo()

    reconcile()

    assert [drift.offer for drift in open_drift(kind=DriftKind.GONE)] == [offers[-1]]
    assert Reconciliation.objects.get().state == PassState.DONE


def test_a_pass_that_fails_halfway_goes_on_where_it_was(
    sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile
) -> None:
    offers = make_shelf(350)
    sandbox.delete_offer(offers[-1].offer_id)
    sandbox.add_fault({"kind": "status", "path": "/retailer/offers", "skip": 2, "times": 20})

    with pytest.raises(bol.Unavailable):
        reconcile()

    assert not open_drift()
    assert Reconciliation.objects.get().seen == 200
    sandbox.clear_faults()
    start = len(reads(sandbox))

    reconcile()

    assert [drift.offer for drift in open_drift()] == [offers[-1]]
    # Two pages were left, and one offer to look up.
    assert len(reads(sandbox)) - start == 3


def test_what_is_gone_is_not_sent_to_any_more(
    sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile, relay: Callable[[Connection], None]
) -> None:
    (offer,) = make_shelf(1)
    sandbox.delete_offer(offer.offer_id)
    reconcile()

    current = Offer.objects.with_all().get()
    services.change_offer(current, None, price=Decimal("13.00"))
    relay(current.project.connection)

    assert current.status == Offer.Status.GONE
    assert not updates(sandbox)


def test_an_offer_that_bol_has_again_is_ours_again(
    sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile
) -> None:
    (offer,) = make_shelf(1)
    Offer.objects.update(gone_at="2026-01-01T00:00:00Z", status=Offer.Status.GONE)

    reconcile()

    offer.refresh_from_db()
    assert (offer.gone_at, offer.status) == (None, Offer.Status.ON_SALE)
    assert not open_drift()


@pytest.mark.usefixtures("v10")
def test_an_export_that_takes_bol_a_while_is_waited_for_without_holding_a_worker(
    sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile, monkeypatch: pytest.MonkeyPatch
) -> None:
    offers = make_shelf(3)
    sandbox.delete_offer(offers[-1].offer_id)
    state = sandbox.sandbox.state
    monkeypatch.setattr(state, "options", replace(state.options, process_delay=timedelta(minutes=5)))

    report = flows.run(Connection.objects.get(), "reconcile-offers")

    assert (report.is_complete, report.again_in) == (False, passes.EXPORT_WAIT)
    assert Flow.objects.get(kind="reconcile-offers").next_run_at < timezone.now() + timedelta(minutes=1)
    assert not open_drift()

    sandbox.advance(timedelta(minutes=6))
    reconcile()

    assert found() == {DriftKind.GONE: 1}


@pytest.mark.usefixtures("v10")
def test_without_an_export_nothing_is_said_and_the_next_pass_asks_anew(
    sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile
) -> None:
    offers = make_shelf(3)
    sandbox.delete_offer(offers[-1].offer_id)
    sandbox.add_fault({"kind": "process", "event_type": "CREATE_OFFER_EXPORT", "outcome": "FAILURE"})

    with pytest.raises(passes.NoExport):
        reconcile()

    assert not open_drift()
    assert Reconciliation.objects.get().state == PassState.ABANDONED
    flow = Flow.objects.get(kind="reconcile-offers")
    assert flow.next_run_at < timezone.now() + timedelta(hours=1)
    RateBudget.objects.all().delete()  # bol allows nine exports an hour

    reconcile()

    assert found() == {DriftKind.GONE: 1}


def test_a_column_that_bol_adds_and_a_cell_that_cannot_be_read_change_nothing() -> None:
    text = "extra,offerId,bundlePricesPrice,stockAmount\nx,abc,12.5,5\ny,def,free,\n"

    first, second = read_rows(io.StringIO(text), 0)

    assert (first.offer_id, first.summary) == ("abc", {"unit_price": "12.50", "amount": 5})
    assert (second.offer_id, second.summary) == ("def", {})


def test_an_offer_of_another_account_is_not_ours(
    sandbox: RunningSandbox,
    make_shelf: Shelf,
    reconcile: Reconcile,
    make_connection: Callable[..., Connection],
) -> None:
    (offer,) = make_shelf(1)
    other = make_connection("Other", client_id="other", client_secret="other")
    sandbox.add_offer("other", {"ean": offer.product.ean, "price": 30, "stock": 1})

    flows.run_until_complete(other, "reconcile-offers")

    assert [(drift.connection, drift.kind) for drift in open_drift()] == [(other, DriftKind.MADE_ELSEWHERE)]
