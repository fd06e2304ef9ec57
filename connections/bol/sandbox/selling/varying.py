"""What chance makes of an order where nobody says otherwise: orders as they come in real life."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from connections.bol.sandbox.clock import day_of
from connections.bol.sandbox.entities import Customer
from connections.bol.sandbox.selling.basket import TIME_FRAMES, Buyer, Line
from connections.bol.sandbox.selling.offers import days_to_customer, unit_price
from connections.bol.sandbox.state import State

AT_PICKUP_POINT, ON_CHOSEN_DAY, WITH_HINT, WITH_DISCOUNT, WITH_SERVICE = 0.15, 0.1, 0.05, 0.1, 0.03
TIME_FRAME_WEIGHTS = (88, 6, 2, 2, 2)
HINTS = ("Bel doet het niet", "Achterom via de steeg", "Appartement 3")
CENT = Decimal("0.01")


def vary(
    state: State, number: int, customer: Customer, buyer: Buyer, lines: list[Line]
) -> tuple[Buyer, list[Line]]:
    """The same order with what the seed adds to it; what was said beforehand stays."""
    random = state.chance(f"order {number}")
    soonest = day_of(state.now + max(days_to_customer(line.offer) for line in lines))
    varied = _vary_buyer(random, bool(customer.business), soonest, buyer)
    return varied, [_vary_line(random, line) for line in lines]


def _vary_buyer(random: Random, is_business: bool, soonest: date, buyer: Buyer) -> Buyer:
    # Every draw is made each time, so that what is said of one thing does not change another.
    picks_up = random.random() < AT_PICKUP_POINT and not is_business
    day = soonest + timedelta(days=random.randint(0, 5)) if random.random() < ON_CHOSEN_DAY else None
    [time_frame] = random.choices(TIME_FRAMES, TIME_FRAME_WEIGHTS)
    hint = random.choice(HINTS) if random.random() < WITH_HINT else None
    return replace(
        buyer,
        pickup_point=picks_up if buyer.pickup_point is None else buyer.pickup_point,
        exact_delivery=buyer.exact_delivery or day,
        time_frame=buyer.time_frame or time_frame,
        address_hint=buyer.address_hint or hint,
    )


def _vary_line(random: Random, line: Line) -> Line:
    share = Decimal(random.choice((5, 10, 25))) / 100
    is_discounted, is_serviced = random.random() < WITH_DISCOUNT, random.random() < WITH_SERVICE
    if is_discounted and not line.discounts:
        price = unit_price(line.offer, line.quantity) * line.quantity
        discount = {"title": "Actie van de week", "amount": (price * share).quantize(CENT)}
        line = replace(line, discounts=(discount,))
    if is_serviced and not line.services:
        line = replace(line, services=("PLACEMENT_AND_INSTALLATION",))
    return line
