"""Cancelling items: because we cannot deliver, or because the customer asked for it."""

from orders.admin.cancelling.actions import CancellingActions

__all__ = ["CancellingActions"]
