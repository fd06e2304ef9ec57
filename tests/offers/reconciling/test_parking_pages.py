"""The pages on which people let an offer stay gone, and take that back."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from offers import tasks
from offers.admin import drift as page
from offers.models import DecisionOrder, Drift, Offer
from tests.offers.reconciling.conftest import WHY, fresh, open_drift

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/offers/drift/"


@pytest.fixture
def browser(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def press(browser: Client, action: str, **posted: Any) -> Any:
    keys = list(Drift.objects.values_list("pk", flat=True))
    return browser.post(LIST, {"action": action, "_selected_action": keys, **posted}, follow=True)


def test_the_page_asks_why_before_it_parks(browser: Client, gone: Offer) -> None:
    asked = press(browser, "park")

    assert "Why, for those who ask later" in asked.text
    assert "their EANs are free for other offers" in asked.text
    assert not fresh(gone).stays_gone

    done = press(browser, "park", confirmed="yes", reason=WHY)

    assert "Park (stays gone): 1 difference." in done.text
    assert "Parked, stays gone" in done.text
    assert fresh(gone).parked_reason == WHY


def test_a_reason_that_is_too_long_is_refused_beside_its_field(browser: Client, gone: Offer) -> None:
    answer = press(browser, "park", confirmed="yes", reason="x" * 201)

    assert "at most 200 characters" in answer.text
    assert "x" * 201 in answer.text
    assert not fresh(gone).stays_gone


def test_the_page_of_the_offer_says_so_and_leads_to_the_decision(
    browser: Client, parked: Offer, staff: User
) -> None:
    drift = Drift.objects.get()
    address = reverse("admin:offers_drift_change", args=[drift.pk])

    text = browser.get(reverse("admin:offers_offer_change", args=[parked.pk])).text

    assert f"{WHY} · {staff} · " in text
    assert address in text
    assert WHY in browser.get(address).text
    listed = browser.get(reverse("admin:offers_offer_changelist"), {"status__exact": "parked"}).text
    assert parked.product.ean in listed


def test_an_offer_that_is_not_parked_says_nothing_of_it(browser: Client, gone: Offer) -> None:
    text = browser.get(reverse("admin:offers_offer_change", args=[gone.pk])).text

    assert "Stays gone" not in text


def test_it_is_taken_back_on_the_page_of_the_decision(browser: Client, parked: Offer) -> None:
    address = reverse("admin:offers_drift_unpark", args=[Drift.objects.get().pk])
    browser.get(address)
    assert fresh(parked).stays_gone

    browser.post(address, {"_form_submitted": "on"})

    assert not fresh(parked).stays_gone
    assert len(open_drift()) == 1
    assert address not in browser.get(reverse("admin:offers_drift_change", args=[open_drift()[0].pk])).text


def test_many_are_taken_back_from_the_list(browser: Client, parked: Offer) -> None:
    assert "gone as before: it waits for a decision" in press(browser, "take_back").text

    press(browser, "take_back", confirmed="yes")

    assert not fresh(parked).stays_gone


def test_many_are_parked_in_the_background_with_the_reason(
    browser: Client, gone: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "LARGE", 0)

    press(browser, "park", confirmed="yes", reason=WHY)
    tasks.carry_out_decision(DecisionOrder.objects.get().pk)

    assert fresh(gone).parked_reason == WHY


def test_who_may_only_look_neither_parks_nor_takes_back(parked: Offer) -> None:
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_drift"))
    browser = Client()
    browser.force_login(viewer)

    press(browser, "take_back", confirmed="yes")
    browser.post(
        reverse("admin:offers_drift_unpark", args=[Drift.objects.get().pk]), {"_form_submitted": "on"}
    )

    assert fresh(parked).stays_gone


def test_the_front_page_does_not_ask_about_it(browser: Client, parked: Offer) -> None:
    tasks_shown = browser.get("/admin/").context["tasks"]

    assert "Differences with bol" not in [str(task["title"]) for task in tasks_shown if task["count"]]
