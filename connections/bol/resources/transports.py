"""Transports: adding or correcting a track and trace after shipping (Retailer API v10, Transports)."""

from __future__ import annotations

from connections.bol.answers import Body
from connections.bol.resources.process_statuses import ProcessStatus, accepted
from connections.bol.resources.resource import Resource
from connections.bol.transport import segment


class _ChangeTransport(Body):
    track_and_trace: str
    transporter_code: str | None = None


class Transports(Resource):
    """Changes the transport of a shipment; its id is in the shipment."""

    def update(
        self, transport_id: str, *, track_and_trace: str, transporter_code: str | None = None
    ) -> ProcessStatus:
        """Ask bol to replace the track and trace, and the transporter where one is given."""
        body = _ChangeTransport(track_and_trace, transporter_code)
        return self._send("PUT", f"/retailer/transports/{segment(transport_id)}", accepted, body)
