"""A bulk action that looks like a mistake stops and asks, and does no more than what was confirmed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from connections.models import Connection, OutboxMessage
from offers import bulk, leasing, services, tasks
from offers.deeds import DEEDS
from offers.models import BulkRun, Offer, Project
from tests.conftest import RunningSandbox
from tests.offers.conftest import updates
from tests.offers.test_bulk import make_many, quiet, start, totals
from tests.offers.test_bulk_pages import LIST, RUNS, browser, browser_of, choose, text

__all__ = ["browser", "browser_of", "quiet"]

pytestmark = pytest.mark.django_db(transaction=True)

TO_20 = {"move": "set", "amount": "20", "rounding": "none"}
TO_15 = {"move": "set", "amount": "15", "rounding": "none"}
HALF = {"move": "percent", "amount": "-50", "rounding": "none"}
EMPTY = {"move": "set", "amount": "0"}


def look(browser: Client, posted: dict[str, Any]) -> Any:
    return browser.post(LIST, {**posted, "step": "preview"})


def press(browser: Client, posted: dict[str, Any], page: Any, **ticked: str) -> Any:
    """Press the button of a page that was looked at."""
    seen = {"shown": page.context["shown"], "token": str(page.context["token"])}
    return browser.post(LIST, {**posted, "step": "confirm", **seen, **ticked}, follow=True)


def tick(browser: Client, posted: dict[str, Any], page: Any) -> Any:
    return press(browser, posted, page, pass_guard_rails="yes")


def prices() -> set[str]:
    return {str(price) for price in Offer.objects.values_list("price", flat=True)}


def test_the_page_names_what_would_move_too_far_and_changes_nothing_without_the_tick(
    browser: Client, quiet: Project
) -> None:
    posted = choose("change_price", make_many(quiet, 40), **TO_20)

    page = look(browser, posted)
    shown = text(page).split("This looks like a mistake:")[1].split("All of these offers")[0]
    assert "40 prices of “Quiet” move by more than 30 %." in shown
    assert shown.count("Price 12.50 → 20.00") == 10
    assert "and 30 others" in shown

    stopped = press(browser, posted, page)
    assert "Nothing was changed. Look at the offers that hit a guard rail" in text(stopped)
    assert 'name="amount" value="20"' in text(stopped)
    assert prices() == {"12.50"}
    assert not BulkRun.objects.exists()

    tick(browser, posted, stopped)
    assert prices() == {"20.00"}


def test_all_of_them_can_be_had_as_a_spreadsheet(browser: Client, quiet: Project) -> None:
    offers = make_many(quiet, 40)
    services.change_offers(offers[:5], None, price=Decimal(18))

    answer = browser.post(LIST, choose("change_price", offers, step="download", **TO_20))

    heading, *lines = b"".join(answer.streaming_content).decode().splitlines()
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "what would change" in heading
    assert len(lines) == 35
    assert {line.split(",")[1] for line in lines} == {f"P-{number}" for number in range(5, 40)}
    assert all("Price 12.50 → 20.00" in line and "more than 30 %" in line for line in lines)
    assert prices() == {"12.50", "18.00"}


def test_without_the_permission_nobody_confirms(
    browser: Client, browser_of: Callable[..., Client], quiet: Project
) -> None:
    posted = choose("change_price", make_many(quiet, 2), **TO_20)
    clerk = browser_of("view_offer", "change_offer")

    page = look(clerk, posted)
    assert "Someone with the permission “Can pass guard rails” has to confirm this." in text(page)
    assert 'value="confirm"' not in text(page)

    answer = tick(clerk, posted, page)
    assert answer.status_code == 403
    assert "Nothing was changed, for you do not have the permission" in text(answer)
    assert 'name="amount" value="20"' in text(answer)
    assert prices() == {"12.50"}

    small = choose("change_price", Offer.objects.all(), **TO_15)
    press(clerk, small, look(clerk, small))
    assert prices() == {"15.00"}, "what hits no guard rail needs no more than the permission to change offers"


@pytest.mark.parametrize(
    ("action", "typed", "said"),
    [
        ("set_stock", EMPTY, "9 of 40 offers of “Quiet” go to stock 0: more than 20 % of them."),
        ("put_on_hold", {}, "9 of 40 offers of “Quiet” are put on hold: more than 20 % of them."),
    ],
)
def test_a_share_of_the_project_that_leaves_the_shop_is_asked_about(
    browser: Client, quiet: Project, action: str, typed: dict[str, str], said: str
) -> None:
    offers = make_many(quiet, 40)
    assert "This looks like a mistake" not in text(look(browser, choose(action, offers[:8], **typed)))

    posted = choose(action, offers[:9], **typed)
    page = look(browser, posted)
    assert said in text(page)
    press(browser, posted, page)
    assert not Offer.objects.exclude(stock=5, on_hold=False).exists()

    tick(browser, posted, page)
    assert Offer.objects.exclude(stock=5, on_hold=False).count() == 9
    run = BulkRun.objects.get()
    told = text(browser.get(f"{RUNS}{run.pk}/change/"))
    assert "staff confirmed that it is meant" in told
    assert said in told


def test_coming_back_to_the_shop_is_never_asked_about(browser: Client, quiet: Project) -> None:
    offers = make_many(quiet, 40, on_hold=True, stock=0)

    for posted in (choose("release", offers), choose("set_stock", offers, move="set", amount="7")):
        page = look(browser, posted)
        assert "This looks like a mistake" not in text(page)
        press(browser, posted, page)

    assert Offer.objects.filter(on_hold=False, stock=7).count() == 40


def test_what_hits_a_guard_rail_only_since_the_page_was_shown_is_shown_first(
    browser: Client, quiet: Project
) -> None:
    offers = make_many(quiet, 2)
    posted = choose("change_price", offers, **TO_15)
    page = look(browser, posted)
    assert "This looks like a mistake" not in text(page)
    services.change_offer(offers[0], None, price=Decimal(10))

    answer = tick(browser, posted, page)

    assert "is not what you saw" in text(answer)
    assert "1 price of “Quiet” moves by more than 30 %." in text(answer)
    assert prices() == {"10.00", "12.50"}


def test_as_many_but_other_offers_were_not_looked_at(browser: Client, quiet: Project) -> None:
    first, second = make_many(quiet, 2)
    services.change_offer(second, None, price=Decimal(16))
    posted = choose("change_price", [first, second], **TO_20)
    page = look(browser, posted)
    services.change_offer(first, None, price=Decimal(16))
    services.change_offer(second, None, price=Decimal("12.50"))

    answer = tick(browser, posted, page)

    assert "is not what you saw" in text(answer)
    assert prices() == {"12.50", "16.00"}


def test_a_button_pressed_twice_halves_the_prices_once(browser: Client, quiet: Project) -> None:
    posted = choose("change_price", make_many(quiet, 2), **HALF)
    page = look(browser, posted)

    tick(browser, posted, page)
    again = tick(browser, posted, page)

    assert "Change the price: 2 offers." in text(again)
    assert prices() == {"6.25"}


def test_a_price_that_changed_before_the_worker_came_is_refused_by_name(
    browser: Client, quiet: Project, staff: User
) -> None:
    offers = make_many(quiet, 600)
    run = start("change_price", offers, staff, **TO_15)
    services.change_offers(offers[300:302], None, price=Decimal(10))

    tasks.carry_on_bulk(run.pk)

    assert totals(run) == ("done", 600, 598, 0, 2)
    assert Offer.objects.filter(price=10).count() == 2
    page = text(browser.get(f"{RUNS}{run.pk}/change/?kind=refused"))
    assert "Price 10.00 → 15.00 would be a move of more than 30 %. That is not what was confirmed" in page


def test_a_price_that_was_confirmed_is_refused_when_it_is_another_by_then(
    quiet: Project, staff: User
) -> None:
    offers = make_many(quiet, 600)
    run = start("change_price", offers, staff, **HALF)
    services.change_offer(offers[0], None, price=Decimal(100))

    tasks.carry_on_bulk(run.pk)

    assert totals(run) == ("done", 600, 599, 0, 1)
    assert prices() == {"100.00", "6.25"}


def test_more_than_the_share_is_not_sold_out_because_stock_came_in_meanwhile(
    quiet: Project, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """600 offers, a fifth is 120: 100 were confirmed, 30 more got stock before the worker came."""
    offers = make_many(quiet, 600, stock=0)
    services.change_offers(offers[:100], None, stock=5)
    run = start("set_stock", offers, staff, **EMPTY)
    services.change_offers(offers[500:530], None, stock=5)

    monkeypatch.setattr(leasing, "SLICE", timedelta(0))
    for _task in range(3):
        tasks.carry_on_bulk(run.pk)

    assert totals(run) == ("done", 600, 120, 470, 10)
    assert Offer.objects.exclude(stock=0).count() == 10
    assert "more than 20 % of “Quiet” would go to stock 0" in run.outcomes.filter(kind="refused")[0].text


def test_without_a_word_from_a_person_the_guard_rails_hold(quiet: Project, staff: User) -> None:
    offers = make_many(quiet, 40)

    run = bulk.start(DEEDS["put_on_hold"], [offer.pk for offer in offers], {}, staff)

    assert totals(run) == ("done", 40, 8, 0, 32)
    assert Offer.objects.filter(on_hold=True).count() == 8


def test_what_a_guard_rail_stopped_is_not_sent(
    sandbox: RunningSandbox,
    project: Project,
    relay: Callable[[Connection], None],
    browser: Client,
) -> None:
    posted = choose("change_price", make_many(project, 2), **TO_20)
    relay(project.connection)
    page = look(browser, posted)

    press(browser, posted, page)
    assert not OutboxMessage.objects.open().exists()
    relay(project.connection)
    assert updates(sandbox) == []

    tick(browser, posted, page)
    relay(project.connection)
    assert [list(changed) for changed in updates(sandbox)] == [["pricing"], ["pricing"]]


def test_the_permission_is_given_to_a_clerk_as_any_other(
    browser_of: Callable[..., Client], quiet: Project
) -> None:
    posted = choose("change_price", make_many(quiet, 1), **TO_20)
    assert Permission.objects.filter(codename="pass_guard_rails").exists()
    clerk = browser_of("view_offer", "change_offer", "pass_guard_rails")

    tick(clerk, posted, look(clerk, posted))

    assert prices() == {"20.00"}
