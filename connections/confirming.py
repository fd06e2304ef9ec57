"""How accepted messages end: their process statuses, asked for in bulk."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connections import bol, clients, delivering, doorbell, flows, hangups, operations, settling
from connections.bol import Effect
from connections.claiming import Parcel
from connections.flows import Report
from connections.models import Connection, Flow, MessageState, OutboxMessage

logger = logging.getLogger(__name__)

FLOW = "process-statuses"
CHUNK = 1000
# Young messages mostly end within seconds: one run asks a few times before it leaves the rest to the next.
ROUNDS = 4
PAUSE_SECONDS = 2.0
# A run ends before the queue's own limit and rings for the next one.
RUN_SECONDS = 45.0


def ask(connection: Connection, flow: Flow) -> Report:
    """Ask bol how the accepted messages of this connection ended, and settle them."""
    report, ends_at = Report(), time.monotonic() + RUN_SECONDS
    with clients.client_for(connection) as client:
        for round_number in range(ROUNDS):
            if round_number:
                time.sleep(PAUSE_SECONDS)
            while _ask_once(connection, client, report):
                if not flows.keep_lease(flow) or time.monotonic() > ends_at:
                    report.is_complete = False
                    return report
            if not _some_are_young(connection):
                break
    return report


def look_now(connection: Connection, process_status_ids: Collection[str]) -> int:
    """Have these process statuses asked at once, because bol says that they ended; return how many are ours."""
    told = OutboxMessage.objects.filter(connection=connection, process_status_id__in=process_status_ids)
    waiting = told.accepted().update(check_at=timezone.now())
    if waiting:
        transaction.on_commit(partial(doorbell.ring, connection.pk, FLOW))
    return waiting


def settle(message: OutboxMessage, status: bol.ProcessStatus | None) -> str:
    """Settle one accepted message by its process status (None: bol has forgotten it); return what became of it."""
    try:
        with transaction.atomic():
            return _settle(message, status)
    except Exception as error:
        if hangups.passes(error):
            raise  # it is asked again
        # One poisonous answer must not stop the others.
        delivering.survive(_parcel(message), error)
        return "could not be handled"


def _ask_once(connection: Connection, client: bol.Client, report: Report) -> bool:
    """Ask for one chunk of statuses; False where none is left to ask for now."""
    messages = list(OutboxMessage.objects.filter(connection=connection).to_ask().order_by("check_at")[:CHUNK])
    if not messages:
        return False
    found = {
        status.process_status_id: status
        for status in client.process_statuses.bulk([message.process_status_id for message in messages])
    }
    report.count("asked", len(messages))
    for message in messages:
        report.count(settle(message, found.get(message.process_status_id)))
    return len(messages) == CHUNK


def _some_are_young(connection: Connection) -> bool:
    soon = timezone.now() + settling.FIRST_LOOK
    return OutboxMessage.objects.filter(connection=connection).accepted().filter(check_at__lte=soon).exists()


def _settle(message: OutboxMessage, status: bol.ProcessStatus | None) -> str:
    operation = operations.get(message.operation)
    if status is None or status.status == "TIMEOUT":
        return _settle_unknown(operation, message)
    if status.status == "SUCCESS":
        operation.confirm([message], status)
        settling.move_to_succeeded(message)
        return "confirmed"
    if status.status == "FAILURE":
        return _settle_failure(operation, message, status)
    if settling.is_overdue(message):
        return _settle_unknown(operation, message)
    OutboxMessage.objects.filter(pk=message.pk, state=MessageState.ACCEPTED).update(
        check_at=settling.next_look(message)
    )
    return "still pending"


def _settle_unknown(operation: operations.Operation, message: OutboxMessage) -> str:
    if operation.effect is Effect.ABSOLUTE and not operation.is_read_back:
        settling.move_to_waiting(
            message, failed=True, reason=_("bol did not say how this ended; it is sent again.")
        )
        return "sent again"
    settling.move_to_unconfirmed(message, check_in=None, reason=_("bol did not say how this ended."))
    return "outcome unknown"


def _settle_failure(
    operation: operations.Operation, message: OutboxMessage, status: bol.ProcessStatus
) -> str:
    reason = status.error_message or _("bol refused this without a reason.")
    if operation.recheck_refusal([message], status):
        settling.move_to_unconfirmed(message, check_in=None, refusal=reason)
        return "looked up"
    delivering.refuse(_parcel(message), reason, _("Correct what bol names, then send it again."))
    return "refused"


def _parcel(message: OutboxMessage) -> Parcel:
    return Parcel([message], message.claim)
