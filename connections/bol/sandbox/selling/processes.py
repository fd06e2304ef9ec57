"""Process statuses: a command is accepted now, carried out later, and forgotten after a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from connections.bol.sandbox import assumptions as words
from connections.bol.sandbox.entities import Json, ProcessStatus
from connections.bol.sandbox.selling.commands import CARRY_OUT
from connections.bol.sandbox.selling.refusals import Refused
from connections.bol.sandbox.state import State

RETENTION = timedelta(days=1)
WORDS = {"TIMEOUT": words.TIMED_OUT, "FAILURE": words.FAILED}


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
    _finish(state, process, _carry_out(state, process))


def _carry_out(state: State, process: ProcessStatus) -> Json:
    """Do what was asked; how that ended, with the id of what it made or was about."""
    try:
        entity_id = CARRY_OUT[process.event_type](state, process.retailer, process.command)
    except Refused as refusal:
        return {"status": "FAILURE", "error": str(refusal)}
    return {"status": "SUCCESS", "entity": entity_id}


def _follow(state: State, process: ProcessStatus, ruling: Json) -> None:
    """Have the effect or not, then end as ruled: at once, after a while, or never."""
    ending = _ruled(ruling, _carry_out(state, process) if ruling["effect"] else None)
    if ruling["delay_s"] is not None:
        process.ruling = (
            None if ending is None else ruling | {"effect": False, "delay_s": None, "ending": ending}
        )
        state.agenda.plan(state.now + timedelta(seconds=ruling["delay_s"]), "process", process.process_id)
    elif ruling["outcome"] == "LOST":
        state.processes.remove(process.process_id)
    elif ending and (ruling["outcome"] != "PENDING" or "ending" in ruling):
        _finish(state, process, ending)


def _ruled(ruling: Json, had: Json | None) -> Json | None:
    """How a command ends that had this effect, or none; None where that is still to be found out."""
    if "ending" in ruling:
        return dict(ruling["ending"])
    if ruling["outcome"] == "PENDING":
        return had
    if ruling["outcome"] == "SUCCESS":
        return had or {"status": "SUCCESS"}
    return {"status": ruling["outcome"], "error": ruling["message"] or WORDS.get(ruling["outcome"])}


def _finish(state: State, process: ProcessStatus, ending: Json) -> None:
    process.status = ending["status"]
    process.error = ending.get("error")
    process.entity_id = ending.get("entity") or process.entity_id
    process.settled_at = state.now
    state.processes.file_under_entity(process)
    state.agenda.plan(state.now + RETENTION, "forget", process.process_id)
    state.tell(process.retailer, "PROCESS_ENDED", process.process_id, status=process.status)


def forget(state: State, process_id: str) -> None:
    """Let go of a process status that was settled a day ago."""
    state.processes.remove(process_id)
