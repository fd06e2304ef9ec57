"""Marking parcels shipped: from the list of orders, from a list of codes, and how it goes on."""

from orders.admin.marking.actions import ShippingActions

__all__ = ["ShippingActions"]
