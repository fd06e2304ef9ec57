"""Process statuses: a command is accepted now, carried out later, and forgotten after a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from connections.bol.sandbox import assumptions as words
from connections.bol.sandbox.entities import Json, ProcessStatus
from connections.bol.sandbox.selling.commands import CARRY_OUT
from connections.bol.sandbox.selling.shipments import Refused
from connections.bol.sandbox.state import State

RETENTION = timedelta(days=1)


@dataclass(frozen=True)
class Receipt:
    """What the 202 of an asynchronous command says about it."""

    event_type: str
    description: str
    entity_id: str | None = None


def accept(state: State, retailer: str, receipt: Receipt, command: Json) -> ProcessStatus:
    """Promise to carry out a command, and say so with a PENDING process status."""
    process = ProcessStatus(
        number=state.next_number("process"),
        process_id=state.new_process_id(),
        retailer=retailer,
        event_type=receipt.event_type,
        description=receipt.description,
        entity_id=receipt.entity_id,
        created_at=state.now,
        command=command,
        ruling=_take_ruling(state, retailer, receipt.event_type),
    )
    state.processes.add(process)
    state.agenda.plan(state.now + state.options.process_delay, "process", process.process_id)
    return process


def _take_ruling(state: State, retailer: str, event_type: str) -> Json | None:
    for ruling in state.rulings:
        if not _rules(ruling, retailer, event_type):
            continue
        ruling["seen"] += 1
        if ruling["seen"] > ruling["skip"]:
            ruling["times"] -= 1
            return dict(ruling)
    return None


def _rules(ruling: Json, retailer: str, event_type: str) -> bool:
    same_retailer = ruling["retailer"] in (None, retailer)
    return ruling["times"] > 0 and same_retailer and ruling["event_type"] in ("*", event_type)


def settle(state: State, process_id: str) -> None:
    """Carry out a command that is due, unless a ruling says how it ends."""
    process = state.processes.by_id.get(process_id)
    if process is None or process.settled_at:
        return
    if process.ruling:
        _follow(state, process, process.ruling)
        return
    _finish(state, process, *_carry_out(state, process))


def _carry_out(state: State, process: ProcessStatus) -> tuple[str, str | None]:
    try:
        entity_id = CARRY_OUT[process.event_type](state, process.retailer, process.command)
    except Refused as refusal:
        return "FAILURE", str(refusal)
    process.entity_id = entity_id or process.entity_id
    state.processes.file_under_entity(process)
    return "SUCCESS", None


def _follow(state: State, process: ProcessStatus, ruling: Json) -> None:
    ending: tuple[str, str | None] = (ruling["outcome"], ruling.get("message") or words.TIMED_OUT)
    if ruling["effect"]:
        _carry_out(state, process)
    if ruling["outcome"] == "PENDING":
        _wait(state, process, ruling)
        return
    if ruling["outcome"] == "LOST":
        state.processes.remove(process.process_id)
        return
    _finish(state, process, *ending)


def _wait(state: State, process: ProcessStatus, ruling: Json) -> None:
    """Stay pending: for ever, or until `delay_s` has passed; an effect that was had is not had again."""
    if ruling.get("delay_s") is None:
        return
    process.ruling = ruling | {"outcome": "SUCCESS", "effect": False} if ruling["effect"] else None
    state.agenda.plan(state.now + timedelta(seconds=ruling["delay_s"]), "process", process.process_id)


def _finish(state: State, process: ProcessStatus, status: str, error: str | None) -> None:
    process.status = status
    process.error = None if status == "SUCCESS" else error
    process.settled_at = state.now
    state.agenda.plan(state.now + RETENTION, "forget", process.process_id)


def forget(state: State, process_id: str) -> None:
    """Let go of a process status that was settled a day ago."""
    state.processes.remove(process_id)
