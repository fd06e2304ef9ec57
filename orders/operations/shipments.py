"""Tells bol that a parcel left."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections import bol, outbox
from connections.models import OutboxMessage
from connections.operations import Call, CannotSend, NothingToSend, Operation, Preparation, Verdict, register
from orders.announcing import Announcement, Found, announce, look_at_order, look_up, shipped_of
from orders.locking import lock_shipment
from orders.models import Shipment, ShipmentState, ShippingLabel, TransportState
from orders.noting import fetch_soon
from orders.operations.transports import ChangeTransport, correct_soon
from orders.standing import items_of, line_of, update_standing

LIST_SHIPMENTS = ("GET", "/retailer/shipments")
POST_SHIPMENT = ("POST", "/retailer/shipments")


@register
class CreateShipment(Operation):
    """Announces a parcel, once (Retailer API v10, Shipments).

    bol knows no repeated announcement, so a parcel is recognised by our reference. Where that is missing from bol's
    list, it was not announced if every piece that bol counts as shipped is in some other shipment we can read; a piece
    that is in none may be ours, and then bol is asked again later. Whatever bol waits for no more and counts as shipped
    needs no word from us.
    """

    name = "CREATE_SHIPMENT"
    label = gettext_lazy("Announce a shipment")
    effect = bol.Effect.ONCE

    def prepare(self, messages: Sequence[OutboxMessage]) -> Preparation:
        shipment = _locked(messages)
        if shipment.state == ShipmentState.CONFIRMED:
            return NothingToSend()
        # If nothing is heard after this, nobody knows.
        code, track_and_trace = shipment.transport
        _move(
            shipment,
            ShipmentState.UNKNOWN,
            sent_transporter_code=code,
            sent_track_and_trace=track_and_trace,
        )
        parcel = _announcement(shipment)
        return Call((_get_order(shipment), POST_SHIPMENT), partial(announce, parcel=parcel))

    def accept(self, messages: Sequence[OutboxMessage], status: bol.ProcessStatus) -> None:
        _move(_locked(messages), ShipmentState.SENT)

    def confirm(self, messages: Sequence[OutboxMessage], answer: Any) -> None:
        shipment = _locked(messages)
        found = answer.shipment if isinstance(answer, Found) else None
        _move(
            shipment,
            ShipmentState.CONFIRMED,
            reason="",
            confirmed_at=timezone.now(),
            shipment_id=(found and found.shipment_id) or "",
            transport_id=(found and found.transport and found.transport.transport_id) or "",
        )
        # What bol counts as shipped without a word of ours may have been announced elsewhere, with another code.
        if found or isinstance(answer, bol.ProcessStatus):
            code, track_and_trace = shipment.sent_transport
            shipment.change(known_transporter_code=code, known_track_and_trace=track_and_trace)
        if shipment.transport != shipment.sent_transport:
            correct_soon(shipment)
        fetch_soon(shipment.order.connection, [shipment.order.order_id])

    def withdraw(self, messages: Sequence[OutboxMessage]) -> None:
        _move(_locked(messages), ShipmentState.WAITING)

    def refuse(
        self, messages: Sequence[OutboxMessage], reason: str, error: bol.BolError | None = None
    ) -> None:
        shipment = _locked(messages)
        _move(shipment, ShipmentState.REFUSED, reason=reason, transport_state=TransportState.NONE)
        outbox.withdraw(shipment.order.connection, [ChangeTransport.name], shipment.subject)
        fetch_soon(shipment.order.connection, [shipment.order.order_id])

    def advise(self, error: bol.BolError) -> str:
        return _(
            "The parcel stays recorded here. Correct what bol names, and mark what is open of the order shipped again."
        )

    def recheck_refusal(self, messages: Sequence[OutboxMessage], status: bol.ProcessStatus) -> bool:
        # bol also refuses what it has done already, and its texts are not to be relied on.
        return True

    def verify(self, messages: Sequence[OutboxMessage]) -> Preparation:
        shipment = _locked(messages)
        if shipment.state == ShipmentState.REFUSED and not _still_fits(shipment):
            return CannotSend(
                _("What is in this parcel has been marked shipped in another one meanwhile."),
                _("Nothing needs to be done for this parcel."),
            )
        _move(shipment, ShipmentState.UNKNOWN)
        return Call((_get_order(shipment),), partial(look_at_order, parcel=_announcement(shipment)))

    def judge(self, messages: Sequence[OutboxMessage], answer: Any) -> Verdict | Call:
        shipment, found = _locked(messages), cast("Found", answer)
        parcel = _announcement(shipment)
        if found.is_covered:
            return Verdict.HAPPENED
        if found.is_explained is None:
            return Call((LIST_SHIPMENTS, _get_order(shipment)), partial(look_up, parcel=parcel))
        if not found.is_explained:
            return Verdict.CANNOT_TELL
        shipment.shipped_before = shipped_of(found.items, parcel.quantities)
        shipment.save(update_fields=["shipped_before"])
        return Verdict.DID_NOT_HAPPEN


def _get_order(shipment: Shipment) -> tuple[str, str]:
    return "GET", f"/retailer/orders/{shipment.order.order_id}"


def _locked(messages: Sequence[OutboxMessage]) -> Shipment:
    return lock_shipment(messages[0].subject_pk)


def _move(shipment: Shipment, state: ShipmentState, **changes: object) -> None:
    shipment.move(state, **changes)
    update_standing([shipment.order_id])


def _still_fits(shipment: Shipment) -> bool:
    open_now = {item.pk: line_of(item).open for item in items_of([shipment.order_id])[shipment.order_id]}
    return all(packed.quantity <= open_now[packed.item_id] for packed in shipment.items.all())


def _announcement(shipment: Shipment) -> Announcement:
    items = {item.pk: item for item in items_of([shipment.order_id])[shipment.order_id]}
    parcels = {
        parcel.reference: {
            items[packed.item_id].order_item_id: packed.quantity for packed in parcel.items.all()
        }
        for parcel in shipment.order.shipments.prefetch_related("items")
    }
    quantities = parcels.pop(shipment.reference)
    return Announcement(
        order_id=shipment.order.order_id,
        reference=shipment.reference,
        transporter_code=shipment.transporter_code,
        track_and_trace=shipment.track_and_trace,
        quantities=quantities,
        claimed={
            item.order_item_id: line_of(item).own
            for item in items.values()
            if item.order_item_id in quantities
        },
        others=parcels,
        shipped_before=shipment.shipped_before,
        shipping_label_id=_label_of(shipment),
    )


def _label_of(shipment: Shipment) -> str:
    label = ShippingLabel.objects.filter(shipment=shipment).first()
    return label.shipping_label_id if label else ""
