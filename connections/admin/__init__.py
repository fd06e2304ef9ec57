"""The pages about connections and what they say to bol."""

from connections.admin.alert import AlertAdmin, HeartbeatAdmin, NoticeAdmin
from connections.admin.connection import ConnectionAdmin
from connections.admin.flow import FlowAdmin
from connections.admin.inbox import NotificationAdmin, NotificationRefusalAdmin, SubscriptionAdmin
from connections.admin.outbox import OutboxMessageAdmin
from connections.admin.recovery import RecoveryAdmin
from connections.admin.request_log import RequestLogEntryAdmin

__all__ = [
    "AlertAdmin",
    "ConnectionAdmin",
    "FlowAdmin",
    "HeartbeatAdmin",
    "NoticeAdmin",
    "NotificationAdmin",
    "NotificationRefusalAdmin",
    "OutboxMessageAdmin",
    "RecoveryAdmin",
    "RequestLogEntryAdmin",
    "SubscriptionAdmin",
]
