"""What an operation on offers can ask of bol, whichever version of the Offers API it is said in.

Every method returns a call that carries plain values only: it is made in a thread without a database.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from connections import bol
from connections.operations import Call
from offers.state import Component, State

OFFERS = "/retailer/offers"


@dataclass(frozen=True)
class Found:
    """An offer as bol has it."""

    offer_id: str
    ean: str
    condition: str
    state: State


@dataclass(frozen=True)
class Listing:
    """What identifies an offer before bol gives it an id."""

    ean: str
    condition: str
    comment: str = ""
    is_margin_good: bool = False


class Dialect(ABC):
    """One version of the Offers API."""

    # Whether price, stock and details of one offer go in one request.
    travels_together: ClassVar[bool]

    @abstractmethod
    def can_say(self, listing: Listing) -> bool:
        """Tell whether this version has a word for the condition of a new offer."""

    @abstractmethod
    def create(self, listing: Listing, wanted: State) -> Call:
        """Make the offer; the answer is its id, or a process status."""

    @abstractmethod
    def update(self, offer_id: str, changes: Mapping[str, Component], all_details: Component) -> Call:
        """Change these components; `all_details` is for a dialect that has to say all when one of them changes."""

    @abstractmethod
    def delete(self, offer_id: str) -> Call:
        """Remove the offer; one that is gone already is no error."""

    @abstractmethod
    def read(self, offer_id: str) -> Call:
        """Read the offer; the answer is Found, or None where bol does not have it."""

    @abstractmethod
    def find(self, listing: Listing, named: str) -> Call | None:
        """Look for the offer in a listing, by the id that bol named if it did; None where there is no way to look."""

    @abstractmethod
    def named_duplicate(self, error_message: str) -> str:
        """Return the id of the offer that a refusal may name as the duplicate, or ""."""


def or_none(send: Callable[[bol.Client], Any]) -> Callable[[bol.Client], Any]:
    """Take an offer that bol does not have for an answer: None."""

    def send_or_none(client: bol.Client) -> Any:
        try:
            return send(client)
        except bol.NotFound:
            return None

    return send_or_none
