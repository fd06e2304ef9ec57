"""A local bol.com: everything a test or a demo does with it, without knowing what is inside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from connections.bol.sandbox import control, storage
from connections.bol.sandbox.api import (
    delivery_profiles,
    economic_operators,
    offer_rules,
    offers_v10,
    offers_v11,
    orders,
    process_statuses,
    shipments,
    token,
    transports,
)
from connections.bol.sandbox.assumptions import Assumptions
from connections.bol.sandbox.entities import Json, Offer, Retailer, name_of
from connections.bol.sandbox.selling import offers as offering
from connections.bol.sandbox.selling import operators
from connections.bol.sandbox.selling import orders as ordering
from connections.bol.sandbox.selling.timeline import catch_up
from connections.bol.sandbox.shop.views import Shop
from connections.bol.sandbox.state import Options, State
from connections.bol.sandbox.web.answers import DELIVERY_PROMISE_V1, ECONOMIC_OPERATOR_V1, V10, V11
from connections.bol.sandbox.web.application import Application
from connections.bol.sandbox.web.faults import read_ruling
from connections.bol.sandbox.web.negotiation import Router
from connections.bol.sandbox.web.rate_limits import RateLimits, Source

DELIVERY_PROMISE = {"minimumDaysToCustomer": 0, "maximumDaysToCustomer": 1, "ultimateOrderTime": "15:00"}
USUAL = {
    "condition": {"category": "NEW"},
    "fulfilment": {"method": "FBR", "schedule": "BOL_DELIVERY_PROMISE", "deliveryPromise": DELIVERY_PROMISE},
}


class Sandbox:
    """One bol, with its retailers, customers, clock and faults. Every method is safe for threads."""

    def __init__(
        self,
        seed: int = 1,
        limits: Source = None,
        latency: timedelta = timedelta(0),
        process_delay: timedelta = timedelta(0),
        token_lifetime: timedelta = timedelta(seconds=299),
        state_file: str | Path | None = None,
        strict: bool = False,
        sale_delay: timedelta = timedelta(0),
        start: datetime | None = None,
        assumptions: Assumptions | None = None,
    ) -> None:
        """`limits` is a file or list in bol's form, None for bol's own, or "off"; `start` stops the clock there."""
        options = Options(
            seed=seed,
            start=start,
            process_delay=process_delay,
            sale_delay=sale_delay,
            token_lifetime=token_lifetime,
            strict=strict,
            assumptions=assumptions or Assumptions(),
        )
        self.state = State(options)
        self.state_file = Path(state_file) if state_file else None
        budgets = RateLimits(limits, at_once=options.assumptions.a_budget_returns_at_once)
        self.application = Application(self.state, self._router(), budgets, latency)
        if self.state_file:
            storage.load(self.state, self.state_file)

    def _router(self) -> Router:
        open_routes = [*token.ROUTES, *control.Control(self).routes(), *Shop(self).routes()]
        common = [*orders.ROUTES, *shipments.ROUTES, *transports.ROUTES, *process_statuses.ROUTES]
        versions = {
            V10: [*common, *offers_v10.ROUTES],
            V11: offers_v11.ROUTES,
            ECONOMIC_OPERATOR_V1: economic_operators.ROUTES,
            DELIVERY_PROMISE_V1: delivery_profiles.ROUTES,
        }
        return Router(open_routes, versions)

    @property
    def wsgi_app(self) -> Application:
        """The WSGI application itself."""
        return self.application

    def save(self) -> None:
        """Keep the state in the file, when there is one."""
        if self.state_file:
            storage.save(self.state, self.state_file)

    def reset(self) -> None:
        """Begin again: no retailers, offers, orders, faults or counts, and the clock at its start."""
        with self.state.lock:
            self.state.clear()
            self.application.faults.clear()
            self.application.limits.clear()
            self.application.statistics.clear()

    @contextmanager
    def _present(self) -> Iterator[None]:
        """The world as it is now, with nobody else in it."""
        with self.state.lock:
            catch_up(self.state)
            yield

    # What happened

    def ledger(self, retailer: str | None = None, after: int = 0) -> list[Json]:
        """What really happened at bol, in order; `after` is the number of the last effect that is known."""
        with self._present():
            return self.state.ledger.read(retailer, after)

    def stats(self, retailer: str | None = None) -> Json:
        """How often each endpoint was asked, with which status, and how many tokens were issued."""
        with self.state.lock:
            counters = self.state.counters
            tokens = {
                "token_requests": counters["token requests"],
                "tokens_issued": counters["tokens issued"],
            }
            return self.application.statistics.summary(retailer) | tokens

    def requests(self, retailer: str | None = None, after: int = 0) -> list[Json]:
        """The latest requests in order, control and shop excluded; status 0 is a dropped connection."""
        with self.state.lock:
            return self.application.statistics.requests(retailer, after)

    # Who sells

    def add_retailer(self, client_id: str, client_secret: str, active: bool = True) -> Json:
        """Make an account known, give it another secret, or make it inactive."""
        with self.state.lock:
            retailer = token.register(self.state, client_id, client_secret)
            retailer.active = active
            return _show_retailer(retailer)

    def retailers(self) -> list[Json]:
        """All accounts, without their secrets."""
        with self.state.lock:
            return [_show_retailer(retailer) for retailer in self.state.retailers.values()]

    def expire_tokens(self) -> None:
        """Let every token be out of date from now on."""
        with self.state.lock:
            self.state.tokens.expire_all()

    # What is for sale

    def offers(self, retailer: str | None = None) -> list[Json]:
        """All offers as version 11 shows them, each with its retailer."""
        with self._present():
            found = self.state.offers.of(retailer)
            return [{"retailer": offer.retailer} | offers_v11.show(self.state, offer) for offer in found]

    def add_offer(self, retailer: str, fields: Json) -> str:
        """An offer made elsewhere, such as in bol's own screens; the offer id.

        `price` and `stock` may be single numbers, other fields are those of version 11 with usual defaults.
        Raises ValueError when the retailer has this offer already.
        """
        with self._present():
            wanted = offer_rules.check_create(USUAL | _in_full(fields))
            if self.state.offers.same(retailer, wanted["ean"], name_of(wanted["condition"])):
                raise ValueError(f"{retailer} already offers {wanted['ean']}.")
            token.introduce(self.state, retailer)
            return offering.create(self.state, retailer, wanted, offering.ELSEWHERE).offer_id

    def change_offer(self, offer_id: str, fields: Json) -> None:
        """Somebody changes an offer elsewhere; fields as in `add_offer`."""
        with self._present():
            changes = offer_rules.check_patch(_in_full(fields))
            offering.update(self.state, self._offer(offer_id), changes, offering.ELSEWHERE)

    def delete_offer(self, offer_id: str) -> None:
        """Somebody deletes an offer elsewhere."""
        with self._present():
            offering.delete(self.state, self._offer(offer_id), offering.ELSEWHERE)

    def _offer(self, offer_id: str) -> Offer:
        return self.state.offers.by_id[offer_id]

    # Who answers for what is sold

    def economic_operators(self, retailer: str) -> list[Json]:
        """The operators of an account as bol shows them, oldest first; a new account has a few."""
        with self._present():
            return [economic_operators.show(operator) for operator in operators.of(self.state, retailer)]

    def set_economic_operator(
        self,
        retailer: str,
        operator_id: str | None = None,
        **fields: str,
    ) -> str:
        """Make an operator, or change the `name` or `status` of the one with this id; its id."""
        with self._present():
            return operators.store(self.state, retailer, operator_id, **fields).operator_id

    def delete_economic_operator(self, operator_id: str) -> None:
        """Somebody removes an operator in bol's own screens. Raises KeyError."""
        with self._present():
            operators.remove(self.state, operator_id)

    # What customers do

    def orders(self, retailer: str | None = None) -> list[Json]:
        """All orders in full, oldest first, each with its retailer."""
        with self._present():
            return [
                {"retailer": order.retailer} | orders.show(order) for order in self.state.orders.of(retailer)
            ]

    def place_orders(
        self,
        count: int = 1,
        *,
        retailer: str | None = None,
        items: Sequence[Json] | None = None,
        business: bool | None = None,
        country: str | None = None,
        force: bool = False,
    ) -> list[str]:
        """Customers order; the order ids.

        Without `items` they choose anything that is for sale; with ``[{"ean" or "offerId", "quantity"?}]`` exactly
        that. `force` lets them buy what is not for sale. Raises LookupError when there is nothing to buy.
        """
        buyer = ordering.Buyer(business, country)
        with self._present():
            return [self._place(retailer, items, buyer, force) for _ in range(count)]

    def _place(
        self, retailer: str | None, items: Sequence[Json] | None, buyer: ordering.Buyer, force: bool
    ) -> str:
        if not items:
            return ordering.place(self.state, ordering.choose(self.state, retailer), buyer).order_id
        wanted = [ordering.find_wanted(self.state, retailer, item, force) for item in items]
        return ordering.place(self.state, wanted, buyer).order_id

    def request_cancellation(self, order_id: str) -> None:
        """The customer asks to cancel what is still open of an order."""
        with self._present():
            ordering.request_cancellation(self.state, self.state.orders.by_id[order_id])

    # Time and bad luck

    def advance(self, by: timedelta) -> None:
        """Let time pass at bol."""
        with self.state.lock:
            self.state.clock.advance(by)
            catch_up(self.state)

    def add_fault(self, rule: Json) -> Json:
        """Put a fault in force; see `web.faults` for what a rule may say. Raises ValueError when it makes no sense."""
        with self.state.lock:
            if rule.get("kind") == "process":
                self.state.rulings.append(read_ruling(rule))
                return self.state.rulings[-1]
            return asdict(self.application.faults.add(rule))

    def faults(self) -> list[Json]:
        """All rules, with how often they will still strike."""
        with self.state.lock:
            return [asdict(fault) for fault in self.application.faults.rules] + self.state.rulings

    def clear_faults(self) -> None:
        """Heal: nothing goes wrong any more."""
        with self.state.lock:
            self.application.faults.clear()
            self.state.rulings.clear()


def _show_retailer(retailer: Retailer) -> Json:
    return {"client_id": retailer.client_id, "retailerId": retailer.retailer_id, "active": retailer.active}


def _in_full(fields: Json) -> Json:
    """Single numbers for price and stock become what version 11 has for them."""
    full = dict(fields)
    if "price" in full:
        full["pricing"] = {"bundlePrices": [{"quantity": 1, "unitPrice": Decimal(str(full.pop("price")))}]}
    if isinstance(full.get("stock"), int):
        full["stock"] = {"amount": full["stock"], "managedByRetailer": False}
    return full
