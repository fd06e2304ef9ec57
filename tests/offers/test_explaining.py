"""One sentence why bol does not have an offer as we want it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connections.models import Connection
from offers.explaining import explain
from offers.models import Offer, Product, Project

CONFIRMED = datetime(2026, 3, 1, 12, tzinfo=UTC)
SEEN = CONFIRMED + timedelta(minutes=5)
OTHER_PRICE = {"bundle_prices": [{"quantity": 1, "unit_price": "99.00"}]}


def an_offer(**fields: Any) -> Offer:
    """Forty bottles at 12.50 for sale in the Netherlands, and bol has it so."""
    connection = Connection(name="Shop", is_live=True)
    offer = Offer(
        project=Project(name="Pantry", connection=connection),
        product=Product(reference="OIL-1", ean="0041497153718", title="Olive Oil"),
        price=Decimal("12.50"),
        stock=40,
        delivery_code="1-2d",
    )
    offer.adopt("id-1", offer.wanted)
    offer.known_at = CONFIRMED
    for name, value in fields.items():
        setattr(offer, name, value)
    offer.refresh_status()
    return offer


def seen(offer: Offer, *, corrected_stock: int = 40, nl: bool = True, **components: Any) -> Offer:
    """The same, after bol was asked what it has."""
    known = {**offer.known.state.as_dict(), **components}
    offer.observed = {
        **known,
        "corrected_stock": corrected_stock,
        "for_sale": [{"country": "NL", "for_sale": nl}],
    }
    offer.observed_at, offer.for_sale = SEEN, nl
    offer.refresh_status()
    return offer


def sending(offer: Offer, component: str) -> Offer:
    """The same, with a request about a component at bol."""
    offer.begin_sending(offer.wanted.only([component]), 1)
    return offer


def overtaken(offer: Offer) -> Offer:
    """The same, with a price that somebody changed while the request was at bol."""
    offer.price = Decimal("14.00")
    return offer


def of_inactive_project(offer: Offer) -> Offer:
    offer.project.is_active = False
    return offer


def through(offer: Offer, **connection: Any) -> Offer:
    """The same, with another state of its connection."""
    for name, value in connection.items():
        setattr(offer.project.connection, name, value)
    return offer


def unpublished() -> Offer:
    offer = an_offer()
    offer.start_anew()
    return offer


PRICE_TOO_HIGH = [{"country": "NL", "category": "PRICE", "code": "4000-1", "description": "Price too high"}]
DEARER = {"price": Decimal("13.00")}


@pytest.mark.parametrize(
    ("offer", "sentence"),
    [
        (an_offer, ""),
        (lambda: seen(an_offer()), ""),
        (lambda: an_offer(gone_at=SEEN, **DEARER), "bol does not have this offer any more."),
        (lambda: an_offer(is_in_conflict=True, **DEARER), "Nothing is sent: another offer has the same EAN"),
        (lambda: an_offer(parked_reason="OIL-2 has it"), "Nothing is sent: OIL-2 has it."),
        (lambda: of_inactive_project(an_offer(**DEARER)), "Nothing is sent: the project is inactive."),
        (
            lambda: an_offer(refusal="Price too high.\nMore", **DEARER),
            "bol refused it: Price too high. Correct",
        ),
        (lambda: an_offer(is_unanswered=True, **DEARER), "bol did not say whether it took this"),
        (lambda: through(an_offer(**DEARER), is_live=False), "Waits: the connection is read only."),
        (lambda: through(an_offer(**DEARER), status="paused"), "Waits: the connection is paused."),
        (lambda: through(an_offer(), status="paused"), ""),
        (unpublished, "Not at bol yet: it is published as soon as its turn comes."),
        (lambda: sending(unpublished(), "price"), "Being published"),
        (
            lambda: an_offer(**DEARER),
            "On its way: bol is told the new price as soon as its turn comes.",
        ),
        (lambda: an_offer(on_hold=True, stock=3, **DEARER), "the new price, stock and details as soon"),
        (
            lambda: sending(an_offer(**DEARER), "price"),
            "On its way: bol has the new price and has not confirmed it yet.",
        ),
        (lambda: overtaken(sending(an_offer(**DEARER), "price")), "bol is told the new price as soon as"),
        (lambda: an_offer(on_hold=True), "On its way: bol is told the new details"),
        (
            lambda: seen(an_offer(), corrected_stock=38),
            "bol sells 38 instead of 40: 2 are reserved for orders.",
        ),
        (lambda: seen(an_offer(), corrected_stock=39), "bol sells 39 instead of 40: one is reserved"),
        (lambda: seen(an_offer(reasons=PRICE_TOO_HIGH), nl=False), "Not for sale in NL: price too high."),
        (lambda: seen(an_offer(), nl=False), "Not for sale in NL: bol's reason was not asked for yet."),
        (lambda: an_offer(for_sale=False), "Not for sale: bol did not say why."),
        (lambda: seen(an_offer(), price=OTHER_PRICE), "bol shows another price than it confirmed to us"),
    ],
)
def test_the_sentence_that_matters_most_is_said(offer: Any, sentence: str) -> None:
    said = explain(offer())

    assert sentence in said
    assert bool(said) == bool(sentence)


def settled_on(**fields: Any) -> Offer:
    """An offer that bol has with these values, too."""
    offer = an_offer(**fields)
    offer.adopt("id-1", offer.wanted)
    return offer


def test_a_sold_out_offer_keeps_its_price_for_later() -> None:
    offer = settled_on(stock=0)
    offer.price = Decimal("13.00")

    assert explain(offer) == "Waits for stock: bol is told the new price before stock returns."


def test_a_hold_is_explained_by_who_held_it() -> None:
    assert explain(settled_on(on_hold=True, hold_reason="stocktaking")) == "On hold: stocktaking."
    assert explain(settled_on(on_hold=True)) == "On hold: out of the shop until somebody releases it."


def test_more_than_bol_takes_is_said() -> None:
    assert explain(settled_on(stock=1500)) == "bol is told 999 of 1500: it takes no more."


def test_a_title_that_bol_does_not_show_was_not_changed_elsewhere() -> None:
    offer = an_offer()
    untitled = {**(offer.known_details or {}), "unknown_product_title": ""}

    assert explain(seen(offer, details=untitled)) == ""
