"""Corrects the carrier and the track and trace of a parcel that bol knows already."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections import bol, outbox
from connections.models import Lane, OutboxMessage
from connections.operations import (
    Call,
    NothingToSend,
    NotNow,
    Operation,
    Preparation,
    Verdict,
    register,
)
from connections.outbox import Note
from orders.locking import lock_shipment
from orders.models import Shipment, ShipmentItem, ShipmentState, TransportState
from orders.transporting import Correction, Seen, change_transport, look_at_transport

LIST_SHIPMENTS = ("GET", "/retailer/shipments")


@register
class ChangeTransport(Operation):
    """Gives bol the newest carrier and track and trace of a parcel (Retailer API v10, Transports).

    It says how things are, so it may be repeated; what was saved last is what bol ends with. It waits until the parcel
    itself is announced, because only then there is a transport to correct.
    """

    name = "CHANGE_TRANSPORT"
    label = gettext_lazy("Correct a track and trace")
    effect = bol.Effect.ABSOLUTE

    def prepare(self, messages: Sequence[OutboxMessage]) -> Preparation:
        shipment = _locked(messages)
        if shipment.state == ShipmentState.REFUSED or not _differs(shipment):
            shipment.change(transport_state=TransportState.NONE)
            return NothingToSend()
        if shipment.state != ShipmentState.CONFIRMED:
            return NotNow(_("The parcel itself is being announced; the correction follows."))
        if _is_in_doubt(shipment):
            # Nobody knows which of two values bol has: not even the older one may be taken for granted.
            shipment.change(known_transporter_code="", known_track_and_trace="")
        code, track_and_trace = shipment.transport
        shipment.change(
            transport_state=TransportState.UNKNOWN,
            sent_transporter_code=code,
            sent_track_and_trace=track_and_trace,
        )
        correction = _correction(shipment)
        return Call(_endpoints(correction), partial(change_transport, correction=correction))

    def accept(self, messages: Sequence[OutboxMessage], status: bol.ProcessStatus) -> None:
        shipment = _locked(messages)
        transport_id = status.entity_id or shipment.transport_id
        shipment.change(transport_state=TransportState.SENT, transport_id=transport_id)

    def confirm(self, messages: Sequence[OutboxMessage], answer: Any) -> None:
        shipment = _locked(messages)
        code, track_and_trace = shipment.sent_transport
        shipment.change(
            known_transporter_code=code,
            known_track_and_trace=track_and_trace,
            transport_state=_after(shipment, TransportState.NONE),
            transport_reason="",
        )

    def withdraw(self, messages: Sequence[OutboxMessage]) -> None:
        _locked(messages).change(transport_state=TransportState.WAITING)

    def refuse(
        self, messages: Sequence[OutboxMessage], reason: str, error: bol.BolError | None = None
    ) -> None:
        shipment = _locked(messages)
        shipment.change(transport_state=_after(shipment, TransportState.REFUSED), transport_reason=reason)

    def advise(self, error: bol.BolError) -> str:
        return _("Correct the carrier or the code on the page of the parcel; it is then sent by itself.")

    def recheck_refusal(self, messages: Sequence[OutboxMessage], status: bol.ProcessStatus) -> bool:
        # What bol refuses may be what it has already.
        return True

    def verify(self, messages: Sequence[OutboxMessage]) -> Preparation:
        correction = _correction(_locked(messages))
        return Call(_reading(correction), partial(look_at_transport, correction=correction))

    def judge(self, messages: Sequence[OutboxMessage], answer: Any) -> Verdict | Call:
        shipment, seen = _locked(messages), cast("Seen", answer)
        if seen.shipment_id:
            shipment.change(
                shipment_id=seen.shipment_id,
                transport_id=seen.transport_id or shipment.transport_id,
                known_transporter_code=seen.transporter_code,
                known_track_and_trace=seen.track_and_trace,
            )
        is_as_sent = (seen.transporter_code, seen.track_and_trace) == shipment.sent_transport
        return Verdict.HAPPENED if is_as_sent else Verdict.DID_NOT_HAPPEN


def correct_soon(shipment: Shipment, *, by: Any = None) -> None:
    """Have bol told of the parcel's carrier and code; call it in the transaction of the change, the order locked."""
    if not _is_in_doubt(shipment):
        shipment.change(transport_state=TransportState.WAITING, transport_reason="")
    note = Note(ChangeTransport.name, shipment.subject, Lane.SHIPMENTS)
    outbox.enqueue(shipment.order.connection, note, by=by)


def _locked(messages: Sequence[OutboxMessage]) -> Shipment:
    return lock_shipment(messages[0].subject_pk)


def _is_in_doubt(shipment: Shipment) -> bool:
    return shipment.transport_state in TransportState.in_doubt()


def _differs(shipment: Shipment) -> bool:
    return _is_in_doubt(shipment) or shipment.transport != shipment.known_transport


def _after(shipment: Shipment, state: TransportState) -> TransportState:
    """Return the state after an outcome, or that a newer correction waits."""
    return state if shipment.transport == shipment.sent_transport else TransportState.WAITING


def _correction(shipment: Shipment) -> Correction:
    packed = ShipmentItem.objects.filter(shipment__order=shipment.order_id).select_related("shipment", "item")
    others = {row.shipment.reference for row in packed} - {shipment.reference}
    items = {row.item.order_item_id for row in packed if row.shipment_id == shipment.pk}
    code, track_and_trace = shipment.sent_transport
    return Correction(
        order_id=shipment.order.order_id,
        reference=shipment.reference,
        order_item_ids=frozenset(items),
        other_references=frozenset(others),
        shipment_id=shipment.shipment_id,
        transport_id=shipment.transport_id,
        transporter_code=code,
        track_and_trace=track_and_trace,
        confirmed_at=shipment.confirmed_at,
    )


def _endpoints(correction: Correction) -> tuple[tuple[str, str], ...]:
    change = ("PUT", f"/retailer/transports/{correction.transport_id or '1'}")
    return (change,) if correction.transport_id else (LIST_SHIPMENTS, change)


def _reading(correction: Correction) -> tuple[tuple[str, str], ...]:
    read = ("GET", f"/retailer/shipments/{correction.shipment_id or '1'}")
    return (read,) if correction.shipment_id else (LIST_SHIPMENTS, read)
