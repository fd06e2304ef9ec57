"""bol's Retailer API as this house speaks it: a client, its errors, and what they mean for a request.

This package knows the protocol and nothing of Django. Start at `Client`; `errors` draws what can go wrong, `decide`
tells what to do about it.
"""

from __future__ import annotations

from msgspec import UNSET

from connections.bol.auth import PRODUCTION_LOGIN_URL, AccessToken, Login
from connections.bol.client import PRODUCTION_API_URL, Client
from connections.bol.errors import (
    AddressBlocked,
    ApiError,
    BolError,
    Conflict,
    Forbidden,
    Interrupted,
    Invalid,
    InvalidCredentials,
    LoginError,
    LoginUnavailable,
    NotFound,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    TokenExpired,
    Unauthorized,
    Unavailable,
    Unreadable,
    Unsupported,
)
from connections.bol.problems import Problem, Violation
from connections.bol.rates import RateHeaders
from connections.bol.resources import (
    offers,
    offers_v10,
    orders,
    process_statuses,
    returns,
    shipments,
    shipping_labels,
    subscriptions,
    transports,
)
from connections.bol.resources.delivery_profiles import DeliveryProfile
from connections.bol.resources.economic_operators import EconomicOperator
from connections.bol.resources.offers import CreateOffer, Offer, OfferPage, PatchOffer
from connections.bol.resources.orders import Order, OrderItem, ReducedOrder, ReducedOrderItem
from connections.bol.resources.pricing import BundlePrice, Pricing
from connections.bol.resources.process_statuses import ProcessStatus
from connections.bol.resources.returns import ReducedReturn, ReducedReturnItem, Return, ReturnItem
from connections.bol.resources.shipments import (
    ReducedShipment,
    Shipment,
    ShipmentItem,
    Transport,
)
from connections.bol.resources.shipping_labels import DeliveryOption, ShippingLabel
from connections.bol.resources.subscriptions import Subscription
from connections.bol.retrying import Advice, Decision, Effect, decide
from connections.bol.sockets import make_session
from connections.bol.throttling import Limit, Limits, Throttle, unthrottled
from connections.bol.tokens import FixedToken, MemoryTokens, TokenSource
from connections.bol.transport import Exchange, ignore

__all__ = [
    "PRODUCTION_API_URL",
    "PRODUCTION_LOGIN_URL",
    "UNSET",
    "AccessToken",
    "AddressBlocked",
    "Advice",
    "ApiError",
    "BolError",
    "BundlePrice",
    "Client",
    "Conflict",
    "CreateOffer",
    "Decision",
    "DeliveryOption",
    "DeliveryProfile",
    "EconomicOperator",
    "Effect",
    "Exchange",
    "FixedToken",
    "Forbidden",
    "Interrupted",
    "Invalid",
    "InvalidCredentials",
    "Limit",
    "Limits",
    "Login",
    "LoginError",
    "LoginUnavailable",
    "MemoryTokens",
    "NotFound",
    "NotSent",
    "Offer",
    "OfferPage",
    "Order",
    "OrderItem",
    "OutcomeUnknown",
    "PatchOffer",
    "Pricing",
    "Problem",
    "ProcessStatus",
    "RateHeaders",
    "RateLimited",
    "ReducedOrder",
    "ReducedOrderItem",
    "ReducedReturn",
    "ReducedReturnItem",
    "ReducedShipment",
    "Return",
    "ReturnItem",
    "Shipment",
    "ShipmentItem",
    "ShippingLabel",
    "Subscription",
    "Throttle",
    "TokenExpired",
    "TokenSource",
    "Transport",
    "Unauthorized",
    "Unavailable",
    "Unreadable",
    "Unsupported",
    "Violation",
    "decide",
    "ignore",
    "make_session",
    "offers",
    "offers_v10",
    "orders",
    "process_statuses",
    "returns",
    "shipments",
    "shipping_labels",
    "subscriptions",
    "transports",
    "unthrottled",
]
