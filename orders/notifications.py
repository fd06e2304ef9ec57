"""What orders look up when bol posts: what customers ordered, and what they want to cancel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from connections import flows, inbox
from connections.models import Connection, Notification
from orders import noting
from orders.models import Listing, Order


def look_up(connection: Connection, told: Sequence[Notification]) -> list[Notification]:
    """Have the orders read that we know, and bol's list of what changed for the others.

    bol does not document whether an id is that of an order or of an order item, and one that is no order would be asked
    for again and again. The list names everything that is new, within the same run.
    """
    ids = {notification.resource_id for notification in told}
    known = Order.objects.filter(connection=connection, order_id__in=ids).values_list("order_id", flat=True)
    with transaction.atomic():
        noting.fetch_soon(connection, set(known))
    return []


@transaction.atomic
def catch_up(connection: Connection, since: datetime) -> bool:
    """Have the changes since a moment listed once more; a list that is half read would end beyond it."""
    if not flows.rewind(connection, noting.FLOW, since):
        return False
    Listing.objects.filter(connection=connection, flow=noting.FLOW).delete()
    return True


inbox.register("ORDER", look_up, catch_up)
