"""Why an offer is not for sale is read from bol, kept, and shown with what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connections import flows
from connections.models import Connection
from offers import reasons, services
from offers.models import Offer
from tests.conftest import RunningSandbox
from tests.offers.conftest import settled

pytestmark = pytest.mark.django_db(transaction=True)

Relay = Callable[[Connection], None]


def asked(sandbox: RunningSandbox) -> int:
    """How often bol was asked why an offer is not for sale."""
    return len(
        [request for request in sandbox.requests() if request["path"].endswith("not-for-sale-reasons")]
    )


def look(offer: Offer) -> Offer:
    flows.run(Connection.objects.get(pk=offer.project.connection_id), "offers")
    return Offer.objects.with_all().get(pk=offer.pk)


@pytest.fixture
def held(sandbox: RunningSandbox, offer: Offer) -> Offer:
    """An offer that somebody put on hold at bol."""
    sandbox.change_offer(offer.offer_id, {"onHoldByRetailer": True})
    return offer


def test_the_reasons_of_an_offer_that_is_not_for_sale_are_kept(held: Offer) -> None:
    offer = look(held)

    assert offer.for_sale is False
    assert offer.reason_category == "ON_HOLD"
    assert [(reason["country"], reason["code"]) for reason in offer.reasons] == [("NL", "4003-1")]
    assert offer.reasons_at is not None


@pytest.mark.usefixtures("v10")
def test_the_older_dialect_tells_them_with_the_offer(sandbox: RunningSandbox, held: Offer) -> None:
    offer = look(held)

    assert offer.for_sale is False
    assert [reason["code"] for reason in offer.reasons] == ["4003-1"]
    assert offer.reason_category == "ON_HOLD"
    assert offer.observed is not None
    assert offer.observed["details"]["on_hold"] is True


def test_an_offer_that_is_for_sale_is_not_asked_about(sandbox: RunningSandbox, offer: Offer) -> None:
    look(offer)

    assert asked(sandbox) == 0


def test_the_same_offer_is_asked_about_once_a_day(sandbox: RunningSandbox, held: Offer) -> None:
    look(held)
    look(held)
    assert asked(sandbox) == 1

    Offer.objects.update(reasons_at=timezone.now() - timedelta(days=2))
    look(held)
    assert asked(sandbox) == 2


def test_reasons_go_when_it_is_for_sale_again(sandbox: RunningSandbox, held: Offer) -> None:
    look(held)
    sandbox.change_offer(held.offer_id, {"onHoldByRetailer": False})

    offer = look(held)

    assert (offer.for_sale, offer.reasons, offer.reason_category) == (True, [], "")


def test_a_run_asks_about_a_bounded_number_those_never_asked_about_first(
    sandbox: RunningSandbox, held: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reasons, "PER_RUN", 0)

    assert look(held).reasons_at is None
    assert asked(sandbox) == 0


def test_an_offer_that_vanished_meanwhile_does_not_stop_the_others(
    sandbox: RunningSandbox, held: Offer
) -> None:
    look(held)
    Offer.objects.update(reasons_at=None)
    sandbox.delete_offer(held.offer_id)

    offer = look(held)

    assert offer.reasons_at is not None


@pytest.fixture
def browser(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def with_reason(offer: Offer, **fields: Any) -> None:
    reason = {
        "country": "NL",
        "category": "PRICE",
        "code": "4000-1",
        "description": "Prijs te hoog",
        "missing": [],
    }
    reason |= fields
    Offer.objects.filter(pk=offer.pk).update(
        for_sale=False, reasons=[reason], reason_category=reason["category"], reasons_at=timezone.now()
    )


def test_the_page_shows_bols_words_with_what_to_do(browser: Client, make_offer: Callable[..., Offer]) -> None:
    offer = make_offer()
    with_reason(offer)

    page = browser.get(reverse("admin:offers_offer_change", args=[offer.pk])).content.decode()

    for text in ("Prijs te hoog", "4000-1", "Lower the price"):
        assert text in page


def test_an_unknown_reason_is_shown_as_bol_says_it(browser: Client, make_offer: Callable[..., Offer]) -> None:
    offer = make_offer()
    with_reason(offer, category="NEW_KIND", code="9999-1", description="Iets <nieuws>")

    page = browser.get(reverse("admin:offers_offer_change", args=[offer.pk])).content.decode()

    assert "Iets &lt;nieuws&gt;" in page


def test_offers_are_filtered_by_the_kind_of_reason(browser: Client, make_offer: Callable[..., Offer]) -> None:
    offer = make_offer()
    with_reason(offer)
    address = reverse("admin:offers_offer_changelist")

    found = browser.get(address, {"reason_category": "PRICE"}).context["cl"].result_list
    others = browser.get(address, {"reason_category": "STOCK"}).context["cl"].result_list

    assert ([row.pk for row in found], list(others)) == ([offer.pk], [])


def test_a_refused_change_gets_the_advice_of_the_catalogue(
    sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    body = {
        "type": "/problems/validation-failed",
        "title": "No",
        "violations": [{"name": "ean", "reason": "Bad"}],
    }
    sandbox.add_fault({"kind": "status", "method": "PATCH", "path": "*", "status": 400, "body": body})
    services.change_offer(offer, None, stock=3)
    settled(offer, relay)

    message = offer.project.connection.outbox.get(state="failed")

    assert "ean: Bad" in message.reason
    assert "13 digits" in message.advice
