"""A connection moves to the other dialect: bol is told nothing that it has already."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from connections import flows
from connections import services as switches
from connections.models import Connection, OutboxMessage
from offers import services
from offers.models import Offer, Product, Project
from offers.rules import check_digit
from tests.conftest import RunningSandbox
from tests.offers.conftest import at_bol, settled, states, updates, writes

pytestmark = pytest.mark.django_db(transaction=True)

Relay = Callable[[Connection], None]


@pytest.fixture
def assortment(project: Project, relay: Relay) -> list[Offer]:
    """Twenty offers, published in the older dialect and confirmed by bol."""
    speak(project.connection, "v10")
    digits = [f"871{number:09}" for number in range(20)]
    products = Product.objects.bulk_create(
        Product(reference=number, ean=number + check_digit(number), title="Oil") for number in digits
    )
    current = Project.objects.select_related("connection").get(pk=project.pk)
    offers = [services.new_offer(current, product, price=Decimal(10), stock=3) for product in products]
    services.create_offers(offers, None)
    relay(current.connection)
    return list(Offer.objects.with_all())


def speak(connection: Connection, offers_api: str) -> Connection:
    """Have the connection speak a dialect from now on."""
    current = Connection.objects.get(pk=connection.pk)
    switches.move_to(current, offers_api, by=None)
    return current


def test_an_unchanged_assortment_sends_nothing_after_the_move_and_back(
    sandbox: RunningSandbox, assortment: list[Offer], connection: Connection, relay: Relay
) -> None:
    said = writes(sandbox)
    moved = speak(connection, "v11")
    relay(moved)
    flows.run(moved, "offers")
    services.announce_all(Offer.objects.all())
    relay(moved)
    assert all(not offer.differing for offer in Offer.objects.with_all())

    moved_back = speak(connection, "v10")
    services.announce_all(Offer.objects.all())
    relay(moved_back)

    assert (len(said), writes(sandbox)) == (20, said)


def test_the_countries_in_which_bol_sells_become_ours(
    assortment: list[Offer], connection: Connection
) -> None:
    assert {offer.countries for offer in assortment} == {"NL"}

    flows.run(speak(connection, "v11"), "offers")

    assert {offer.countries for offer in Offer.objects.all()} == {"NL,BE"}


def test_a_change_before_bol_was_asked_says_nothing_about_countries(
    sandbox: RunningSandbox, v10: Connection, offer: Offer, relay: Relay
) -> None:
    speak(v10, "v11")

    services.change_offer(offer, None, reference_code="SHELF-7")
    settled(offer, relay)

    assert updates(sandbox) == [{"reference": "SHELF-7"}]


def test_a_country_that_is_chosen_after_the_move_is_sent(
    sandbox: RunningSandbox, v10: Connection, offer: Offer, relay: Relay
) -> None:
    flows.run(speak(v10, "v11"), "offers")

    services.change_offer(offer, None, countries="NL")
    offer = settled(Offer.objects.with_all().get(pk=offer.pk), relay)

    assert updates(sandbox) == [{"countryAvailabilities": [{"countryCode": "NL"}]}]
    assert offer.differing == frozenset()


def test_what_waits_at_the_move_is_said_in_the_new_words(
    sandbox: RunningSandbox, v10: Connection, offer: Offer, relay: Relay
) -> None:
    services.change_offer(offer, None, price=Decimal("13.00"), stock=7)
    speak(v10, "v11")

    offer = settled(Offer.objects.with_all().get(pk=offer.pk), relay)

    assert writes(sandbox) == ["POST", "PATCH"]
    assert offer.differing == frozenset()


def test_a_creation_accepted_before_the_move_ends_after_it(
    sandbox: RunningSandbox, v10: Connection, make_offer: Callable[..., Offer], run_once: Relay, relay: Relay
) -> None:
    offer = make_offer()
    run_once(v10)
    speak(v10, "v11")

    offer = settled(Offer.objects.with_all().get(pk=offer.pk), relay)

    assert (offer.offer_id, offer.status) == (at_bol(sandbox)[0]["offerId"], Offer.Status.ON_SALE)


def test_a_refurbished_article_refused_in_v10_is_published_after_the_move(
    connection: Connection, make_offer: Callable[..., Offer], relay: Relay
) -> None:
    offer = make_offer(condition="REFURBISHED_A")
    offer = settled_in(speak(connection, "v10"), offer, relay)
    assert offer.status == Offer.Status.REFUSED

    offer = settled_in(speak(connection, "v11"), offer, relay)

    assert offer.status == Offer.Status.ON_SALE
    assert states(offer)["CREATE_OFFER"][-1] == "succeeded"


def settled_in(connection: Connection, offer: Offer, relay: Relay) -> Offer:
    """Let everything reach bol through the connection as it is now, and read the offer again."""
    relay(connection)
    return Offer.objects.with_all().get(pk=offer.pk)


def test_another_connection_does_not_move(
    connection: Connection, make_connection: Callable[..., Connection]
) -> None:
    other = make_connection("Other shop")

    speak(connection, "v10")

    other.refresh_from_db()
    assert other.offers_api == "v11"


def test_the_move_is_a_dialog_on_the_page_of_the_connection(staff: User, v10: Connection) -> None:
    browser = Client()
    browser.force_login(staff)
    page = reverse("admin:connections_connection_change", args=[v10.pk])
    shown = browser.get(page).content.decode()
    assert "Move to Offers v11" in shown
    assert "Move back to Offers v10" not in shown
    address = reverse("admin:connections_connection_move_to_v11", args=[v10.pk])
    browser.get(address)
    assert Connection.objects.get().offers_api == "v10"

    browser.post(address, {"_form_submitted": "1"})

    assert Connection.objects.get().offers_api == "v11"
    assert "Move back to Offers v10" in browser.get(page).content.decode()


def test_the_form_of_a_connection_does_not_move_it(staff: User, v10: Connection) -> None:
    browser = Client()
    browser.force_login(staff)

    page = browser.get(reverse("admin:connections_connection_change", args=[v10.pk]))

    assert "offers_api" not in page.context["adminform"].form.fields
    assert not OutboxMessage.objects.exists()
