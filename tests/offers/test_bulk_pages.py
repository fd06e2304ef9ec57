"""The pages of the bulk actions: they name what will happen, change nothing before the button, and lead back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from connections.models import Connection, OutboxMessage
from offers import services, tasks
from offers.models import BulkRun, Offer, Project
from tests.offers.test_bulk import make_many, rung

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/offers/offer/"
RUNS = "/admin/offers/bulkrun/"
UP = {"move": "percent", "amount": "10", "rounding": "none"}


@pytest.fixture
def quiet(db: None) -> Project:
    """A project whose connection nobody talks through."""
    return Project.objects.create(
        name="Quiet", connection=Connection.objects.create(name="Quiet shop", client_id="quiet")
    )


@pytest.fixture
def browser(staff: User) -> Client:
    """The browser of a person who may do everything."""
    client = Client()
    client.force_login(staff)
    return client


@pytest.fixture
def browser_of(db: None) -> Callable[..., Client]:
    """The browser of a person who may do these things only."""

    def log_in(*codenames: str) -> Client:
        user = User.objects.create_user("limited", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client = Client()
        client.force_login(user)
        return client

    return log_in


def choose(action: str, offers: list[Offer], **typed: Any) -> dict[str, Any]:
    """What the list posts when somebody chose these offers and an action."""
    return {"action": action, "_selected_action": [offer.pk for offer in offers], **typed}


def pressed(browser: Client, posted: dict[str, Any], address: str = LIST) -> dict[str, Any]:
    """What the button posts on the page that shows what it comes to."""
    page = browser.post(address, {**posted, "step": "preview"})
    seen = {"shown": page.context["shown"], "token": page.context["token"], "pass_guard_rails": "yes"}
    return {**posted, "step": "confirm", **seen}


def confirm(browser: Client, posted: dict[str, Any], address: str = LIST) -> Any:
    """Look at what it comes to, then press the button of that page."""
    return browser.post(address, pressed(browser, posted, address), follow=True)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_price_is_typed_looked_at_and_confirmed(browser: Client, quiet: Project) -> None:
    offers = make_many(quiet, 12)
    asked = text(browser.post(LIST, choose("change_price", offers)))
    assert "12 offers are selected" in asked
    assert "Show what it comes to" in asked
    assert "Change the price: 12 offers" not in asked

    shown = browser.post(LIST, choose("change_price", offers, step="preview", **UP))
    assert text(shown).count("Price 12.50 → 13.75") == 10
    assert "The prices are then from 13.75 to 13.75" in text(shown)
    assert "Change the price: 12 offers" in text(shown)
    assert set(Offer.objects.values_list("price", flat=True)) == {Decimal("12.50")}

    done = confirm(browser, choose("change_price", offers, **UP))
    assert "Change the price: 12 offers." in text(done)
    assert set(Offer.objects.values_list("price", flat=True)) == {Decimal("13.75")}


def test_a_comma_is_understood_as_it_is_meant(browser: Client, quiet: Project) -> None:
    confirm(browser, choose("change_price", make_many(quiet, 1), **{**UP, "move": "set", "amount": "9,95"}))

    assert Offer.objects.get().price == Decimal("9.95")


def test_what_was_not_seen_is_not_done(browser: Client, quiet: Project) -> None:
    offers = make_many(quiet, 2)
    button = pressed(browser, choose("change_price", offers, **UP))

    answer = browser.post(LIST, {**button, "amount": "-50"})

    assert "not what you saw" in text(answer)
    assert set(Offer.objects.values_list("price", flat=True)) == {Decimal("12.50")}


def test_rows_that_are_refused_are_named_before_and_after(browser: Client, quiet: Project) -> None:
    cheap, dear = make_many(quiet, 2)
    services.change_offer(dear, None, price=Decimal(9500))

    shown = text(browser.post(LIST, choose("change_price", [cheap, dear], step="preview", **UP)))
    assert "Refused, and left as they are: 1" in shown
    assert "must be from 1 to 9999" in shown

    done = confirm(browser, choose("change_price", [cheap, dear], **UP))
    assert done.redirect_chain[0][0].startswith(RUNS)
    assert "must be from 1 to 9999" in text(done)
    assert "Euros or percent: 10, Ending: As it comes, to the cent" in text(done)
    assert Offer.objects.get(pk=cheap.pk).price == Decimal("13.75")


def test_the_filters_are_kept_on_return(browser: Client, quiet: Project) -> None:
    offers = make_many(quiet, 1)
    address = f"{LIST}?q=P-0&status__exact=new"

    done = confirm(browser, choose("put_on_hold", offers), address)
    assert done.redirect_chain == [(address, 302)]

    checked = confirm(browser, choose("check_at_bol", offers), address)
    assert 'href="/admin/offers/offer/?q=P-0&amp;status__exact=new"' in text(checked)


def test_everything_that_a_filter_finds_is_chosen_across_pages(browser: Client, quiet: Project) -> None:
    offers = make_many(quiet, 120)
    services.change_offers(offers[:110], None, stock=1)
    posted = choose("put_on_hold", offers[:1], select_across="1")

    page = browser.post(f"{LIST}?stock=1", posted)
    assert "Put on hold: 110 offers" in text(page)
    confirm(browser, posted, f"{LIST}?stock=1")

    assert Offer.objects.filter(on_hold=True).count() == 110


def test_a_selection_that_grew_meanwhile_is_shown_again(browser: Client, quiet: Project) -> None:
    offers = make_many(quiet, 2)
    services.change_offer(offers[0], None, stock=1)
    posted = choose("put_on_hold", offers[:1], select_across="1")
    button = pressed(browser, posted, f"{LIST}?stock=1")
    services.change_offer(offers[1], None, stock=1)

    answer = browser.post(f"{LIST}?stock=1", button)

    assert "not what you saw" in text(answer)
    assert not Offer.objects.filter(on_hold=True).exists()


def test_a_hold_shows_its_reason_and_date_in_the_list_and_on_the_page(
    browser: Client, quiet: Project
) -> None:
    offers = make_many(quiet, 1)
    until = (timezone.localtime() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")

    confirm(browser, choose("put_on_hold", offers, reason="Recall by the maker", until=until))

    offer = Offer.objects.get()
    assert offer.hold_until is not None
    assert timezone.localtime(offer.hold_until).strftime("%Y-%m-%dT%H:%M") == until
    assert "Recall by the maker, until" in text(browser.get(LIST))
    assert "Recall by the maker" in text(browser.get(f"{LIST}{offer.pk}/change/"))


def test_a_date_that_has_passed_is_refused(browser: Client, quiet: Project) -> None:
    answer = confirm(browser, choose("put_on_hold", make_many(quiet, 1), until="2020-01-01T10:00"))

    assert "This moment has passed" in text(answer)
    assert not Offer.objects.get().on_hold


def test_three_ways_to_stop_selling_lead_to_their_pages(browser: Client, quiet: Project) -> None:
    offers = make_many(quiet, 2)

    page = text(browser.post(LIST, choose("stop_selling", offers)))

    for way in ("put_on_hold", "set_stock", "delete_at_bol"):
        assert f'name="action" value="{way}"' in page
    assert 'name="amount" value="0"' in page
    assert 'value="0"' in text(browser.post(LIST, choose("set_stock", offers, amount="0")))


def test_the_typed_number_must_be_the_number_that_is_deleted(browser: Client, quiet: Project) -> None:
    offers = make_many(quiet, 3)
    for offer in offers[:2]:
        Offer.objects.filter(pk=offer.pk).update(offer_id=f"at-bol-{offer.pk}")
    OutboxMessage.objects.all().delete()

    answer = confirm(browser, choose("delete_at_bol", offers, typed_count="3"))
    assert "Nothing was deleted" in text(answer)
    assert not OutboxMessage.objects.exists()

    confirm(browser, choose("delete_at_bol", offers, typed_count="2"))
    assert list(OutboxMessage.objects.values_list("operation", flat=True)) == ["DELETE_OFFER"] * 2


def test_who_may_change_offers_may_not_delete_at_bol(
    browser: Client, browser_of: Callable[..., Client], quiet: Project
) -> None:
    offers = make_many(quiet, 1)
    Offer.objects.update(offer_id="at-bol")
    limited = browser_of("view_offer", "change_offer")

    limited.post(LIST, pressed(browser, choose("delete_at_bol", offers, typed_count="1")))

    assert not BulkRun.objects.exists()
    stop = text(limited.post(LIST, choose("stop_selling", offers)))
    assert "You do not have the permission" in stop
    assert 'value="delete_at_bol"' not in stop.split("<main")[-1]


@pytest.mark.parametrize(
    "action", ["put_on_hold", "release", "change_price", "set_stock", "set_delivery_code", "send_again"]
)
def test_who_may_only_look_changes_nothing(
    browser: Client, browser_of: Callable[..., Client], quiet: Project, action: str
) -> None:
    typed = {"move": "set", "amount": "7", "rounding": "none", "delivery_code": "24uurs-16"}
    button = pressed(browser, choose(action, make_many(quiet, 1, on_hold=action == "release"), **typed))

    browser_of("view_offer").post(LIST, button)
    assert not BulkRun.objects.exists()

    browser.post(LIST, button)
    assert BulkRun.objects.get().changed == 1


def test_a_button_pressed_twice_raises_the_price_once(browser: Client, quiet: Project) -> None:
    button = pressed(browser, choose("change_price", make_many(quiet, 1), **UP))

    browser.post(LIST, button)
    browser.post(LIST, button)

    assert Offer.objects.get().price == Decimal("13.75")
    assert BulkRun.objects.count() == 1


def test_reading_an_address_changes_nothing(browser: Client, quiet: Project) -> None:
    (offer,) = make_many(quiet, 1)
    run = BulkRun.objects.create(deed="put_on_hold", offer_ids=[offer.pk], total=1)

    browser.get(f"{LIST}?action=put_on_hold&_selected_action={offer.pk}&step=confirm&shown=[1, {{}}]")
    assert browser.get(f"{RUNS}{run.pk}/cancel/").status_code == 405
    assert browser.get(f"{RUNS}{run.pk}/resume/").status_code == 405

    run.refresh_from_db()
    assert (run.state, Offer.objects.get().on_hold, rung(run)) == ("running", False, 0)


def test_more_than_500_are_done_in_the_background_on_a_page_that_refreshes_itself(
    browser: Client, quiet: Project
) -> None:
    offers = make_many(quiet, 501)

    typed = {"reason": "Recall", "until": "2099-01-01T10:00"}
    page = confirm(browser, choose("put_on_hold", offers[:1], select_across="1", **typed))
    assert "0 of 501 offers" in text(page)
    assert "Why: Recall, Until:" in text(page)
    assert 'http-equiv="refresh"' in text(page)
    assert not Offer.objects.filter(on_hold=True).exists()

    run = BulkRun.objects.get()
    tasks.carry_on_bulk(run.pk)
    done = text(browser.get(f"{RUNS}{run.pk}/change/?kind=changed&page=2"))
    assert 'http-equiv="refresh"' not in done
    assert "Page 2 of 11" in done
    assert text(browser.get(RUNS)).count("Put on hold") >= 1


def test_a_run_is_stopped_by_its_button(
    browser: Client, browser_of: Callable[..., Client], quiet: Project
) -> None:
    confirm(browser, choose("put_on_hold", make_many(quiet, 501)[:1], select_across="1"))
    run = BulkRun.objects.get()
    assert browser_of("view_offer").post(f"{RUNS}{run.pk}/cancel/").status_code == 403

    page = browser.post(f"{RUNS}{run.pk}/cancel/", follow=True)

    assert "Stopped." in text(page)
    tasks.carry_on_bulk(run.pk)
    assert not Offer.objects.filter(on_hold=True).exists()
