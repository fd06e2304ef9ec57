"""Two of us who want different things of one offer are found, named and slowed down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from connections import sources
from connections.models import Connection, OutboxMessage
from offers import quarrels, services
from offers.models import ConfirmedValue, Offer, Product, Project, Sense
from offers.quarrels import Event
from tests.conftest import RunningSandbox
from tests.offers.conftest import at_bol, settled, updates

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
Relay = Callable[[Connection], None]

database = pytest.mark.django_db(transaction=True)


def every(minutes: int, values: str) -> list[Event]:
    return [Event(NOON + number * timedelta(minutes=minutes), value) for number, value in enumerate(values)]


@pytest.mark.parametrize(
    ("events", "found"),
    [
        (every(5, "ABABAB"), True),
        (every(5, "ABABA"), False),
        (every(5, "AABBAABBAABB"), True),
        (every(25, "ABABABABAB"), False),
        (every(5, "ABCDEFGH"), False),
        (every(5, "AAAAAAAA"), False),
        ([*every(5, "ABABAB"), Event(NOON + timedelta(hours=9), "C")], True),
        ([], False),
    ],
)
def test_four_returns_within_an_hour_are_a_quarrel(events: list[Event], found: bool) -> None:
    assert quarrels.is_quarrel(events) is found


def quarrel(offer: Offer, relay: Relay, staff: User, times: int = 3) -> Offer:
    """Let a person and an import set the price in turns."""
    for _turn in range(times):
        services.change_offer(offer, staff, price=Decimal("13.00"))
        offer = settled(offer, relay)
        with sources.working_with("import spring.csv"):
            services.change_offer(offer, None, price=Decimal("12.00"))
        offer = settled(offer, relay)
    return offer


@database
def test_what_was_confirmed_is_remembered_with_its_source(offer: Offer, relay: Relay, staff: User) -> None:
    quarrel(offer, relay, staff, times=1)

    found = ConfirmedValue.objects.order_by("pk")
    assert [(row.component, row.value, row.told_by, row.sense) for row in found] == [
        ("price", "13.00", "staff", Sense.CHANGED),
        ("price", "12.00", "import spring.csv", Sense.CHANGED),
    ]


@database
def test_a_quarrel_is_named_and_the_next_value_waits(
    sandbox: RunningSandbox, offer: Offer, relay: Relay, staff: User
) -> None:
    offer = quarrel(offer, relay, staff)
    before = len(updates(sandbox))

    services.change_offer(offer, staff, price=Decimal("13.00"))
    settled(offer, relay)

    assert len(updates(sandbox)) == before
    waiting = OutboxMessage.objects.waiting().get()
    assert waiting.not_before > timezone.now() + timedelta(minutes=13)
    assert "12.00 and 13.00" in waiting.reason
    assert "import spring.csv and staff" in waiting.reason


@database
def test_after_a_quarter_of_an_hour_the_last_value_goes(
    sandbox: RunningSandbox, offer: Offer, relay: Relay, staff: User
) -> None:
    offer = quarrel(offer, relay, staff)
    for price in ("13.00", "12.00", "14.00"):
        services.change_offer(offer, staff, price=Decimal(price))
        settled(offer, relay)
    before = len(updates(sandbox))
    age_all(16)

    offer = settled(offer, relay)

    assert len(updates(sandbox)) == before + 1
    assert offer.differing == frozenset()
    assert updates(sandbox)[-1]["pricing"]["bundlePrices"][0]["unitPrice"] == 14


@database
def test_other_components_are_not_held_up_by_a_quarrel(
    sandbox: RunningSandbox, offer: Offer, relay: Relay, staff: User
) -> None:
    offer = quarrel(offer, relay, staff)

    services.change_offer(offer, staff, price=Decimal("13.00"), stock=4)
    offer = settled(offer, relay)

    assert updates(sandbox)[-1] == {"stock": {"amount": 4, "managedByRetailer": False}}
    assert offer.differing == {"price"}
    assert OutboxMessage.objects.waiting().get().operation == "UPDATE_OFFER_PRICE"


def age_all(minutes: int) -> None:
    """Let what was confirmed have been confirmed earlier."""
    for row in ConfirmedValue.objects.all():
        ConfirmedValue.objects.filter(pk=row.pk).update(at=row.at - timedelta(minutes=minutes))


@database
def test_less_stock_never_waits_and_more_stock_does(
    sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    for stock in (3, 5, 3, 5, 3, 5, 3):
        services.change_offer(offer, None, stock=stock)
        offer = settled(offer, relay)
    services.change_offer(offer, None, stock=4)
    offer = settled(offer, relay)
    assert at_bol(sandbox)[0]["stock"]["amount"] == 3

    services.change_offer(offer, None, stock=2)
    settled(offer, relay)

    assert at_bol(sandbox)[0]["stock"]["amount"] == 2


@database
def test_a_hold_never_waits_and_a_release_does(sandbox: RunningSandbox, offer: Offer, relay: Relay) -> None:
    for on_hold in (True, False) * 4:
        services.change_offer(offer, None, on_hold=on_hold)
        offer = settled(offer, relay)
    assert at_bol(sandbox)[0]["onHoldByRetailer"] is True
    age_all(16)
    settled(offer, relay)
    assert at_bol(sandbox)[0]["onHoldByRetailer"] is False

    services.change_offer(offer, None, on_hold=True)
    settled(offer, relay)

    assert at_bol(sandbox)[0]["onHoldByRetailer"] is True


@database
def test_v10_holds_back_the_quarrel_and_lets_the_stock_go(
    v10: Connection,
    sandbox: RunningSandbox,
    make_offer: Callable[..., Offer],
    relay: Relay,
    staff: User,
) -> None:
    offer = quarrel(settled(make_offer(), relay), relay, staff)

    services.change_offer(offer, staff, price=Decimal("13.00"), stock=9)
    offer = settled(offer, relay)

    assert at_bol(sandbox)[0]["stock"]["amount"] == 9
    assert offer.differing == {"price"}


@database
@pytest.mark.parametrize("offers_api", ["v10", "v11"])
def test_a_price_that_must_be_there_before_stock_returns_does_not_wait(
    connection: Connection,
    sandbox: RunningSandbox,
    make_offer: Callable[..., Offer],
    relay: Relay,
    staff: User,
    offers_api: str,
) -> None:
    connection.offers_api = offers_api
    connection.save(update_fields=["offers_api"])
    offer = quarrel(settled(make_offer(), relay), relay, staff)
    services.change_offer(offer, staff, stock=0)
    offer = settled(offer, relay)

    services.change_offer(offer, staff, price=Decimal("13.00"), stock=9)
    offer = settled(offer, relay)

    assert offer.differing == frozenset()
    assert at_bol(sandbox)[0]["pricing"]["bundlePrices"][0]["unitPrice"] == 13


@database
def test_two_projects_that_quarrel_over_one_offer_are_seen_as_one(
    project: Project, product: Product, make_offer: Callable[..., Offer], relay: Relay
) -> None:
    other = Project.objects.create(name="Cellar", connection=project.connection)
    ours, theirs = (
        settled(make_offer(), relay),
        services.create_offer(other, product, None, price=Decimal("12.50"), stock=5),
    )
    theirs = settled(theirs, relay)
    for _turn in range(3):
        services.change_offer(ours, None, price=ours.price + 1)
        ours = settled(ours, relay)
        ConfirmedValue.objects.filter(offer=ours).update(fingerprint="ours")
        services.change_offer(theirs, None, price=theirs.price + 2)
        theirs = settled(theirs, relay)
        ConfirmedValue.objects.filter(offer=theirs).update(fingerprint="theirs")

    services.change_offer(ours, None, price=Decimal("40.00"))

    assert settled(ours, relay).differing == {"price"}


@database
def test_what_is_sent_again_on_request_counts_as_repeated(offer: Offer, relay: Relay, staff: User) -> None:
    services.send_again([offer], staff)
    settled(offer, relay)

    assert set(ConfirmedValue.objects.values_list("sense", flat=True)) == {Sense.REPEATED}


@database
def test_what_is_older_than_a_week_is_forgotten(offer: Offer, relay: Relay, staff: User) -> None:
    quarrel(offer, relay, staff, times=1)
    oldest = ConfirmedValue.objects.order_by("pk").first()
    assert oldest
    ConfirmedValue.objects.filter(pk=oldest.pk).update(at=timezone.now() - timedelta(days=8))

    assert quarrels.prune() == 1
    assert ConfirmedValue.objects.count() == 1
