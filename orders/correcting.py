"""Adding or correcting the carrier and the track and trace of a parcel that left already."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from orders.locking import lock_shipment
from orders.models import Shipment, ShipmentState, ShippingLabel, TransportState
from orders.models.shipment import TRACK_AND_TRACE_MAX_LENGTH
from orders.operations.transports import correct_soon
from orders.track_and_trace import what_is_wrong
from orders.transporters import transporters


class CannotCorrect(ValueError):
    """A parcel keeps its carrier and code; the message says why, `field` what is wrong ("" for the parcel itself)."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


@transaction.atomic
def correct_transport(
    shipment: Shipment, transporter_code: str, track_and_trace: str, *, by: Any = None
) -> Shipment:
    """Save how a parcel travels, and have bol told where that is something else than it was told before.

    A parcel whose announcement has not begun is announced with the new values; during the announcement the correction
    waits for its end.

    Raises:
        CannotCorrect: bol does not take the values, or refused the parcel itself.
    """
    current = lock_shipment(shipment.pk)
    check_correction(current, transporter_code, track_and_trace)
    was_refused = current.transport_state == TransportState.REFUSED
    if was_refused or (transporter_code, track_and_trace) != current.transport:
        current.change(transporter_code=transporter_code, track_and_trace=track_and_trace)
        if current.state != ShipmentState.WAITING:
            correct_soon(current, by=by)
    return current


def check_correction(shipment: Shipment, transporter_code: str, track_and_trace: str) -> None:
    """Raise CannotCorrect where a parcel cannot get this carrier and code."""
    if shipment.state == ShipmentState.REFUSED:
        reason = _(
            "bol refused this parcel, so there is nothing to correct there. Mark what is open shipped again."
        )
        raise CannotCorrect("", reason)
    if ShippingLabel.objects.filter(shipment=shipment).exists():
        raise CannotCorrect(
            "", _("This parcel travels with a label bought at bol: bol knows its carrier and code by itself.")
        )
    if transporter_code not in {*transporters(), shipment.transporter_code}:
        raise CannotCorrect("transporter_code", _("bol knows no carrier “%s”.") % transporter_code)
    if not track_and_trace:
        raise CannotCorrect(
            "track_and_trace", _("Type a track and trace code: bol takes no correction without one.")
        )
    if wrong := what_is_wrong(track_and_trace):
        raise CannotCorrect("track_and_trace", wrong)
    if len(track_and_trace) > TRACK_AND_TRACE_MAX_LENGTH:
        raise CannotCorrect("track_and_trace", _("At most %s characters.") % TRACK_AND_TRACE_MAX_LENGTH)
