"""A local bol.com: everything a test or a demo does with it, without knowing what is inside."""

from __future__ import annotations

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
    retailers,
    returns,
    shipments,
    shipping_labels,
    subscriptions,
    token,
    transports,
)
from connections.bol.sandbox.assumptions import Assumptions
from connections.bol.sandbox.entities import Json, Offer, Retailer, name_of
from connections.bol.sandbox.notifying import events
from connections.bol.sandbox.notifying import faults as notification_faults
from connections.bol.sandbox.notifying.steering import NotificationDesk
from connections.bol.sandbox.selling import offers as offering
from connections.bol.sandbox.selling import operators
from connections.bol.sandbox.selling.steering import CustomerDesk
from connections.bol.sandbox.selling.timeline import catch_up, present
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


class Sandbox(CustomerDesk, NotificationDesk):
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
        returned_share: float = 0.0,
        variety: bool = False,
        start: datetime | None = None,
        assumptions: Assumptions | None = None,
    ) -> None:
        """`limits` is a file or list in bol's form, None for bol's own, or "off"; `start` stops the clock there.

        `returned_share` is the share of parcels that customers send back by themselves, some days later. With `variety`
        chance gives orders pick-up points, chosen days, discounts and services, where nobody says otherwise.
        """
        options = Options(
            seed=seed,
            start=start,
            process_delay=process_delay,
            sale_delay=sale_delay,
            returned_share=returned_share,
            variety=variety,
            token_lifetime=token_lifetime,
            strict=strict,
            assumptions=assumptions or Assumptions(),
        )
        self.state = State(options)
        self.state.watchers.append(events.watch)
        self.state_file = Path(state_file) if state_file else None
        budgets = RateLimits(limits, at_once=options.assumptions.a_budget_returns_at_once)
        self.application = Application(self.state, self._router(), budgets, latency)
        if self.state_file:
            storage.load(self.state, self.state_file)

    def _router(self) -> Router:
        open_routes = [*token.ROUTES, *control.Control(self).routes(), *Shop(self).routes()]
        telling = [*subscriptions.ROUTES, *retailers.ROUTES]
        parcels = [*shipments.ROUTES, *transports.ROUTES, *shipping_labels.ROUTES, *returns.ROUTES]
        versions = {
            V10: [*orders.ROUTES, *parcels, *process_statuses.ROUTES, *telling, *offers_v10.ROUTES],
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

    # What happened

    def ledger(self, retailer: str | None = None, after: int = 0) -> list[Json]:
        """What really happened at bol, in order; `after` is the number of the last effect that is known."""
        with present(self.state):
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
        with present(self.state):
            found = self.state.offers.of(retailer)
            return [{"retailer": offer.retailer} | offers_v11.show(self.state, offer) for offer in found]

    def add_offer(self, retailer: str, fields: Json) -> str:
        """An offer made elsewhere, such as in bol's own screens; the offer id.

        `price` and `stock` may be single numbers, other fields are those of version 11 with usual defaults.
        Raises ValueError when the retailer has this offer already.
        """
        with present(self.state):
            wanted = offer_rules.check_create(USUAL | _in_full(fields))
            if self.state.offers.same(retailer, wanted["ean"], name_of(wanted["condition"])):
                raise ValueError(f"{retailer} already offers {wanted['ean']}.")
            token.introduce(self.state, retailer)
            return offering.create(self.state, retailer, wanted, offering.ELSEWHERE).offer_id

    def change_offer(self, offer_id: str, fields: Json) -> None:
        """Somebody changes an offer elsewhere; fields as in `add_offer`."""
        with present(self.state):
            changes = offer_rules.check_patch(_in_full(fields))
            offering.update(self.state, self._offer(offer_id), changes, offering.ELSEWHERE)

    def delete_offer(self, offer_id: str) -> None:
        """Somebody deletes an offer elsewhere."""
        with present(self.state):
            offering.delete(self.state, self._offer(offer_id), offering.ELSEWHERE)

    def _offer(self, offer_id: str) -> Offer:
        return self.state.offers.by_id[offer_id]

    # Who answers for what is sold

    def economic_operators(self, retailer: str) -> list[Json]:
        """The operators of an account as bol shows them, oldest first; a new account has a few."""
        with present(self.state):
            return [economic_operators.show(operator) for operator in operators.of(self.state, retailer)]

    def set_economic_operator(
        self,
        retailer: str,
        operator_id: str | None = None,
        **fields: str,
    ) -> str:
        """Make an operator, or change the `name` or `status` of the one with this id; its id."""
        with present(self.state):
            return operators.store(self.state, retailer, operator_id, **fields).operator_id

    def delete_economic_operator(self, operator_id: str) -> None:
        """Somebody removes an operator in bol's own screens. Raises KeyError."""
        with present(self.state):
            operators.remove(self.state, operator_id)

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
            if rule.get("kind") == "notification":
                self.state.notification_rules.append(notification_faults.read(rule))
                return self.state.notification_rules[-1]
            return asdict(self.application.faults.add(rule))

    def faults(self) -> list[Json]:
        """All rules, with how often they will still strike."""
        with self.state.lock:
            rules = [asdict(fault) for fault in self.application.faults.rules]
            return rules + self.state.rulings + self.state.notification_rules

    def clear_faults(self) -> None:
        """Heal: nothing goes wrong any more."""
        with self.state.lock:
            self.application.faults.clear()
            self.state.rulings.clear()
            self.state.notification_rules.clear()


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
