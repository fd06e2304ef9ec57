"""What goes wrong in a day, and the workers to whom it happens."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from connections import services as switches
from offers.models import Drift
from offers.models.drift import Resolution
from offers.reconciling import deciding
from offers.wanting import has_unheard_countries
from tests.offers.converging import values
from tests.offers.converging.day import PICK, Day

FAULTS: list[dict[str, Any]] = [
    {"kind": "reset"},
    {"kind": "reset", "when": "after"},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503, "when": "after"},
    {"kind": "html"},
    {"kind": "status", "status": 429, "retry_after": 60},
    {"kind": "status", "status": 400},
]
REQUESTS = [
    ("POST", "/retailer/offers"),
    ("PATCH", "/retailer/offers/*"),
    ("PUT", "/retailer/offers/*"),
    ("PUT", "/retailer/offers/*/stock"),
    ("DELETE", "/retailer/offers/*"),
    ("GET", "/retailer/offers*"),
    ("POST", "/shared/process-status"),
]
COMMANDS = ["*", "CREATE_OFFER", "UPDATE_OFFER", "UPDATE_OFFER_PRICE", "UPDATE_OFFER_STOCK", "DELETE_OFFER"]
FLOWS = ["outbox", "process-statuses", "offers", "reconcile-offers"]


class Workers(Day):
    """Who carries things to bol and back."""

    @rule()
    def send_and_confirm(self) -> None:
        self.world.run("outbox")
        self.world.run("process-statuses")

    @rule(flow=st.sampled_from(FLOWS))
    def work(self, flow: str) -> None:
        unheard = [offer for offer in self.world.offers() if has_unheard_countries(offer)]
        self.world.run(flow)
        for offer in unheard if flow == "offers" else []:
            self.believe(offer)  # after a move bol's countries become ours

    @rule()
    @precondition(lambda self: self.moves)
    def move_to_the_other_dialect(self) -> None:
        switches.move_to(self.world.connection, "v10" if self.world.is_v11 else "v11", by=self.world.staff)

    @rule(pick=PICK, changes=values.changes())
    def send_while_somebody_edits(self, pick: int, changes: values.Changes) -> None:
        offer = self.offer(pick)
        self.world.relay_while(lambda: self.change(offer, changes))

    @rule(pick=PICK, resolution=st.sampled_from(Resolution.values))
    def decide(self, pick: int, resolution: str) -> None:
        drift = list(Drift.objects.open().order_by("pk"))
        if drift:
            self.resolve(drift[pick % len(drift)], resolution)

    @rule(pick=PICK)
    def take_a_parking_back(self, pick: int) -> None:
        parked = list(Drift.objects.filter(offer__stays_gone=True).order_by("pk"))
        if parked:
            deciding.decide(deciding.TAKE_BACK, [parked[pick % len(parked)]], self.world.staff)

    def resolve(self, drift: Drift, resolution: str) -> bool:
        """Decide about one difference with bol; False where the decision does not fit."""
        outcome = deciding.decide(resolution, [drift], self.world.staff, self.world.project())
        drift.refresh_from_db()
        if drift.offer and resolution in (Resolution.TAKE_THEIRS, Resolution.ADOPT):
            self.believe(drift.offer)
        return bool(outcome.done)


class Trouble(Day):
    """What goes wrong."""

    @rule(request=st.sampled_from(REQUESTS), fault=st.sampled_from(FAULTS), skip=st.integers(0, 1))
    def spoil_a_request(self, request: tuple[str, str], fault: dict[str, Any], skip: int) -> None:
        method, path = request
        self.world.sandbox.add_fault({"method": method, "path": path, "skip": skip, **fault})

    @rule(
        command=st.sampled_from(COMMANDS),
        outcome=st.sampled_from(["TIMEOUT", "FAILURE", "LOST"]),
        effect=st.booleans(),
    )
    @precondition(lambda self: not self.world.is_v11)
    def let_a_command_end_otherwise(self, command: str, outcome: str, *, effect: bool) -> None:
        ruling = {"kind": "process", "event_type": command, "outcome": outcome, "effect": effect}
        self.world.sandbox.add_fault({**ruling, "message": "Something went wrong."})

    @rule(before_sending=st.booleans())
    def freeze(self, *, before_sending: bool) -> None:
        for path in self.world.relay_and_freeze(before_sending=before_sending):
            self.watch.allow_path(path)

    @rule()
    def wake(self) -> None:
        self.world.wake()

    @rule()
    def end_leases(self) -> None:
        self.world.end_leases()

    @rule()
    def restart(self) -> None:
        self.world.lose_memory()

    @rule()
    def let_time_pass(self) -> None:
        self.world.let_time_pass()
