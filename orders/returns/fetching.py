"""The flow of returns: every return that waits for us, the newest that are handled, and each new one in full.

bol lists what waits oldest first and what was handled newest first, 50 on a page, and pushes nothing about returns
(Retailer API v10, Returns): they are read again and again.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.utils import timezone

from connections import bol, flows
from connections.clients import client_for
from connections.flows import LostLease, Report
from connections.models import Connection, Flow
from offers.choices import FulfilmentMethod
from orders.models import Return
from orders.returns.storing import store

logger = logging.getLogger(__name__)

RUN_SECONDS = 40.0
# Handled returns are read back to what was registered so long ago when a connection is read for the first time.
FIRST_DAYS = timedelta(days=90)
CHUNK = 20


def fetch_returns(connection: Connection, flow: Flow) -> Report:
    """Read the lists of returns, and every return of which something is missing."""
    with client_for(connection) as client:
        return Fetch(connection, flow, client).run()


class Fetch:
    """One run of the flow of returns."""

    def __init__(self, connection: Connection, flow: Flow, client: bol.Client) -> None:
        self.connection = connection
        self.flow = flow
        self.client = client
        self.report = Report()
        self._started_at = time.monotonic()
        self._has_news = False

    def run(self) -> Report:
        """Read what waits, what was handled, and then single returns as long as there is time."""
        started_at = timezone.now()
        for method in FulfilmentMethod.values:
            self._read_waiting(method)
            self._read_handled(method)
        self.report.is_complete = self._read_in_full()
        self.flow.cursor = started_at
        self.flow.save(update_fields=["cursor"])
        return self.report

    def _read_waiting(self, method: str) -> None:
        page = 1
        while self._take_page(handled=False, method=method, page=page):
            page += 1

    def _read_handled(self, method: str) -> None:
        """Read back until a page brings nothing new; for a connection that is new itself, until returns are old."""
        page = 1
        while found := self._take_page(handled=True, method=method, page=page):
            goes_on = _is_within_first_days(found) if self.flow.cursor is None else self._has_news
            if not goes_on:
                return
            page += 1

    def _take_page(self, *, handled: bool, method: str, page: int) -> list[bol.ReducedReturn]:
        if not flows.keep_lease(self.flow):
            raise LostLease
        read_at = timezone.now()
        found = self.client.returns.list(handled=handled, fulfilment_method=method, page=page)
        counts = store(self.connection, found, read_at)
        self._has_news = bool(counts.get("new") or counts.get("changed"))
        for name, number in counts.items():
            self.report.count(name, number)
        return found

    def _read_in_full(self) -> bool:
        """Read returns of which the title, the parcel and the customer are missing; False where some are left."""
        while True:
            rows = Return.objects.filter(connection=self.connection, read_in_full_at=None).order_by(
                "read_at", "pk"
            )
            chunk = list(rows[:CHUNK])
            if not chunk:
                return True
            for parcel in chunk:
                if time.monotonic() > self._started_at + RUN_SECONDS:
                    return False
                self._read(parcel)

    def _read(self, parcel: Return) -> None:
        if not flows.keep_lease(self.flow):
            raise LostLease
        read_at = timezone.now()
        try:
            answer = self.client.returns.get(parcel.return_id)
        except bol.NotFound:
            # bol lists it and does not show it: what the list tells has to do.
            logger.warning("Return %s is listed, but cannot be read.", parcel.return_id)
            Return.objects.filter(pk=parcel.pk).update(read_in_full_at=read_at)
            return
        store(self.connection, [answer], read_at)
        self.report.count("read")


def _is_within_first_days(found: list[bol.ReducedReturn]) -> bool:
    moments = [one.registration_date_time for one in found if one.registration_date_time]
    return bool(moments) and max(moments) > timezone.now() - FIRST_DAYS
