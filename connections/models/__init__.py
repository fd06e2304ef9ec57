"""What the back office remembers about its accounts at bol and about everything said to them."""

from connections.models.alert import Alert, Heartbeat, Notice, Severity
from connections.models.budget import RateBudget
from connections.models.change import ConnectionChange
from connections.models.connection import AccessToken, Connection, OffersApi
from connections.models.flow import Flow
from connections.models.inbox import Notification, NotificationRefusal, SignatureKeys
from connections.models.outbox import Lane, MessageState, OutboxMessage
from connections.models.recovery import Recovery, RecoveryPhase
from connections.models.request_log import RequestLogEntry
from connections.models.subscription import Subscription

__all__ = [
    "AccessToken",
    "Alert",
    "Connection",
    "ConnectionChange",
    "Flow",
    "Heartbeat",
    "Lane",
    "MessageState",
    "Notice",
    "Notification",
    "NotificationRefusal",
    "OffersApi",
    "OutboxMessage",
    "RateBudget",
    "Recovery",
    "RecoveryPhase",
    "RequestLogEntry",
    "Severity",
    "SignatureKeys",
    "Subscription",
]
