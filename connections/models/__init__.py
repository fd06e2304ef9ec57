"""What the back office remembers about its accounts at bol and about everything said to them."""

from connections.models.budget import RateBudget
from connections.models.connection import AccessToken, Connection, OffersApi
from connections.models.flow import Flow
from connections.models.outbox import Lane, MessageState, OutboxMessage
from connections.models.request_log import RequestLogEntry

__all__ = [
    "AccessToken",
    "Connection",
    "Flow",
    "Lane",
    "MessageState",
    "OffersApi",
    "OutboxMessage",
    "RateBudget",
    "RequestLogEntry",
]
