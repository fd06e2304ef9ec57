"""Transports: track and trace added or corrected after shipping. Retailer API v10, Transports."""

from __future__ import annotations

from connections.bol.sandbox.api.process_statuses import accepted
from connections.bol.sandbox.api.transporters import TRANSPORTERS
from connections.bol.sandbox.selling.processes import Receipt
from connections.bol.sandbox.web.answers import Answer
from connections.bol.sandbox.web.calls import Call, route
from connections.bol.sandbox.web.validation import inspecting


def change_transport(call: Call) -> Answer:
    """Change the transporter and the track and trace of a parcel, later."""
    command = call.json()
    transport_id = call.arguments["transport_id"]
    with inspecting(command) as body:
        body.require("trackAndTrace")
        body.text("trackAndTrace", shortest=1)
        body.one_of("transporterCode", TRANSPORTERS)
    receipt = Receipt("CHANGE_TRANSPORT", f"Change transport with id {transport_id}.", transport_id)
    return accepted(call, receipt, command | {"transportId": transport_id})


ROUTES = [route("PUT", "/retailer/transports/<transport_id>", change_transport)]
