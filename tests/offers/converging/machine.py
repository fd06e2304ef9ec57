"""The state machine: a random day, and what must be so at its end whatever happened."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant

from connections.models import OutboxMessage
from offers import services
from offers.models import Drift, EanConflict, Offer
from offers.models.drift import DriftKind, Resolution
from offers.traffic import figures
from tests.offers.converging import bols_side, values
from tests.offers.converging.merchant import Merchant
from tests.offers.converging.others import Others
from tests.offers.converging.trouble import Trouble, Workers
from tests.offers.converging.world import FOR_EVER, World, refused_by_mistake

# By the kind of difference, what a person decides at the end of the day: the first that fits.
DECISIONS = {
    DriftKind.DIFFERS: (Resolution.TAKE_THEIRS, Resolution.SEND_OURS),
    DriftKind.GONE: (Resolution.PUBLISH_AGAIN, Resolution.PARK, Resolution.LEAVE),
    DriftKind.MADE_ELSEWHERE: (Resolution.ADOPT, Resolution.IGNORE),
}
SETTLED = {Offer.Status.ON_SALE, Offer.Status.ON_HOLD, Offer.Status.NOT_FOR_SALE}


class RandomDay(Merchant, Others, Workers, Trouble):
    """A day of one shop in one dialect."""

    def __init__(self, world: World, dialect: str) -> None:
        super().__init__(world, dialect)
        self.withheld: set[str] = set()

    @initialize(stocks=st.lists(values.STOCKS, min_size=1, max_size=3), which=st.integers(0, 3))
    def open_the_shop(self, stocks: list[int], which: int) -> None:
        conditions = values.conditions(in_full=self.in_full)
        for number, stock in enumerate(stocks):
            condition = conditions[(which + number) % len(conditions)]
            product = self.world.product(number)
            self.believe(
                services.create_offer(
                    self.world.project(), product, None, price=Decimal("12.50"), stock=stock, **condition
                )
            )

    @invariant()
    def nothing_is_said_that_must_not_be(self) -> None:
        """Nothing needless, and nothing while a conflict is undecided, a project inactive or the connection paused."""
        self.watch.look()
        assert self.watch.needless == []
        assert not self.withheld & self.watch.written
        self.withheld = {offer.offer_id for offer in self.world.offers() if self._is_withheld(offer)}

    @invariant()
    def nothing_is_too_much_for_us(self) -> None:
        assert refused_by_mistake() == []

    def teardown(self) -> None:
        """Let the day end, and look whether it ended as it must."""
        if not self.saved:
            return
        self.world.heal()
        self.world.wake()
        self.world.drain()
        self.decide_everything()
        self.check_wishes()
        self.check_bol()
        self.restock()
        self.check_bol()
        self.check_ledger()

    def decide_everything(self) -> None:
        """A person settles what is open, and has sent what bol refused and what was left or lost."""
        for conflict in EanConflict.objects.open().order_by("pk"):
            assert self.settle_conflict(conflict, conflict.pk), conflict
        self.world.drain()
        self.world.reconcile()
        for drift in Drift.objects.open().order_by("pk"):
            choices = DECISIONS[DriftKind(drift.kind)]
            order = choices if drift.pk % 2 else choices[::-1]
            assert any(self.resolve(drift, resolution) for resolution in order), drift
        self.say_again([offer for offer in self.world.offers() if self._needs_a_person(offer)])
        self.world.drain()
        self.world.reconcile()
        assert not Drift.objects.open().exists(), list(Drift.objects.open().values())

    def restock(self) -> None:
        for offer in self.world.offers():
            if not offer.stock:
                services.change_offer(offer, self.world.staff, stock=7)
        self.world.drain()

    def check_wishes(self) -> None:
        """What was saved last is what we want."""
        for offer in self.world.offers():
            assert {name: getattr(offer, name) for name in self.saved[offer.pk]} == self.saved[offer.pk]

    def check_bol(self) -> None:
        """What we want is what bol confirmed, and what bol has; sold out, that is the stock alone."""
        at_bol = bols_side.shown(self.world.sandbox)
        for offer in self.world.offers():
            if offer.parked_reason:  # another offer has the EAN, or it is to stay gone
                assert offer.offer_id not in at_bol
                continue
            assert offer.status in SETTLED
            assert not offer.known.in_doubt & self._told(offer), offer.known
            assert not offer.differing & self._told(offer), (offer.wanted, offer.known)
            found = bols_side.differing(
                offer, at_bol[offer.offer_id], with_countries=self._names_countries(offer)
            )
            assert not self._counted(offer, found), found

    def check_ledger(self) -> None:
        """Every EAN was made once, and nothing was said in vain."""
        self.watch.look()
        assert self.watch.needless == []
        assert all(made <= 1 + self.watch.removed[listing] for listing, made in self.watch.made.items())
        assert figures(self.world.connection, timezone.now() - FOR_EVER).for_nothing == 0
        assert not OutboxMessage.objects.failed().exists()

    def _names_countries(self, offer: Offer) -> bool:
        return self.world.is_v11 and "countries" in (offer.known_details or {})

    def _is_withheld(self, offer: Offer) -> bool:
        is_open = offer.project.is_active and offer.project.connection.is_active
        return bool(offer.offer_id) and (offer.is_withheld or not is_open)

    def _told(self, offer: Offer) -> set[str]:
        is_sold_out = offer.fulfilment_method == "FBR" and not offer.stock
        return {"stock"} if is_sold_out else {"details", "price", "stock"}

    def _counted(self, offer: Offer, found: dict[str, Any]) -> dict[str, Any]:
        told = self._told(offer)
        return {
            name: pair
            for name, pair in found.items()
            if bols_side.COMPONENT_OF.get(name, bols_side.DETAILS) in told
        }

    def _needs_a_person(self, offer: Offer) -> bool:
        left = Drift.objects.standing().filter(offer=offer, resolution=Resolution.LEAVE)
        is_gone = offer.gone_at and not offer.stays_gone
        return bool(offer.refusal or is_gone or left.exists())
