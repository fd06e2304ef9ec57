"""Checking at bol reads the chosen offers at once, shows what bol has, and changes nothing there."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from connections.models import Connection
from offers import bulk
from offers.deeds import DEEDS
from offers.models import BulkRun, Offer
from tests.conftest import RunningSandbox
from tests.offers.conftest import writes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["v11", "v10"])
def dialect(request: pytest.FixtureRequest, connection: Connection) -> str:
    """Both ways to talk about offers."""
    connection.offers_api = request.param
    connection.save(update_fields=["offers_api"])
    return str(request.param)


def check(offer: Offer, by: User) -> tuple[BulkRun, Any]:
    run = bulk.start(DEEDS["check_at_bol"], [offer.pk], {}, by)
    return run, run.outcomes.get()


@pytest.mark.usefixtures("dialect")
def test_what_bol_has_is_read_and_the_difference_named(
    sandbox: RunningSandbox, offer: Offer, staff: User
) -> None:
    sandbox.change_offer(offer.offer_id, {"price": 99})
    before = writes(sandbox)

    _run, outcome = check(offer, staff)

    offer.refresh_from_db()
    assert (outcome.kind, outcome.text) == ("changed", "bol has it otherwise: price.")
    assert offer.observed["price"] == {"bundle_prices": [{"quantity": 1, "unit_price": "99.00"}]}
    assert offer.observed_at is not None
    assert writes(sandbox) == before


@pytest.mark.usefixtures("dialect")
def test_an_offer_that_bol_has_as_we_want_it(offer: Offer, staff: User) -> None:
    run, outcome = check(offer, staff)

    assert (run.state, outcome.text) == ("done", "bol has it as we want it.")
    assert Offer.objects.get().for_sale is True


@pytest.mark.usefixtures("dialect")
def test_an_offer_that_bol_does_not_have_any_more_is_gone(
    sandbox: RunningSandbox, offer: Offer, staff: User
) -> None:
    sandbox.delete_offer(offer.offer_id)

    _run, outcome = check(offer, staff)

    assert outcome.text.startswith("bol does not have it any more")
    assert Offer.objects.get().status == Offer.Status.GONE


def test_an_offer_that_was_not_published_is_not_asked_for(
    sandbox: RunningSandbox, make_offer: Any, staff: User
) -> None:
    _run, outcome = check(make_offer(), staff)

    assert outcome.kind == "unchanged"
    assert not sandbox.requests()


def test_a_connection_that_is_paused_is_not_used(sandbox: RunningSandbox, offer: Offer, staff: User) -> None:
    offer.project.connection.pause("holiday", staff)
    before = len(sandbox.requests())

    run, outcome = check(offer, staff)

    assert (run.refused, outcome.kind) == (1, "refused")
    assert len(sandbox.requests()) == before


def test_an_answer_that_does_not_come_is_told_for_each_offer(
    sandbox: RunningSandbox, offer: Offer, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer.project.connection.api_url = "http://127.0.0.1:9"
    offer.project.connection.save(update_fields=["api_url"])

    run, outcome = check(offer, staff)

    assert (run.state, run.refused) == ("done", 1)
    assert outcome.text


def test_version_11_is_asked_by_a_list_of_ids(sandbox: RunningSandbox, offer: Offer, staff: User) -> None:
    before = len(sandbox.requests())

    check(offer, staff)

    assert [request["path"] for request in sandbox.requests()[before:]] == ["/retailer/offers"]
