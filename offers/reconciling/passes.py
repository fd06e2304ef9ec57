"""One pass over everything bol has of a connection, in parts: each is read first, then noted in one transaction.

A pass goes on where it was interrupted. What was not seen is only looked up when all the rest has been read, and is
only gone when bol says so about that very offer.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from io import TextIOWrapper
from itertools import islice
from tempfile import TemporaryFile

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connections import bol, flows
from connections.clients import client_for
from connections.flows import Report
from connections.models import Connection, Flow, OffersApi
from offers.models import Reconciliation
from offers.models.drift import PassState
from offers.reconciling import noting, recording
from offers.reconciling.looking import Look
from offers.reconciling.reading import Sighting, read_page, read_rows

FLOW = "reconcile-offers"

# A run ends before the queue's own limit and rings for the next one.
RUN_SECONDS = 45.0
ROWS = 100
MISSING = 25
EXPORT_WAIT = timedelta(seconds=15)
# What was seen so long ago says little about now, and bol's cursors and exports do not last.
LONGEST_PASS = timedelta(hours=12)


class NoExport(bol.BolError):
    """bol did not make the export that was asked for."""


def reconcile_offers(connection: Connection, flow: Flow) -> Report:
    """Go on with the pass that is under way, or begin one; the report's counts are of this run."""
    report = Report()
    with client_for(connection) as client, closing(_Pass(connection, client, report)) as current:
        until = time.monotonic() + RUN_SECONDS
        while not current.is_over and flows.keep_lease(flow):
            if time.monotonic() > until:
                report.is_complete = False
                break
            wait = current.step()
            if wait:
                report.is_complete, report.again_in = False, wait
                break
    return report


class _Pass:
    """A pass and its place."""

    def __init__(self, connection: Connection, client: bol.Client, report: Report) -> None:
        self.look = _current(connection)
        self.look.connection = connection
        self._client, self._report = client, report
        self._reader = Look(connection, client)
        self._rows: Iterator[Sighting] | None = None

    @property
    def is_over(self) -> bool:
        return self.look.state in {PassState.DONE, PassState.ABANDONED}

    def close(self) -> None:
        self._rows = None
        if self.look.export:
            self.look.export.close()

    def step(self) -> timedelta:
        """Do the next part; return how long to wait before the one after it."""
        if self.look.state == PassState.ASKING:
            return self._ask_for_export()
        if self.look.state == PassState.MISSING:
            self._look_up_missing()
        elif self.look.export:
            self._read_rows()
        else:
            self._read_page()
        return timedelta(0)

    # Version 11 ---------------------------------------------------------------------------------------

    def _read_page(self) -> None:
        asked_at = timezone.now()
        try:
            seen, cursor = read_page(self._client, self.look.cursor)
        except (bol.Invalid, bol.NotFound):
            self._abandon()
            raise
        part = self._reader.compare_page(seen, asked_at)
        self.look.cursor, self.look.state = cursor, PassState.READING if cursor else PassState.MISSING
        self._note(part, len(seen), "cursor")

    # Version 10 ---------------------------------------------------------------------------------------

    def _ask_for_export(self) -> timedelta:
        if not self.look.process_status_id:
            self.look.process_status_id = self._client.offers_v10.request_export().process_status_id
            self.look.save(update_fields=["process_status_id"])
        status = self._status_of_export()
        if status.status == "PENDING":
            return EXPORT_WAIT
        if status.status != "SUCCESS" or not status.entity_id:
            self._abandon()
            raise NoExport(status.error_message or _("bol made no export of the offers."))
        self._keep_export(status.entity_id)
        self.look.state = PassState.READING
        self.look.save(update_fields=["export", "state"])
        return timedelta(0)

    def _keep_export(self, report_id: str) -> None:
        with TemporaryFile() as file:
            self._client.offers_v10.fetch_export(report_id, file)
            self.look.export.save(f"{self.look.pk}.csv", File(file), save=False)

    def _status_of_export(self) -> bol.ProcessStatus:
        try:
            return self._client.process_statuses.get(self.look.process_status_id)
        except bol.NotFound:
            self._abandon()
            raise

    def _read_rows(self) -> None:
        if self._rows is None:
            file = TextIOWrapper(self.look.export.open("rb"), encoding="utf-8-sig", newline="")
            self._rows = read_rows(file, self.look.rows_done)
        seen = list(islice(self._rows, ROWS))
        part = self._reader.compare_rows(seen)
        self.look.rows_done += len(seen)
        self.look.state = PassState.READING if len(seen) == ROWS else PassState.MISSING
        self._note(part, len(seen), "rows_done")

    # Both ---------------------------------------------------------------------------------------------

    @transaction.atomic
    def _note(self, part: noting.Part, count: int, place: str) -> None:
        self.look.seen += count
        found = noting.note(self.look, part)
        self.look.save(update_fields=["state", "seen", place])
        self._report.count("seen", count)
        self._report.count("differences", found)

    def _look_up_missing(self) -> None:
        missing = list(noting.missing(self.look)[:MISSING])
        if not missing:
            self._finish()
            return
        answers = self._reader.look_up(missing)
        with transaction.atomic():
            found = noting.note_missing(self.look, missing, answers)
            self.look.last_offer = missing[-1].pk
            self.look.save(update_fields=["last_offer"])
        self._report.count("looked up", len(answers))
        self._report.count("differences", found)

    @transaction.atomic
    def _finish(self) -> None:
        self._report.count("went away", recording.close_vanished(self.look))
        self._end(PassState.DONE)

    def _abandon(self) -> None:
        self._end(PassState.ABANDONED)

    def _end(self, state: PassState) -> None:
        self.close()
        _end(self.look, state)


def _current(connection: Connection) -> Reconciliation:
    """Return the pass that is under way, or a new one where it is too old or speaks the other dialect."""
    is_v10 = connection.offers_api == OffersApi.V10
    for look in Reconciliation.objects.under_way().filter(connection=connection):
        reads_export = look.state == PassState.ASKING or bool(look.export)
        is_old = timezone.now() - look.started_at > LONGEST_PASS
        if not is_old and (look.state == PassState.MISSING or reads_export == is_v10):
            return look
        _end(look, PassState.ABANDONED)
    state = PassState.ASKING if is_v10 else PassState.READING
    return Reconciliation.objects.create(connection=connection, state=state)


def _end(look: Reconciliation, state: PassState) -> None:
    look.finish(state)
    look.save(update_fields=["state", "finished_at"])
    if look.export:
        # Not before the end is committed: a pass that goes on needs it.
        transaction.on_commit(lambda: look.export.delete(save=True))
