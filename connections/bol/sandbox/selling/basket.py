"""What a customer is about to order, and how it is to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Self

from connections.bol.sandbox.entities import Json, Offer

TIME_FRAMES = ("REGULAR", "EVENING", "APPOINTMENT", "SAMEDAY", "SUNDAY")
METHODS = ("FBR", "FBB")
PARTIES = ("RETAILER", "BOL")


@dataclass(frozen=True)
class Buyer:
    """What is known of a customer beforehand; None lets chance decide, or is the usual where nothing varies.

    `pickup_point` is a name, or True for any; `exact_delivery` a day that the customer chose.
    """

    business: bool | None = None
    country: str | None = None
    pickup_point: bool | str | None = None
    exact_delivery: date | None = None
    time_frame: str | None = None
    address_hint: str | None = None
    tells_billing: bool = True

    def __post_init__(self) -> None:
        _check("time frame", self.time_frame, TIME_FRAMES)


@dataclass(frozen=True)
class Line:
    """So many of an offer, with what takes off the price or is bought with it.

    `method` and `distribution_party` say who ships and who carries, where that is not as the offer has it.
    """

    offer: Offer
    quantity: int
    discounts: tuple[Json, ...] = ()
    services: tuple[str, ...] = ()
    method: str | None = None
    distribution_party: str | None = None

    @classmethod
    def read(cls, offer: Offer, quantity: int, wanted: Json) -> Self:
        """A line with what an item of a control request says; raises ValueError for words that bol does not have."""
        _check("method", wanted.get("method"), METHODS)
        _check("distribution party", wanted.get("distributionParty"), PARTIES)
        return cls(
            offer,
            quantity,
            discounts=tuple(_discount(found) for found in wanted.get("discounts", ())),
            services=tuple(wanted.get("additionalServices", ())),
            method=wanted.get("method"),
            distribution_party=wanted.get("distributionParty"),
        )


def _discount(found: Json) -> Json:
    return {"title": str(found["title"]), "amount": Decimal(str(found["amount"]))}


def _check(what: str, word: str | None, allowed: Sequence[str]) -> None:
    if word is not None and word not in allowed:
        raise ValueError(f"{word} is no {what}; it is one of {', '.join(allowed)}.")
