"""Economic operators of retailers: who answers in the EU for what they sell. Every account starts with a few."""

from __future__ import annotations

import uuid

from connections.bol.sandbox.entities import EconomicOperator, Offer
from connections.bol.sandbox.state import State

STATUSES = ("PENDING", "VALID", "INVALID")
FIRST = (("North Sea Imports", "VALID"), ("Ardennes Trading", "PENDING"), ("Old Harbour Agents", "INVALID"))
ADDRESS = {
    "street": "Dock Street",
    "houseNumber": "7",
    "postalCode": "3511 AX",
    "city": "Utrecht",
    "country": "NL",
}


def of(state: State, retailer: str) -> list[EconomicOperator]:
    """The operators of an account, oldest first."""
    _open(state, retailer)
    return [operator for operator in state.operators.values() if operator.retailer == retailer]


def find(state: State, retailer: str, operator_id: str) -> EconomicOperator | None:
    """The account's own operator; operators are not shared between accounts."""
    return next((found for found in of(state, retailer) if found.operator_id == operator_id), None)


def store(
    state: State, retailer: str, operator_id: str | None = None, name: str = "", status: str = ""
) -> EconomicOperator:
    """Make an operator, or change the one with this id. Raises ValueError for a status bol does not have."""
    if status and status not in STATUSES:
        raise ValueError(f"{status} is none of {', '.join(STATUSES)}.")
    _open(state, retailer)
    operator = find(state, retailer, operator_id) if operator_id else None
    if operator is None:
        return _add(
            state, retailer, operator_id or _id(retailer, name), name or "Operator", status or "PENDING"
        )
    operator.name, operator.status = name or operator.name, status or operator.status
    state.record(
        retailer, "OPERATOR_CHANGED", operator.operator_id, name=operator.name, status=operator.status
    )
    return operator


def remove(state: State, operator_id: str) -> None:
    """Take an operator away. Raises KeyError."""
    operator = state.operators.pop(operator_id)
    state.record(operator.retailer, "OPERATOR_DELETED", operator_id)


def is_covered(state: State, offer: Offer) -> bool:
    """Whether bol sells the offer as far as its operator goes: a valid one, or the time of grace."""
    grace = state.options.assumptions.an_operator_is_needed_after
    if grace is None or state.now < offer.created_at + grace:
        return True
    operator = find(state, offer.retailer, offer.economic_operator_id or "")
    return operator is not None and operator.status == "VALID"


def _open(state: State, retailer: str) -> None:
    if state.counters[f"operators of {retailer}"]:
        return
    state.counters[f"operators of {retailer}"] = 1
    for name, status in FIRST:
        operator_id = _id(retailer, name)
        number = state.next_number("operator")
        state.operators[operator_id] = EconomicOperator(number, operator_id, retailer, name, status, ADDRESS)


def _add(state: State, retailer: str, operator_id: str, name: str, status: str) -> EconomicOperator:
    number = state.next_number("operator")
    operator = EconomicOperator(number, operator_id, retailer, name, status, ADDRESS)
    state.operators[operator_id] = operator
    state.record(retailer, "OPERATOR_CREATED", operator_id, name=name, status=status)
    return operator


def _id(retailer: str, name: str) -> str:
    # Not from the seed, whose later numbers must not depend on who looked at operators.
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{retailer} {name}"))
