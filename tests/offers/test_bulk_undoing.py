"""A bulk action is undone as a whole, from its own page; what changed since is listed and left alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ

from connections.models import Connection, OutboxMessage
from offers import bulk, services, tasks, undoing
from offers.models import BulkRun, ChangeBatch, Offer, Project
from tests.conftest import RunningSandbox
from tests.offers.conftest import at_bol, updates, writes
from tests.offers.test_bulk import TEN_PERCENT, make_many, quiet, start, totals
from tests.offers.test_bulk_pages import RUNS, browser, browser_of, text

__all__ = ["browser", "browser_of", "quiet"]

pytestmark = pytest.mark.django_db(transaction=True)

UNTIL = datetime(2099, 1, 5, 9, 30, tzinfo=UTC)
TO_20 = {"move": "set", "amount": "20", "rounding": "none"}


def undo(run: BulkRun, by: User | None = None) -> ChangeBatch | None:
    return undoing.start_undo(run.batch, by)


@pytest.mark.parametrize("dialect", ["v11", "v10"])
def test_undoing_a_price_is_one_request_for_each_offer(
    sandbox: RunningSandbox,
    project: Project,
    relay: Callable[[Connection], None],
    staff: User,
    dialect: str,
    request: pytest.FixtureRequest,
) -> None:
    if dialect == "v10":
        project.connection = request.getfixturevalue("v10")
    steps = [{"quantity": 6, "unit_price": "11.00"}]
    offers = make_many(project, 3, volume_prices=steps)
    relay(project.connection)
    run = start("change_price", offers, staff, **TEN_PERCENT)
    relay(project.connection)
    assert all("13.99" in str(offer) for offer in at_bol(sandbox))
    said = len(writes(sandbox)), len(updates(sandbox))

    undo(run, staff)
    relay(project.connection)

    assert len(writes(sandbox)) == said[0] + 3
    assert [list(changed) for changed in updates(sandbox)[said[1] :]] == [["pricing"]] * 3
    assert all("12.5" in str(offer) and "13.99" not in str(offer) for offer in at_bol(sandbox))
    assert {(offer.price, str(offer.volume_prices)) for offer in Offer.objects.all()} == {
        (Decimal("12.50"), str(steps))
    }


def test_what_bol_never_heard_of_is_undone_without_a_word(
    sandbox: RunningSandbox, project: Project, relay: Callable[[Connection], None], staff: User
) -> None:
    offers = make_many(project, 2)
    relay(project.connection)
    said = writes(sandbox)

    undo(start("put_on_hold", offers, staff, reason="Recall", until=""), staff)
    relay(project.connection)

    assert writes(sandbox) == said


def test_undoing_a_hold_forgets_its_reason_and_date(quiet: Project, staff: User) -> None:
    run = start("put_on_hold", make_many(quiet, 1), staff, reason="Recall", until=UNTIL.isoformat())
    assert Offer.objects.get().hold_until == UNTIL

    undo(run, staff)

    offer = Offer.objects.get()
    assert (offer.on_hold, offer.hold_reason, offer.hold_until) == (False, "", None)
    assert run.batch.rows.get().outcome == "undone"


def test_undoing_a_release_brings_back_the_reason_and_the_date(quiet: Project, staff: User) -> None:
    offers = make_many(quiet, 1)
    services.put_on_hold(offers, None, reason="Recall", until=UNTIL)

    undo(start("release", offers, staff), staff)

    offer = Offer.objects.get()
    assert (offer.on_hold, offer.hold_reason, offer.hold_until) == (True, "Recall", UNTIL)


def test_a_hold_that_was_extended_since_is_left_alone(browser: Client, quiet: Project, staff: User) -> None:
    offers = make_many(quiet, 2)
    run = start("put_on_hold", offers, staff, reason="Recall", until="2099-01-05T10:30:00+01:00")
    services.put_on_hold(offers[:1], None, reason="Recall", until=UNTIL.replace(day=9))

    undo(run, staff)

    assert list(Offer.objects.order_by("pk").values_list("on_hold", flat=True)) == [True, False]
    page = text(browser.get(reverse("admin:offers_changebatch_change", args=[run.batch.pk])))
    assert "1 went back, 1 were left as they are" in page
    assert "Changed since: On hold until 05-01-2099 10:30 → 09-01-2099 10:30." in page


def test_what_changed_since_is_listed_and_not_overwritten(quiet: Project, staff: User) -> None:
    first, second = make_many(quiet, 2)
    run = start("change_price", [first, second], staff, **TO_20)
    services.change_offer(second, None, price=Decimal(21))

    undo(run, staff)

    assert [str(offer.price) for offer in Offer.objects.order_by("pk")] == ["12.50", "21.00"]
    kept = run.batch.rows.get(outcome="kept")
    assert (kept.offer, kept.kept_because) == (second, "Changed since: Price 20.00 → 21.00.")


def test_the_page_of_a_run_leads_back(browser: Client, quiet: Project, staff: User) -> None:
    run = start("change_price", make_many(quiet, 3), staff, **TO_20)
    page = text(browser.get(f"{RUNS}{run.pk}/change/"))
    address = reverse("admin:offers_changebatch_undo", args=[run.batch.pk])
    assert f'action="{address}"' in page

    asked = text(browser.post(address))
    assert "Undo 3 changes" in asked
    assert "the bulk action" in asked
    assert Offer.objects.filter(price=20).count() == 3
    browser.post(address, {"confirmed": "yes"})
    assert Offer.objects.filter(price="12.50").count() == 3

    page = text(browser.get(f"{RUNS}{run.pk}/change/"))
    assert "This was undone." in page
    assert f'action="{address}"' not in page


def test_who_may_only_look_sees_what_changed_and_undoes_nothing(
    browser_of: Callable[..., Client], quiet: Project, staff: User
) -> None:
    run = start("change_price", make_many(quiet, 1), staff, **TO_20)
    viewer = browser_of("view_offer")
    address = reverse("admin:offers_changebatch_undo", args=[run.batch.pk])

    assert "Undo…" not in text(viewer.get(f"{RUNS}{run.pk}/change/"))
    assert "Price 12.50 → 20.00" in text(
        viewer.get(reverse("admin:offers_changebatch_change", args=[run.batch.pk]))
    )
    assert viewer.post(address, {"confirmed": "yes"}).status_code == 403
    assert Offer.objects.get().price == 20


def test_a_large_run_is_undone_in_the_background_and_not_while_it_goes_on(
    browser: Client, quiet: Project, staff: User
) -> None:
    run = start("set_stock", make_many(quiet, 600), staff, move="set", amount=7)
    assert undo(run) is None, "it has not begun yet"
    tasks.carry_on_bulk(run.pk)
    assert totals(run)[:3] == ("done", 600, 600)
    OrmQ.objects.all().delete()

    undone = undo(run, staff)
    assert undone is not None
    assert Offer.objects.filter(stock=7).count() == 600
    assert "This is being undone." in text(browser.get(f"{RUNS}{run.pk}/change/"))
    assert OrmQ.objects.get().task["func"] == "offers.tasks.undo"
    tasks.undo(undone.pk)

    assert Offer.objects.filter(stock=5).count() == 600
    assert run.batch.rows.filter(outcome="undone").count() == 600


def test_of_a_cancelled_run_what_was_done_goes_back(
    quiet: Project, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start("set_stock", make_many(quiet, 600), staff, move="set", amount=7)
    real = bulk._do_part

    def cancel_after_a_part(work: bulk.Work, keys: list[int]) -> None:
        real(work, keys)
        bulk.cancel(run)

    monkeypatch.setattr(bulk, "_do_part", cancel_after_a_part)
    tasks.carry_on_bulk(run.pk)
    assert totals(run)[:3] == ("cancelled", 200, 200)

    undo(run, staff)

    assert not Offer.objects.filter(stock=7).exists()
    assert run.batch.rows.count() == 200


def test_what_changes_nothing_here_has_nothing_to_undo(browser: Client, quiet: Project, staff: User) -> None:
    run = start("send_again", make_many(quiet, 1), staff)

    assert not ChangeBatch.objects.exists()
    assert "Undo…" not in text(browser.get(f"{RUNS}{run.pk}/change/"))
    assert OutboxMessage.objects.exists()
