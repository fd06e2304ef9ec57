"""What others do at bol with the same account: another tool, or a colleague in bol's own screens."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.conftest import CLIENT_ID
from tests.offers.converging import values
from tests.offers.converging.day import MOST_OFFERS, PICK, Day
from tests.offers.converging.world import ean_of


class Others(Day):
    """What others do at bol with the same account."""

    @rule(pick=PICK, which=st.integers(0, 50))
    def somebody_changes(self, pick: int, which: int) -> None:
        number = self.next_number()
        offer_id = self._at_bol(pick)
        choices = values.foreign_changes(number, in_full=self.in_full)
        if offer_id:
            self.world.sandbox.change_offer(offer_id, choices[which % len(choices)])

    @rule(pick=PICK)
    def somebody_deletes(self, pick: int) -> None:
        offer_id = self._at_bol(pick)
        if offer_id:
            self.world.sandbox.delete_offer(offer_id)

    @rule(pick=PICK)
    def somebody_offers_it_too(self, pick: int) -> None:
        offer = self.offer(pick)
        if offer.condition == "NEW":
            self._add(offer.product.ean)

    @rule()
    @precondition(lambda self: len(self.saved) < MOST_OFFERS)
    def somebody_offers_something_else(self) -> None:
        self._add(ean_of(900 + self.next_number()))

    def _add(self, ean: str) -> None:
        number = self.next_number()
        fields = {"ean": ean, "price": 400 + number, "stock": 3, "reference": f"NEW-{number}"}
        try:
            self.world.sandbox.add_offer(CLIENT_ID, fields)
        except ValueError:
            return  # bol has it

    def _at_bol(self, pick: int) -> str:
        offer_id = self.offer(pick).offer_id
        there = {shown["offerId"] for shown in self.world.sandbox.sandbox.offers(CLIENT_ID)}
        return offer_id if offer_id in there else ""
