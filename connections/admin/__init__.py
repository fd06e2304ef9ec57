"""The pages about connections and what they say to bol."""

from connections.admin.connection import ConnectionAdmin
from connections.admin.flow import FlowAdmin
from connections.admin.outbox import OutboxMessageAdmin
from connections.admin.request_log import RequestLogEntryAdmin

__all__ = ["ConnectionAdmin", "FlowAdmin", "OutboxMessageAdmin", "RequestLogEntryAdmin"]
