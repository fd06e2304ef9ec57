"""A bulk action goes on where it was left, does nothing twice, stops when told to, and keeps what each offer came to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from django_q.models import OrmQ

from connections.models import Connection, OutboxMessage
from offers import bulk, leasing, services, tasks
from offers.deeds import DEEDS, Deed, Hold
from offers.forecasting import foresee
from offers.models import BulkRun, Offer, Product, Project
from offers.rules import check_digit
from tests.conftest import RunningSandbox
from tests.offers.conftest import at_bol, updates, writes

pytestmark = pytest.mark.django_db(transaction=True)

TEN_PERCENT = {"move": "percent", "amount": "10", "rounding": "99"}


@pytest.fixture
def quiet(db: None) -> Project:
    """A project whose connection nobody talks through."""
    return Project.objects.create(
        name="Quiet", connection=Connection.objects.create(name="Quiet shop", client_id="quiet")
    )


def make_many(project: Project, count: int, **wanted: Any) -> list[Offer]:
    products = Product.objects.bulk_create(
        Product(reference=f"P-{number}", ean=_ean(number)) for number in range(count)
    )
    values = {"price": Decimal("12.50"), "stock": 5} | wanted
    return services.create_offers(
        [services.new_offer(project, product, **values) for product in products], None
    )


def _ean(number: int) -> str:
    digits = f"871{number:09}"
    return digits + check_digit(digits)


def start(deed: str, offers: list[Offer], by: User, **parameters: Any) -> BulkRun:
    """Begin a bulk action as it is foreseen now, with whatever the guard rails find confirmed."""
    chosen = Offer.objects.filter(pk__in=[offer.pk for offer in offers])
    guard = foresee(DEEDS[deed], chosen.with_all(), parameters).guard
    return bulk.start(DEEDS[deed], [offer.pk for offer in offers], parameters, by, guard=guard)


def rung(run: BulkRun) -> int:
    """How often a worker was asked to go on with a run."""
    tasks_asked = [queued.task for queued in OrmQ.objects.all()]
    return sum(
        task["func"] == "offers.tasks.carry_on_bulk" and task["args"] == (run.pk,) for task in tasks_asked
    )


def totals(run: BulkRun) -> tuple[str, int, int, int, int]:
    run.refresh_from_db()
    return run.state, run.done, run.changed, run.unchanged, run.refused


def test_a_hold_of_three_offers_is_three_requests_about_details_only(
    sandbox: RunningSandbox, project: Project, relay: Callable[[Connection], None], staff: User
) -> None:
    offers = make_many(project, 3)
    relay(project.connection)

    run = start("put_on_hold", offers, staff, reason="Recall", until="")
    relay(project.connection)

    assert totals(run) == ("done", 3, 3, 0, 0)
    assert updates(sandbox) == [{"onHoldByRetailer": True}] * 3
    assert writes(sandbox) == ["POST"] * 3 + ["PATCH"] * 3


@pytest.mark.usefixtures("v10")
def test_a_hold_in_the_older_dialect_is_one_request_for_each_offer(
    sandbox: RunningSandbox, project: Project, relay: Callable[[Connection], None], staff: User
) -> None:
    offers = make_many(project, 3)
    relay(project.connection)

    start("put_on_hold", offers, staff, reason="", until="")
    relay(project.connection)

    assert writes(sandbox) == ["POST"] * 3 + ["PUT"] * 3
    # This dialect says all details whenever one of them changes, and no price or stock with them.
    assert [changed["onHoldByRetailer"] for changed in updates(sandbox)] == [True] * 3
    assert not any("pricing" in changed or "stock" in changed for changed in updates(sandbox))


def test_ten_percent_more_sends_only_the_rounded_price(
    sandbox: RunningSandbox, project: Project, relay: Callable[[Connection], None], staff: User
) -> None:
    offers = make_many(project, 2)
    relay(project.connection)

    start("change_price", offers, staff, **TEN_PERCENT)
    relay(project.connection)

    assert [list(changed) for changed in updates(sandbox)] == [["pricing"], ["pricing"]]
    assert set(Offer.objects.values_list("price", flat=True)) == {Decimal("13.99")}
    assert all("13.99" in str(offer) for offer in at_bol(sandbox))


def test_a_price_that_leaves_what_bol_accepts_is_refused_by_name_and_the_others_change(
    quiet: Project, staff: User
) -> None:
    cheap, dear = make_many(quiet, 2)
    services.change_offer(dear, None, price=Decimal(9500))

    run = start("change_price", [cheap, dear], staff, move="percent", amount="10", rounding="none")

    assert totals(run) == ("done", 2, 1, 0, 1)
    assert run.outcomes.get(kind="changed").text == "Price 12.50 → 13.75"
    refused = run.outcomes.get(kind="refused")
    assert (refused.offer, "from 1 to 9999" in refused.text) == (dear, True)
    assert Offer.objects.get(pk=dear.pk).price == Decimal(9500)


def test_volume_prices_move_along_with_a_percentage_and_not_with_a_set_price(
    quiet: Project, staff: User
) -> None:
    offers = make_many(quiet, 1, volume_prices=[{"quantity": 6, "unit_price": "11.00"}])

    start("change_price", offers, staff, move="percent", amount="-10", rounding="none")
    start("change_price", offers, staff, move="set", amount="20", rounding="none")

    offer = Offer.objects.get()
    assert (offer.price, offer.volume_prices) == (20, [{"quantity": 6, "unit_price": "9.90"}])


@pytest.mark.parametrize(
    ("move", "amount", "expected"), [("set", 0, 0), ("add", 3, 8), ("add", -5, 0), ("add", -6, None)]
)
def test_stock_moves_and_is_never_below_zero(
    quiet: Project, staff: User, move: str, amount: int, expected: int | None
) -> None:
    offers = make_many(quiet, 1)

    run = start("set_stock", offers, staff, move=move, amount=amount)

    assert Offer.objects.get().stock == (5 if expected is None else expected)
    assert totals(run)[4] == (1 if expected is None else 0)


def test_an_offer_that_bol_delivers_gets_no_delivery_code(quiet: Project, staff: User) -> None:
    ours, bols = make_many(quiet, 2)
    services.change_offer(bols, None, fulfilment_method="FBB", delivery_code="")

    run = start("set_delivery_code", [ours, bols], staff, delivery_code="24uurs-16")

    assert totals(run) == ("done", 2, 1, 0, 1)
    assert Offer.objects.get(pk=ours.pk).delivery_code == "24uurs-16"


def test_what_is_like_that_already_is_counted_and_not_announced(quiet: Project, staff: User) -> None:
    offers = make_many(quiet, 2, on_hold=True)
    OutboxMessage.objects.all().delete()

    run = start("put_on_hold", offers, staff, reason="", until="")

    assert totals(run) == ("done", 2, 0, 2, 0)
    assert not OutboxMessage.objects.exists()


def test_a_run_of_1200_that_crashed_goes_on_and_raises_no_price_twice(
    quiet: Project, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    offers = make_many(quiet, 1200)
    run = start("change_price", offers, staff, move="percent", amount="10", rounding="none")
    assert totals(run) == ("running", 0, 0, 0, 0)
    assert rung(run) == 1
    real = bulk._record

    def crash_in_the_fourth_part(*args: Any, **values: Any) -> None:
        real(*args, **values)
        if args[0].done >= 600:
            raise KeyboardInterrupt

    monkeypatch.setattr(bulk, "_record", crash_in_the_fourth_part)
    with pytest.raises(KeyboardInterrupt):
        tasks.carry_on_bulk(run.pk)
    monkeypatch.setattr(bulk, "_record", real)
    assert totals(run) == ("running", 600, 600, 0, 0)

    tasks.carry_on_bulk(run.pk)
    assert totals(run) == ("running", 600, 600, 0, 0), "the dead worker's claim has not run out"

    BulkRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert tasks.resume_bulk() == 1
    tasks.carry_on_bulk(run.pk)
    tasks.carry_on_bulk(run.pk)

    assert totals(run) == ("done", 1200, 1200, 0, 0)
    assert set(Offer.objects.values_list("price", flat=True)) == {Decimal("13.75")}
    assert run.outcomes.count() == 1200


def test_a_long_run_is_several_tasks(quiet: Project, staff: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leasing, "SLICE", timedelta(0))
    run = start("release", make_many(quiet, 600, on_hold=True), staff)

    slices = 0
    while OrmQ.objects.exists():
        OrmQ.objects.all().delete()
        tasks.carry_on_bulk(run.pk)
        slices += 1

    assert slices == 3
    assert totals(run) == ("done", 600, 600, 0, 0)


def test_a_cancelled_run_stops_and_keeps_what_was_done(
    quiet: Project, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start("put_on_hold", make_many(quiet, 600), staff, reason="", until="")
    parts: list[Any] = []

    def cancel_during_the_second_part(deed: Deed, keys: Any) -> None:
        parts.append(keys)
        if len(parts) == 2:
            assert bulk.cancel(run)

    monkeypatch.setattr(Hold, "look", cancel_during_the_second_part)
    tasks.carry_on_bulk(run.pk)

    assert totals(run)[:3] == ("cancelled", 200, 200)
    assert Offer.objects.filter(on_hold=True).count() == 200
    assert not bulk.cancel(run)
    tasks.carry_on_bulk(run.pk)
    assert totals(run)[:3] == ("cancelled", 200, 200)


def test_a_mistake_of_ours_fails_the_run_and_keeps_what_was_done(
    quiet: Project, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "change_each", lambda changes, by, batch: 1 / 0)

    run = start("release", make_many(quiet, 1, on_hold=True), staff)

    assert totals(run) == ("failed", 0, 0, 0, 0)
    assert "unexpected error" in run.error


def test_deleting_removes_at_bol_what_is_there(
    sandbox: RunningSandbox, project: Project, relay: Callable[[Connection], None], staff: User
) -> None:
    first, second = make_many(project, 2)
    relay(project.connection)
    Offer.objects.filter(pk=second.pk).update(offer_id="")

    run = start("delete_at_bol", [first, second], staff)
    relay(project.connection)

    assert totals(run) == ("done", 2, 1, 1, 0)
    assert Offer.objects.get(pk=first.pk).status == Offer.Status.GONE
    assert len(at_bol(sandbox)) == 1


def test_sending_again_sends_everything_once_more(
    sandbox: RunningSandbox, offer: Offer, relay: Callable[[Connection], None], staff: User
) -> None:
    run = start("send_again", [offer], staff)
    relay(offer.project.connection)

    assert totals(run) == ("done", 1, 1, 0, 0)
    assert writes(sandbox) == ["POST", "PATCH"]
