"""The page of differences: people see both sides, decide about one or many, and are asked before it happens."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ

from connections.models import Connection, Flow, OutboxMessage
from offers import leasing, tasks
from offers.admin import drift as page
from offers.models import DecisionOrder, Drift, Offer, Project
from offers.reconciling import ordering
from tests.conftest import CLIENT_ID, RunningSandbox
from tests.offers.reconciling.conftest import ean_of, open_drift

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/offers/drift/"
Shelf = Callable[[int], list[Offer]]
Reconcile = Callable[[], dict[str, int]]


@pytest.fixture
def browser(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    return client


@pytest.fixture
def changed(sandbox: RunningSandbox, make_shelf: Shelf, reconcile: Reconcile) -> list[Drift]:
    """Three changed prices, one offer gone, and one made elsewhere."""
    offers = make_shelf(6)
    for offer in offers[:3]:
        sandbox.change_offer(offer.offer_id, {"price": 99})
    sandbox.delete_offer(offers[-1].offer_id)
    sandbox.add_offer(CLIENT_ID, {"ean": ean_of(900), "price": 20, "stock": 1, "unknownProductTitle": "Tea"})
    reconcile()
    return open_drift()


def decide(browser: Client, action: str, drift: list[Drift], **posted: Any) -> Any:
    data = {"action": action, "_selected_action": [found.pk for found in drift], **posted}
    return browser.post(LIST, data)


def test_the_list_shows_both_sides(browser: Client, changed: list[Drift]) -> None:
    text = browser.get(LIST).content.decode()

    for word in (
        "Price 12.50",
        "Price 99.00",
        "Gone at bol",
        "Made elsewhere",
        "Tea",
        "Price 20.00, Stock 1",
    ):
        assert word in text


def test_a_difference_has_a_page(browser: Client, changed: list[Drift]) -> None:
    for drift in changed:
        assert browser.get(f"{LIST}{drift.pk}/change/").status_code == 200


def test_a_decision_is_asked_about_first(browser: Client, changed: list[Drift]) -> None:
    text = decide(browser, "send_ours", changed).content.decode()

    assert "This decides 3 differences." in text
    assert "2 that you selected are of another kind" in text
    assert len(open_drift()) == 5
    assert not OutboxMessage.objects.exists()


def test_a_confirmed_decision_is_made_about_those_it_fits(
    browser: Client, changed: list[Drift], staff: User
) -> None:
    decide(browser, "send_ours", changed, confirmed="yes")

    assert {drift.kind for drift in open_drift()} == {"gone", "made_elsewhere"}
    assert Drift.objects.filter(resolution="send_ours", resolved_by=staff).count() == 3
    assert OutboxMessage.objects.filter(operation="UPDATE_OFFER_PRICE").count() == 3


def test_adopting_asks_for_a_project_of_that_connection(
    browser: Client, changed: list[Drift], make_connection: Callable[..., Connection]
) -> None:
    elsewhere = Project.objects.create(name="Elsewhere", connection=make_connection("Other", client_id="o"))
    here = Project.objects.exclude(pk=elsewhere.pk).get()

    asked = decide(browser, "adopt", changed).content.decode()
    refused = decide(browser, "adopt", changed, confirmed="yes", project=elsewhere.pk)
    decide(browser, "adopt", changed, confirmed="yes", project=here.pk)

    assert "Pantry" in asked
    assert "Elsewhere" not in asked
    assert refused.status_code == 200
    assert Offer.objects.get(product__ean=ean_of(900)).price == Decimal("20.00")


def test_many_are_decided_in_the_background(
    browser: Client, changed: list[Drift], staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "LARGE", 2)
    monkeypatch.setattr(ordering, "PART", 2)
    monkeypatch.setattr(leasing, "SLICE", timedelta(0))

    decide(browser, "leave", changed, confirmed="yes")
    OrmQ.objects.all().delete()  # what was rung is lost
    assert len(open_drift()) == len(changed)
    minutes = 0
    while tasks.resume_decisions():
        minutes += 1
        tasks.carry_out_decision(DecisionOrder.objects.get().pk)

    assert minutes > 1
    assert {drift.kind for drift in open_drift()} == {"made_elsewhere"}


def test_who_may_only_look_cannot_decide(changed: list[Drift]) -> None:
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_drift"))
    browser = Client()
    browser.force_login(viewer)

    decide(browser, "send_ours", changed, confirmed="yes")

    assert browser.get(LIST).status_code == 200
    assert len(open_drift()) == 5


def test_the_button_rings_the_comparison_and_nothing_happens_on_a_get(
    browser: Client, connection: Connection
) -> None:
    address = reverse("admin:offers_drift_compare")
    Flow.objects.filter(kind="reconcile-offers").update(rung_at=None)

    browser.get(address)
    assert not Flow.objects.filter(kind="reconcile-offers").exclude(rung_at=None).exists()

    browser.post(address, {"_form_submitted": "on", "connection": connection.pk})
    assert Flow.objects.filter(kind="reconcile-offers").exclude(rung_at=None).exists()


def test_the_front_page_and_the_navigation_count_them(browser: Client, changed: list[Drift]) -> None:
    response = browser.get("/admin/")

    assert ("Differences with bol", 5) in [
        (str(task["title"]), task["count"]) for task in response.context["tasks"]
    ]
    assert "state__exact=open" in response.content.decode()


def test_the_command_says_what_is_to_be_decided(changed: list[Drift]) -> None:
    out = io.StringIO()

    call_command("reconcile_offers", "--json", stdout=out)

    (told,) = json.loads(out.getvalue())["connections"]
    assert (told["seen"], told["new"]) == (6, 0)
    assert told["to_decide"] == {"differs": 3, "gone": 1, "made_elsewhere": 1}


def test_the_command_fails_where_bol_cannot_be_read(sandbox: RunningSandbox, connection: Connection) -> None:
    sandbox.add_fault({"kind": "status", "path": "/retailer/offers", "times": 50})

    with pytest.raises(CommandError):
        call_command("reconcile_offers", stdout=io.StringIO())
