"""A day: the offers of a shop, what was saved of them last, and bol's ledger beside it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from offers import deciding, services
from offers.models import EanConflict, Offer
from tests.offers.converging.bols_side import Watch
from tests.offers.converging.values import Changes
from tests.offers.converging.world import World

MOST_OFFERS = 6
MOVING = "moving"
PICK = st.integers(0, MOST_OFFERS - 1)


class Day(RuleBasedStateMachine):
    """What all who take part in a day share; `saved` is what people, files and decisions left behind, by offer.

    `dialect` is the one that the connection speaks all day, or MOVING where it goes from one to the other.
    """

    def __init__(self, world: World, dialect: str) -> None:
        super().__init__()
        world.begin("v10" if dialect == MOVING else dialect)
        self.world = world
        self.moves = dialect == MOVING
        self.in_full = dialect == "v11"  # what only version 11 has a word for, or shows
        self.watch = Watch(world.sandbox, says_all_details=not self.in_full)
        self.saved: dict[int, dict[str, Any]] = {}
        self._number = 0

    def offer(self, pick: int) -> Offer:
        offers = self.world.offers()
        return offers[pick % len(offers)]

    def believe(self, offer: Offer) -> None:
        """Take what the database says for what was saved last."""
        self.saved[offer.pk] = Offer.objects.get(pk=offer.pk).wanted_values()

    def next_number(self) -> int:
        self._number += 1
        return self._number

    def change(self, offer: Offer, changes: Changes) -> None:
        """Save a change, unless it is one that bol would refuse."""
        try:
            services.change_offer(offer, self.world.staff, **changes)
        except ValidationError:
            return
        self.saved[offer.pk].update(changes)

    def settle_conflict(self, conflict: EanConflict, pick: int) -> bool:
        """Choose one of the claimants, or take the choice back; False while a request about them is at bol."""
        members = list(Offer.objects.with_all().filter(conflict_members__conflict=conflict).order_by("pk"))
        try:
            if conflict.state == EanConflict.State.OPEN:
                deciding.decide(conflict, members[pick % len(members)], self.world.staff)
            else:
                deciding.undo(conflict, self.world.staff)
        except deciding.CannotDecide:
            return False
        for offer in members:
            self.watch.allow(offer.product.ean)
        return True

    def say_again(self, offers: list[Offer]) -> None:
        """Have everything about these offers sent once more, as a person may."""
        for offer in offers:
            self.watch.allow(offer.product.ean)
        services.send_again(offers, self.world.staff)
