"""Corrects the transport of a parcel at bol, and reads what bol has of it. HTTP only.

What these functions take and return is plain data, for they run in a thread without a database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from connections import bol
from connections.operations import NothingSent, Refused

# bol's lists lag behind its writes: a parcel that bol confirmed shows in them after a while.
SHOWS_WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class Correction:
    """A parcel and how it travels. Its ids at bol are empty where we never read them.

    `order_item_ids` is what is in the parcel, `other_references` those of our other parcels of the same order.
    """

    order_id: str
    reference: str
    order_item_ids: frozenset[str]
    other_references: frozenset[str]
    shipment_id: str
    transport_id: str
    transporter_code: str
    track_and_trace: str
    confirmed_at: datetime | None


@dataclass(frozen=True)
class Seen:
    """What bol has of a parcel; all empty where bol does not show it."""

    shipment_id: str = ""
    transport_id: str = ""
    transporter_code: str = ""
    track_and_trace: str = ""


def change_transport(client: bol.Client, correction: Correction) -> bol.ProcessStatus:
    """Have bol replace carrier and track and trace.

    Raises:
        NothingSent: bol's shipments could not be read, or do not show the parcel yet.
        Refused: bol does not show the parcel, or several that may be it.
    """
    transport_id = correction.transport_id or _find_transport(client, correction)
    return client.transports.update(
        transport_id,
        track_and_trace=correction.track_and_trace,
        transporter_code=correction.transporter_code,
    )


def look_at_transport(client: bol.Client, correction: Correction) -> Seen:
    """Read what bol has of the parcel."""
    shipment_id = correction.shipment_id
    if not shipment_id:
        found = _find_shipment(client, correction)
        if found is None:
            return Seen()
        shipment_id = found.shipment_id
    transport = client.shipments.get(shipment_id).transport
    if transport is None:
        return Seen(shipment_id)
    return Seen(
        shipment_id,
        transport.transport_id or "",
        transport.transporter_code or "",
        transport.track_and_trace or "",
    )


def _find_transport(client: bol.Client, correction: Correction) -> str:
    try:
        found = _find_shipment(client, correction)
    except bol.BolError as error:
        raise NothingSent(error) from error
    if found and found.transport and found.transport.transport_id:
        return found.transport.transport_id
    if _is_young(correction):
        raise NothingSent(bol.NotSent(_("bol does not show this parcel in its list yet.")))
    raise Refused(
        _("bol shows no shipment of this order that can be told to be this parcel."),
        _("Correct the track and trace in bol's own screens."),
    )


def _find_shipment(client: bol.Client, correction: Correction) -> bol.ReducedShipment | None:
    """Return the shipment with our reference; else the only other one that may be it."""
    listed = client.shipments.list(order_id=correction.order_id)
    ours = [shipment for shipment in listed if shipment.shipment_reference == correction.reference]
    # It may have been announced elsewhere, without our reference.
    candidates = ours or [shipment for shipment in listed if _may_be(shipment, correction)]
    return candidates[0] if len(candidates) == 1 else None


def _may_be(shipment: bol.ReducedShipment, correction: Correction) -> bool:
    items = {item.order_item_id for item in shipment.shipment_items}
    return (
        shipment.shipment_reference not in correction.other_references and items == correction.order_item_ids
    )


def _is_young(correction: Correction) -> bool:
    confirmed_at = correction.confirmed_at
    return confirmed_at is not None and datetime.now(UTC) - confirmed_at < SHOWS_WITHIN
