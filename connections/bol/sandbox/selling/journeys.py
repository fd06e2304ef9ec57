"""What carriers report of parcels whose code they know. Retailer API v10, TransportEvent."""

from __future__ import annotations

from datetime import timedelta

from connections.bol.sandbox.entities import Shipment
from connections.bol.sandbox.state import State

STEP_HOURS = {
    "PRE_ANNOUNCED": 1,
    "AT_TRANSPORTER": 5,
    "IN_TRANSIT": 4,
    "DELIVERED_AT_CUSTOMER": 16,
    "DELIVERED_AT_NEIGHBOURS": 16,
    "AT_PICK_UP_POINT": 16,
    "PICKED_UP_AT_PICK_UP_POINT": 24,
    "RETURNED_TO_SENDER": 72,
    "INBOUND_COLLECT": 24,
}
"""All of bol's event codes, and how long after the one before each comes."""

ON_THE_WAY = ["PRE_ANNOUNCED", "AT_TRANSPORTER", "IN_TRANSIT"]
AT_NEIGHBOURS, REFUSED = 0.08, 0.03


def begin(state: State, shipment: Shipment) -> None:
    """Let the carrier report, once it has a code to report about."""
    if not shipment.track_and_trace or shipment.events or shipment.ahead:
        return
    shipment.ahead = ON_THE_WAY + _arrival(state, shipment)
    _plan_next(state, shipment)


def _arrival(state: State, shipment: Shipment) -> list[str]:
    luck = state.chance(f"journey {shipment.shipment_id}").random() if state.options.variety else 1.0
    if luck < REFUSED:
        return ["RETURNED_TO_SENDER"]
    if state.orders.by_id[shipment.order_id].customer.pickup_point:
        return ["AT_PICK_UP_POINT", "PICKED_UP_AT_PICK_UP_POINT"]
    return ["DELIVERED_AT_NEIGHBOURS" if luck < REFUSED + AT_NEIGHBOURS else "DELIVERED_AT_CUSTOMER"]


def _plan_next(state: State, shipment: Shipment) -> None:
    if shipment.ahead:
        hours = timedelta(hours=STEP_HOURS[shipment.ahead[0]])
        state.agenda.plan(state.now + hours, "transport", shipment.shipment_id)


def go_on(state: State, shipment_id: str) -> None:
    """The carrier reports the next step of a journey that did not go another way meanwhile."""
    shipment = state.shipments.by_id[shipment_id]
    if shipment.ahead:
        _note(state, shipment, shipment.ahead.pop(0))
        _plan_next(state, shipment)


def report(state: State, shipment: Shipment, code: str) -> None:
    """The carrier reports something else than was to be expected. Raises ValueError for a code that bol does not have."""
    if code not in STEP_HOURS:
        raise ValueError(f"{code} is no transport event; it is one of {', '.join(STEP_HOURS)}.")
    shipment.ahead.clear()
    _note(state, shipment, code)


def _note(state: State, shipment: Shipment, code: str) -> None:
    shipment.events.append({"code": code, "at": state.now})
    state.tell(shipment.retailer, "TRANSPORT_EVENT", shipment.transport_id, shipment=shipment.shipment_id)
