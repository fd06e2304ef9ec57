"""Everything the sandbox knows, behind one lock."""

from __future__ import annotations

import threading
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from connections.bol.sandbox.agenda import Agenda
from connections.bol.sandbox.assumptions import Assumptions
from connections.bol.sandbox.clock import Clock
from connections.bol.sandbox.entities import (
    Delivery,
    DeliveryOption,
    EconomicOperator,
    Export,
    Json,
    Retailer,
    ShippingLabel,
    SigningKey,
    Subscription,
)
from connections.bol.sandbox.ledger import Ledger
from connections.bol.sandbox.stores import (
    OfferStore,
    OrderStore,
    ProcessStore,
    ReturnStore,
    ShipmentStore,
)
from connections.bol.sandbox.web.authorization import Tokens


@dataclass(frozen=True)
class Options:
    """How this bol behaves; does not change while it runs."""

    seed: int = 1
    start: datetime | None = None
    process_delay: timedelta = timedelta(0)
    sale_delay: timedelta = timedelta(0)
    returned_share: float = 0.0
    variety: bool = False
    token_lifetime: timedelta = timedelta(seconds=299)
    strict: bool = False
    assumptions: Assumptions = field(default_factory=Assumptions)


class State:
    """The world at bol. Hold `lock` while reading or changing it."""

    def __init__(self, options: Options) -> None:
        self.lock = threading.RLock()
        self.options = options
        self.watchers: list[Callable[[State, Json], None]] = []
        self.clear()

    def clear(self) -> None:
        """Begin again as if nothing had ever happened."""
        self.clock = Clock(self.options.start)
        self._moment: datetime | None = None
        self.random = Random(self.options.seed)  # noqa: S311 - repeatable on purpose
        self.counters: Counter[str] = Counter()
        self.tokens = Tokens()
        self.retailers: dict[str, Retailer] = {}
        self.offers = OfferStore()
        self.orders = OrderStore()
        self.shipments = ShipmentStore()
        self.returns = ReturnStore()
        self.delivery_options: dict[str, DeliveryOption] = {}
        self.labels: dict[str, ShippingLabel] = {}
        self.processes = ProcessStore()
        self.exports: dict[str, Export] = {}
        self.operators: dict[str, EconomicOperator] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.signing_keys: list[SigningKey] = []
        self.deliveries: dict[str, Delivery] = {}
        self.due_deliveries: deque[str] = deque()
        self.held_deliveries: list[str] = []
        self.notification_rules: list[dict[str, Any]] = []
        self.for_sale: dict[str, bool] = {}
        self.ledger = Ledger()
        self.agenda = Agenda()
        self.rulings: list[dict[str, Any]] = []

    @property
    def now(self) -> datetime:
        """The time at bol, or the moment at which something happens that was due earlier."""
        return self._moment or self.clock.now()

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Let everything inside happen at a moment that has passed."""
        self._moment = moment
        try:
            yield
        finally:
            self._moment = None

    def chance(self, name: str) -> Random:
        """Luck of its own for one thing, from the seed and a name: drawing from it changes no other story."""
        return Random(f"{self.options.seed} {name}")  # noqa: S311 - repeatable on purpose

    def next_number(self, kind: str) -> int:
        """Count upwards from 1, per kind of thing."""
        self.counters[kind] += 1
        return self.counters[kind]

    def new_uuid(self) -> str:
        """A UUID that the seed determines."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def new_process_id(self) -> str:
        """An id that starts with the time, as bol's do since 2025."""
        milliseconds = int(self.now.timestamp() * 1000)
        value = (milliseconds << 80) | self.random.getrandbits(80)
        version_and_variant = (0x7 << 76) | (0x2 << 62)
        mask = (0xF << 76) | (0x3 << 62)
        return str(uuid.UUID(int=(value & ~mask) | version_and_variant))

    def record(self, retailer: str, effect: str, subject: str, **facts: Any) -> None:
        """Write an effect in the ledger, at this moment, and tell those who watch."""
        self.ledger.write(self.now, retailer, effect, subject, **facts)
        self.tell(retailer, effect, subject, **facts)

    def tell(self, retailer: str, effect: str, subject: str, **facts: Any) -> None:
        """Tell those who watch what has just happened, also where it is no effect for the ledger."""
        for watcher in self.watchers:
            watcher(self, {"retailer": retailer, "effect": effect, "subject": subject} | facts)
