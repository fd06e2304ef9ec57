"""The relay: sends what waits in the outbox of one connection, at bol's full budget and no faster.

The database stays with the relay's own thread. Other threads do HTTP and nothing else: each gets a call, a token and
the moment at which its slot in the rate budget begins.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from connections import (
    bol,
    clients,
    delivering,
    doorbell,
    flows,
    hangups,
    operations,
    recovering,
    settling,
    throttling,
)
from connections.bol import Advice
from connections.claiming import Parcel, claim_next, claim_to_verify, take_back_abandoned
from connections.delivering import Outcome
from connections.flows import Report
from connections.models import Connection, Flow, OutboxMessage, RequestLogEntry
from connections.operations import Call, CannotSend, NothingToSend, NotNow
from connections.pacing import Gate
from connections.tokens import SharedToken

logger = logging.getLogger(__name__)

# A run ends before the queue's own limit and rings for the next one.
RUN_SECONDS = 20.0
# No call is made for which a slot is further away than this: the message waits in the outbox instead.
LONGEST_SLOT_SECONDS = 5.0
IDLE_SECONDS = 0.05
# A token may end in the middle of a run. When bol refuses one new token after the other, it is the account.
MOST_RENEWALS = 2
# What becomes due so soon is waited for; in small steps, so that a pause of the connection stays prompt.
LINGER = timedelta(seconds=LONGEST_SLOT_SECONDS)
LINGER_STEP_SECONDS = 0.5
# Claiming costs a handful of queries, so it is done for several parcels at a time.
ROOM_WORTH_FILLING = 6


# An operation, and whether it is sent or looked up at bol.
Errand = tuple[str, bool]


@dataclass
class Flight:
    """A parcel on its way: prepared, counted against the budget, handed to a thread."""

    parcel: Parcel
    call: Call
    token: str = field(repr=False)
    slot: float
    gate: Gate
    last_start: float


def relay(connection: Connection, flow: Flow) -> Report:
    """Send every message of this connection that is due, in lane order."""
    clients.forbid_transaction()
    report = Relay(connection, flow).run()
    if report.counts.get("accepted"):
        doorbell.ring(connection.pk, "process-statuses")
    return report


class Relay:
    """One run over the outbox of one connection."""

    def __init__(self, connection: Connection, flow: Flow) -> None:
        self.connection = connection
        self.flow = flow
        self.report = Report()
        self.tokens = SharedToken(connection)
        self._flying: dict[Future[Outcome], Flight] = {}
        self._busy_until: dict[Errand, float] = {}
        self._gates: defaultdict[str, Gate] = defaultdict(Gate)  # one per budget
        self._ends_at = time.monotonic() + RUN_SECONDS
        self._stopped = False
        self._renewals = 0
        self._trouble: bol.LoginError | None = None
        self._recovery = recovering.notice(connection)

    def run(self) -> Report:
        self.report.count("taken back", take_back_abandoned(self.connection))
        with ThreadPoolExecutor(clients.THREADS, thread_name_prefix="relay") as self._pool:
            while self._fill() or self._flying or self._linger() or self._go_on_recovering():
                self._land()
        if self._trouble:
            raise self._trouble
        return self.report

    # Filling: claim, prepare, reserve, hand over ---------------------------------------------------

    def _fill(self) -> bool:
        """Put parcels into the air while there is room; False where there is nothing more to claim now."""
        room = clients.THREADS - len(self._flying)
        if room < ROOM_WORTH_FILLING or not self._may_go_on():
            return False
        token = self._token()
        if not token:
            return False
        parcels = self._claim(room)
        last_start = time.monotonic() + (settings.BOL_LEASE - settings.BOL_CALL_TIME).total_seconds()
        for parcel in parcels:
            call = self._prepare(parcel)
            if call:
                self._take_off(parcel, call, token, last_start)
        return bool(parcels)

    def _take_off(self, parcel: Parcel, call: Call, token: str, last_start: float) -> None:
        """Hand a call to a thread, unless its budget has no slot within reach."""
        starts_in = self._reserve(parcel, call)
        if starts_in is None:
            return
        gate = self._gates[throttling.limits().find(*call.endpoints[-1]).key]
        flight = Flight(parcel, call, token, time.monotonic() + starts_in, gate, last_start)
        client = clients.thread_client(self.connection, token)
        self._flying[self._pool.submit(_fly, flight, client)] = flight

    def _token(self) -> str:
        """Return a token that outlasts the next calls; without one nothing is claimed."""
        try:
            return self.tokens.get()
        except bol.LoginError as trouble:
            self._trouble, self._stopped = trouble, True
            return ""

    def _claim(self, room: int) -> list[Parcel]:
        to_verify = claim_to_verify(self.connection, room, but_not=self._busy(is_verification=True))
        to_send = claim_next(
            self.connection,
            room - len(to_verify),
            but_not=self._busy(is_verification=False),
            lanes=recovering.open_lanes(self._recovery),
        )
        return to_verify + to_send

    def _busy(self, *, is_verification: bool) -> list[str]:
        """Return the operations whose budget has no slot within reach: claiming them now would be in vain."""
        now = time.monotonic()
        return [
            operation
            for (operation, verifies), until in self._busy_until.items()
            if verifies is is_verification and until > now
        ]

    def _may_go_on(self) -> bool:
        if self._stopped:
            return False
        if time.monotonic() > self._ends_at:
            self.report.is_complete = False
            self._stopped = True
        elif not flows.keep_lease(self.flow) or not self._connection_may_send():
            self._stopped = True
        return not self._stopped

    def _connection_may_send(self) -> bool:
        # A pause is prompt: it is looked up before every claim.
        return Connection.objects.live().filter(pk=self.connection.pk).exists()

    def _prepare(self, parcel: Parcel) -> Call | None:
        try:
            with transaction.atomic():
                return self._settle_unprepared(parcel, _preparation(parcel))
        except Exception as error:
            if hangups.passes(error):
                raise  # no message is to blame; what is held is free again when its lease ends
            # One poisonous message must not stop the others.
            delivering.give_up(parcel, error)
            return None

    def _settle_unprepared(self, parcel: Parcel, preparation: operations.Preparation) -> Call | None:
        match preparation:
            case Call():
                return preparation
            case NothingToSend():
                self.report.count("nothing to send", len(parcel.messages))
                for message in parcel.messages:
                    settling.move_to_succeeded(message)
            case NotNow(reason, pause):
                for message in parcel.messages:
                    settling.move_to_waiting(message, wait=pause, attempted=False, reason=reason)
            case CannotSend(reason, advice):
                delivering.refuse(parcel, reason, advice)
        return None

    def _reserve(self, parcel: Parcel, call: Call) -> float | None:
        """Return in how many seconds the parcel may leave, or None where it went back to the outbox."""
        try:
            return max(
                throttling.reserve(self.connection, method, path, max_wait=_reach())
                for method, path in call.endpoints
            )
        except throttling.TooBusy as busy:
            within_reach = max(0.1, busy.wait - _reach())
            self._busy_until[parcel.leader.operation, parcel.is_verification] = (
                time.monotonic() + within_reach
            )
            with transaction.atomic():
                _put_back(parcel, timedelta(seconds=within_reach))
            return None

    # Landing: take in what has ended ----------------------------------------------------------------

    def _land(self) -> None:
        """Settle every call that has ended, after waiting a moment for the first."""
        if not self._flying:
            return
        done, _flying = wait(self._flying, timeout=IDLE_SECONDS, return_when=FIRST_COMPLETED)
        landed = [(self._flying.pop(future), future.result()) for future in done]
        self._record(landed)
        for flight, outcome in landed:
            self._settle(flight, outcome)

    def _linger(self) -> bool:
        """Stay a moment where something will be due in a moment: the next wake-up may be half a minute away."""
        if time.monotonic() > self._ends_at or not self._may_go_on():
            return False
        due_at = OutboxMessage.objects.filter(connection=self.connection).next_due_at()
        if due_at is None or due_at > timezone.now() + LINGER:
            return False
        time.sleep(min(max(0.0, (due_at - timezone.now()).total_seconds()), LINGER_STEP_SECONDS))
        return True

    def _go_on_recovering(self) -> bool:
        """Open the next lanes where those that are open have nothing left to send."""
        if self._recovery is None or not self._may_go_on():
            return False
        return recovering.advance(self._recovery, nothing_to_send=True)

    def _record(self, landed: Sequence[tuple[Flight, Outcome]]) -> None:
        entries: list[RequestLogEntry] = []
        for flight, outcome in landed:
            entries += clients.record(self.connection, outcome.exchanges, flight.parcel.leader)
            for exchange in outcome.exchanges:
                throttling.correct(self.connection, exchange)
        RequestLogEntry.objects.bulk_create(entries)
        self.report.count("requests", len(entries))

    def _settle(self, flight: Flight, outcome: Outcome) -> None:
        try:
            result = delivering.deliver(flight.parcel, outcome)
        except Exception as error:
            if hangups.passes(error):
                raise
            # One poisonous answer must not stop the others.
            delivering.survive(flight.parcel, error)
            return
        self._count(outcome)
        if isinstance(result, Call):
            self._take_off(flight.parcel, result, flight.token, flight.last_start)
        elif isinstance(_cause(outcome.error), bol.TokenExpired):
            self._renew_token(flight.token)
        elif result is Advice.NEEDS_CREDENTIALS:
            self._suspend(flows.refused_account(outcome.error or Exception()))

    def _count(self, outcome: Outcome) -> None:
        if outcome.error is not None:
            self.report.count("not done")
        elif isinstance(outcome.answer, bol.ProcessStatus):
            self.report.count("accepted")
        else:
            self.report.count("done")

    def _renew_token(self, rejected: str) -> None:
        """Get another token, once for all the parcels that flew with the old one; they wait already."""
        if self._stopped or self._token() != rejected:
            return
        if self._renewals == MOST_RENEWALS:
            self._suspend(flows.refused_credentials(bol.Unauthorized(401)))
            return
        self._renewals += 1
        try:
            self.tokens.renew(rejected)
        except bol.LoginError as trouble:
            self._trouble, self._stopped = trouble, True

    def _suspend(self, reason: str) -> None:
        self._stopped = True
        self.connection.suspend(reason)


def _preparation(parcel: Parcel) -> operations.Preparation:
    operation = operations.get(parcel.leader.operation)
    if parcel.is_verification:
        return operation.verify(parcel.messages)
    return operation.prepare(parcel.messages)


def _reach() -> float:
    """Return how far away a slot may be: a parcel must leave well before its lease ends."""
    spare = (settings.BOL_LEASE - settings.BOL_CALL_TIME).total_seconds()
    return min(LONGEST_SLOT_SECONDS, spare / 2)


def _put_back(parcel: Parcel, pause: timedelta) -> None:
    if parcel.is_verification:
        settling.look_again_later(parcel.leader, pause)
        return
    operations.get(parcel.leader.operation).withdraw(parcel.messages)
    for message in parcel.messages:
        settling.move_to_waiting(message, wait=pause, attempted=False)


def _fly(flight: Flight, client: bol.Client) -> Outcome:
    """Make the call when its slot begins. Runs in a thread: HTTP only."""
    flight.gate.wait(flight.slot)
    outcome = Outcome()
    if time.monotonic() > flight.last_start:
        outcome.error = bol.NotSent("The worker was held up so long that its turn had passed.")
        return outcome
    try:
        outcome.answer = flight.call.send(client.using(observe=outcome.exchanges.append))
    except Exception as error:  # noqa: BLE001 - every error is an outcome, decided on by the relay
        outcome.error = error
    return outcome


def _cause(error: Exception | None) -> Exception | None:
    return error.error if isinstance(error, operations.NothingSent) else error
