"""What the traffic page and its command say is what really happened."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connections import sources
from connections.models import Connection, RequestLogEntry
from offers import services
from offers.models import ConfirmedValue, Offer, Sense
from offers.traffic import DAY, WEEK, figures, most_updated, traffic_of
from tests.conftest import RunningSandbox
from tests.offers.conftest import EAN, settled, writes

pytestmark = pytest.mark.django_db(transaction=True)

Relay = Callable[[Connection], None]


def in_a_day(connection: Connection):
    return figures(connection, timezone.now() - DAY)


@pytest.fixture
def busy(offer: Offer, relay: Relay) -> Offer:
    """Olive oil whose price changed twice and whose stock changed once."""
    for wanted in ({"price": Decimal("13.00")}, {"stock": 4}, {"price": Decimal("13.50")}):
        services.change_offer(offer, None, **wanted)
        offer = settled(offer, relay)
    return offer


def test_the_figures_are_the_requests_bol_got(
    sandbox: RunningSandbox, connection: Connection, busy: Offer
) -> None:
    found = in_a_day(connection)

    assert writes(sandbox) == ["POST", "PATCH", "PATCH", "PATCH"]
    assert {kind: count for kind, count in found.by_kind.items() if count} == {"publish": 1, "change": 3}
    assert (found.requests, found.offers, found.per_offer, found.slowed) == (4, 1, 4.0, 0)
    assert (found.confirmed, found.for_nothing, found.repeated) == (3, 0, 0)


def test_v10_is_counted_by_what_was_changed(
    v10: Connection, make_offer: Callable[..., Offer], relay: Relay
) -> None:
    offer = settled(make_offer(), relay)
    services.change_offer(offer, None, price=Decimal("13.00"), stock=3, reference_code="NEW-REF")
    settled(offer, relay)

    by_kind = in_a_day(v10).by_kind

    assert (by_kind["price"], by_kind["stock"], by_kind["details"]) == (1, 1, 1)


def test_what_bol_slowed_down_has_a_share(connection: Connection, busy: Offer) -> None:
    patches = RequestLogEntry.objects.filter(method="PATCH")
    patches.filter(pk=patches.latest("pk").pk).update(status=429)

    assert (in_a_day(connection).slowed, in_a_day(connection).slowed_share) == (1, 0.25)


def test_a_value_that_bol_had_already_is_counted_as_for_nothing(connection: Connection, busy: Offer) -> None:
    ConfirmedValue.objects.filter(pk=ConfirmedValue.objects.latest("pk").pk).update(sense=Sense.NOTHING)

    assert in_a_day(connection).for_nothing_share == round(1 / 3, 4)


def test_saving_the_same_again_is_no_traffic(connection: Connection, busy: Offer, relay: Relay) -> None:
    before = in_a_day(connection).requests

    services.change_offer(busy, None, price=Decimal("20.00"))
    services.change_offer(busy, None, price=Decimal("13.50"))
    settled(busy, relay)

    assert in_a_day(connection).requests == before
    assert in_a_day(connection).for_nothing == 0


def test_the_most_updated_eans_are_counted_by_updates_that_were_sent(
    connection: Connection, busy: Offer, relay: Relay
) -> None:
    services.change_offer(busy, None, price=Decimal("20.00"))
    services.change_offer(busy, None, price=Decimal("13.50"))
    settled(busy, relay)

    assert most_updated(connection, timezone.now() - WEEK) == [(EAN, 3)]


def test_traffic_of_another_time_or_connection_does_not_count(
    connection: Connection, make_connection: Callable[..., Connection], busy: Offer
) -> None:
    other = make_connection("Other shop")
    assert in_a_day(other).requests == in_a_day(other).confirmed == 0

    RequestLogEntry.objects.update(at=timezone.now() - timedelta(days=2))

    assert in_a_day(connection).requests == 0
    assert figures(connection, timezone.now() - WEEK).requests == 4


@pytest.fixture
def quarrel(offer: Offer, relay: Relay, staff: User) -> Offer:
    """A person and an import who set the price in turns."""
    for _turn in range(3):
        services.change_offer(offer, staff, price=Decimal("13.00"))
        offer = settled(offer, relay)
        with sources.working_with("import spring.csv"):
            services.change_offer(offer, None, price=Decimal("12.00"))
        offer = settled(offer, relay)
    return offer


def test_a_quarrel_is_named_with_its_two_sources(connection: Connection, quarrel: Offer) -> None:
    (found,) = traffic_of(connection).quarrels

    assert (found.offer, found.component) == (quarrel, "price")
    assert (found.values, found.sources) == (("12.00", "13.00"), ("import spring.csv", "staff"))


def test_the_command_tells_scripts_the_same(connection: Connection, quarrel: Offer) -> None:
    out = StringIO()
    call_command("traffic", "--json", "--connection", connection.name, stdout=out)

    (told,) = json.loads(out.getvalue())["connections"]
    assert told["day"]["requests"] == 7
    assert told["day"]["values_for_nothing"] == 0
    assert told["most_updated"] == [{"ean": EAN, "updates": 6}]
    assert told["quarrels"][0]["sources"] == ["import spring.csv", "staff"]


def test_the_command_tells_people(connection: Connection, quarrel: Offer) -> None:
    out = StringIO()
    call_command("traffic", stdout=out)

    assert "Publish: 1, Change (v11): 6" in out.getvalue()
    assert "between 12.00 and 13.00, set by import spring.csv and staff" in out.getvalue()


def test_the_page_shows_it(client: Client, staff: User, connection: Connection, quarrel: Offer) -> None:
    client.force_login(staff)

    page = client.get(reverse("admin:offers_traffic")).content.decode()

    assert "set by import spring.csv and staff" in page
    assert EAN in page


def test_the_page_only_reads(client: Client, staff: User, connection: Connection) -> None:
    client.force_login(staff)

    assert client.post(reverse("admin:offers_traffic")).status_code == 405


def test_the_page_is_for_who_may_see_offers(client: Client, connection: Connection) -> None:
    client.force_login(User.objects.create_user("clerk", is_staff=True))

    assert client.get(reverse("admin:offers_traffic")).status_code == 403
