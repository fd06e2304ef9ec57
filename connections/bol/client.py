"""The client: one account's view of bol's Retailer API, a resource per attribute, a verb per method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Self

import requests

from connections.bol.resources.delivery_profiles import DeliveryProfiles
from connections.bol.resources.economic_operators import EconomicOperators
from connections.bol.resources.offers import Offers
from connections.bol.resources.offers_v10 import OffersV10
from connections.bol.resources.orders import Orders
from connections.bol.resources.process_statuses import ProcessStatuses
from connections.bol.resources.retailers import Retailers
from connections.bol.resources.returns import Returns
from connections.bol.resources.shipments import Shipments
from connections.bol.resources.shipping_labels import ShippingLabels
from connections.bol.resources.subscriptions import Subscriptions
from connections.bol.resources.transports import Transports
from connections.bol.sockets import make_session
from connections.bol.throttling import Throttle, unthrottled
from connections.bol.tokens import TokenSource
from connections.bol.transport import USER_AGENT, Exchange, Transport, ignore

PRODUCTION_API_URL = "https://api.bol.com"


class Client:
    """Speaks to bol for one account. Its methods raise BolError and nothing else about bol.

    It is safe for as many threads as its session has connections; without a session it makes one for one thread and
    closes it itself. `throttle` waits before each request, `observe` is told of each one after it.

        with bol.Client(bol.MemoryTokens(bol.Login(client_id, client_secret))) as client:
            for order in client.orders.iterate(status="OPEN"): ...
    """

    def __init__(
        self,
        tokens: TokenSource,
        *,
        api_url: str = PRODUCTION_API_URL,
        throttle: Throttle = unthrottled,
        observe: Callable[[Exchange], None] = ignore,
        session: requests.Session | None = None,
        user_agent: str = USER_AGENT,
    ) -> None:
        self._owns_session = session is None
        session = session or make_session(pool_size=1)
        self._attach(Transport(session, api_url, tokens, throttle, observe, user_agent))

    def _attach(self, transport: Transport) -> None:
        self._transport = transport
        self.offers = Offers(transport)
        self.offers_v10 = OffersV10(transport)
        self.orders = Orders(transport)
        self.shipments = Shipments(transport)
        self.transports = Transports(transport)
        self.shipping_labels = ShippingLabels(transport)
        self.returns = Returns(transport)
        self.process_statuses = ProcessStatuses(transport)
        self.economic_operators = EconomicOperators(transport)
        self.delivery_profiles = DeliveryProfiles(transport)
        self.subscriptions = Subscriptions(transport)
        self.retailers = Retailers(transport)

    def using(
        self,
        *,
        tokens: TokenSource | None = None,
        throttle: Throttle | None = None,
        observe: Callable[[Exchange], None] | None = None,
    ) -> Self:
        """Give a client with the same session and address and other collaborators; closing it closes nothing."""
        own = self._transport
        other = object.__new__(type(self))
        other._owns_session = False
        other._attach(
            replace(
                own,
                tokens=tokens or own.tokens,
                throttle=throttle or own.throttle,
                observe=observe or own.observe,
            )
        )
        return other

    def close(self) -> None:
        """Close the session, where the client made it."""
        if self._owns_session:
            self._transport.session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
