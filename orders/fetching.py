"""Reads orders from bol: a list that shows what changed, then every changed order in full.

A page of a list is one transaction: it notes which orders to read and how far we are. The notes outlive a crash, so
the cursor may move although the orders themselves have not been read yet.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from connections import bol, flows, hangups
from connections.clients import client_for
from connections.flows import LostLease, Report
from connections.models import Connection, Flow
from orders import noting
from orders.comparing import compare
from orders.models import Listing, OrderToFetch
from orders.storing import store
from orders.windows import LONGEST_READING, next_window

logger = logging.getLogger(__name__)

# A run ends before the queue's own limit and rings for the next one; lists leave time for the orders themselves.
RUN_SECONDS = 45.0
LIST_SECONDS = 20.0
CHUNK = 25
# So many orders in a row that cannot be read are bol's trouble, not theirs.
FAILURES_IN_A_ROW = 5
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=6)


def fetch_orders(connection: Connection, flow: Flow) -> Report:
    """Read what changed at bol since the cursor, and every order that was noted."""
    with client_for(connection) as client:
        return Fetch(connection, flow, client).run()


class TooManyFailures(Exception):
    """Orders that cannot be read follow one another: something is wrong with more than one of them."""


class Fetch:
    """One run of the flow of orders."""

    def __init__(self, connection: Connection, flow: Flow, client: bol.Client) -> None:
        self.connection = connection
        self.flow = flow
        self.client = client
        self.report = Report()
        self._started_at = time.monotonic()
        self._failed_in_a_row: list[int] = []

    def run(self) -> Report:
        """Read one list to its end and then what it showed, so that the first orders are there early."""
        is_caught_up = self._read_list()
        is_drained = self._read_orders()
        self.report.is_complete = is_caught_up and is_drained
        return self.report

    def _has_time(self, seconds: float) -> bool:
        if not flows.keep_lease(self.flow):
            raise LostLease
        return time.monotonic() < self._started_at + seconds

    # Lists -------------------------------------------------------------------------------------------

    def _read_list(self) -> bool:
        """Read the next list; True where it reached up to now, False where more lists or pages are left."""
        listing = self._open_listing()
        is_finished = False
        while not is_finished:
            is_finished = self._take_page(listing, self.client.orders.list(**listing.query()))
            if not is_finished and not self._has_time(LIST_SECONDS):
                return False
        return listing.minutes is not None

    def _open_listing(self) -> Listing:
        """Return the list that was left unfinished, or the next one."""
        now = timezone.now()
        window = next_window(self.flow.cursor, now)
        unfinished = Listing.objects.filter(connection=self.connection, flow=noting.FLOW)
        unfinished.filter(minutes__isnull=False, started_at__lt=now - LONGEST_READING).delete()
        # Somebody turned the cursor back meanwhile: its end would turn it forward again.
        unfinished.filter(seen_up_to__gt=window.seen_up_to).delete()
        listing, _created = Listing.objects.get_or_create(
            connection=self.connection,
            flow=noting.FLOW,
            defaults={"day": window.day, "minutes": window.minutes, "seen_up_to": window.seen_up_to},
        )
        return listing

    @transaction.atomic
    def _take_page(self, listing: Listing, orders: Sequence[bol.ReducedOrder]) -> bool:
        """Note what a page shows; True where the list is finished and the cursor has moved."""
        if not orders:
            return self._end_pass(listing)
        changed = compare(self.connection, orders)
        self.report.count("listed", len(orders))
        noting.note(self.connection, changed)
        listing.page += 1
        listing.save(update_fields=["page"])
        return False

    def _end_pass(self, listing: Listing) -> bool:
        # Pages shift while they are read. What slips in a list of minutes is in the next one, which overlaps it; a day
        # of several pages is read a second time, and not until it stands still: a busy shop's day never does.
        if listing.minutes is None and listing.page > 2 and not listing.is_repeated:
            listing.page, listing.is_repeated = 1, True
            listing.save(update_fields=["page", "is_repeated"])
            return False
        listing.delete()
        self.flow.cursor = listing.seen_up_to
        self.flow.save(update_fields=["cursor"])
        return True

    # Orders in full ----------------------------------------------------------------------------------

    def _read_orders(self) -> bool:
        """Read every order that is noted and due; False where time ran out before."""
        while self._has_time(RUN_SECONDS):
            due = OrderToFetch.objects.due().filter(connection=self.connection).order_by("not_before", "id")
            rows = list(due[:CHUNK])
            if not rows:
                return True
            for row in rows:
                self._read_order(row)
        return False

    def _read_order(self, row: OrderToFetch) -> None:
        read_at = timezone.now()
        try:
            answer = self.client.orders.get(row.order_id)
            with transaction.atomic():
                self.report.count(store(self.connection, answer, read_at).value)
                noting.strike(row)
        except flows.GENERAL_TROUBLE:
            raise
        except Exception as error:
            if hangups.passes(error):
                raise
            # One broken order must not stop the others.
            self._note_failure(row, error)
            return
        self._failed_in_a_row.clear()

    def _note_failure(self, row: OrderToFetch, error: Exception) -> None:
        # The error's own text may quote what is in the order.
        logger.warning("Order %s could not be fetched: %s", row.order_id, type(error).__name__)
        pause = min(FIRST_RETRY * 2 ** min(row.failures, 16), LONGEST_RETRY)
        noting.postpone(row, error, timezone.now() + pause)
        self.report.count("failed")
        self._failed_in_a_row.append(row.pk)
        if len(self._failed_in_a_row) >= FAILURES_IN_A_ROW:
            # It is bol's trouble: these orders are not to wait longer for it than the flow itself.
            noting.forgive(self._failed_in_a_row)
            # Not the error itself: its text would be kept and shown.
            raise TooManyFailures(
                f"{len(self._failed_in_a_row)} orders, the last one {type(error).__name__}"
            ) from None
