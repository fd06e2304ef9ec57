"""Looks once a day for orders that the reading of minutes and days has missed: a second look, by other lists.

It reads what bol lists by itself (all that is open, and what was handled lately) and then what changed on each of the last
days. What it finds is fetched, and noted as missed where it should have been here long ago.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from connections import bol, flows
from connections.clients import client_for
from connections.flows import Report
from connections.models import Connection, Flow
from orders import noting
from orders.comparing import Difference, compare
from orders.days import DAY, day_of
from orders.models import Listing, MissedOrder, OrderToFetch
from orders.rematching import match_again

FLOW = "missed-orders"

RUN_SECONDS = 30.0
# How many days are read, today included.
DAYS = 3
# bol's lists lag behind its orders, and the windows of minutes overlap: what is younger may still come in by itself.
STILL_COMING = timedelta(minutes=15)
KEPT = timedelta(days=90)


def find_missed_orders(connection: Connection, flow: Flow) -> Report:
    """Go on with the second look, or begin one; a connection that never read its orders has nothing to miss."""
    fetching = Flow.objects.filter(connection=connection, kind=noting.FLOW).exclude(cursor=None).first()
    report = Report()
    if fetching and fetching.cursor:
        listing, _created = Listing.objects.get_or_create(
            connection=connection, flow=FLOW, defaults={"seen_up_to": fetching.cursor - STILL_COMING}
        )
        with client_for(connection) as client:
            report.is_complete = _Sweep(connection, flow, client, report).read(listing)
    if report.is_complete:
        report.count("matched", match_again(connection))
    return report


class _Sweep:
    """One run."""

    def __init__(self, connection: Connection, flow: Flow, client: bol.Client, report: Report) -> None:
        self.connection = connection
        self.flow = flow
        self.client = client
        self.report = report
        self._until = time.monotonic() + RUN_SECONDS

    def read(self, listing: Listing) -> bool:
        """Read page by page and list by list; False where time ran out before the end."""
        while self._take_page(listing, self.client.orders.list(**listing.query())):
            if time.monotonic() > self._until or not flows.keep_lease(self.flow):
                return False
        return True

    @transaction.atomic
    def _take_page(self, listing: Listing, orders: Sequence[bol.ReducedOrder]) -> bool:
        """Note what a page shows and is not here; False after the last page of the last list."""
        if orders:
            self.report.count("listed", len(orders))
            self._note(listing, compare(self.connection, orders))
            listing.page += 1
            listing.save(update_fields=["page"])
            return True
        return self._open_next(listing)

    def _open_next(self, listing: Listing) -> bool:
        today = day_of(timezone.now())
        if listing.day == today:
            listing.delete()
            MissedOrder.objects.filter(found_at__lt=timezone.now() - KEPT).delete()
            return False
        listing.day, listing.page = _following(listing.day, today), 1
        listing.save(update_fields=["day", "page"])
        return True

    def _note(self, listing: Listing, found: Mapping[str, Difference]) -> None:
        waiting = OrderToFetch.objects.filter(connection=self.connection, order_id__in=found)
        known = set(waiting.values_list("order_id", flat=True))
        unnoted = {order_id: one for order_id, one in found.items() if order_id not in known}
        missed = [
            MissedOrder(connection=self.connection, order_id=order_id, is_new=one.is_new, since=one.since)
            for order_id, one in unnoted.items()
            if one.since is None or one.since < listing.seen_up_to
        ]
        MissedOrder.objects.bulk_create(missed)
        if missed:
            self.report.count("missed", len(missed))
        if unnoted:
            noting.fetch_soon(self.connection, list(unnoted))


def _following(day: date | None, today: date) -> date:
    first = today - DAY * (DAYS - 1)
    return max(first, day + DAY) if day else first
