"""What a merchant does with orders. Marking shipped records that a parcel left, and has bol told of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from connections import outbox
from connections.models import Connection, Lane
from connections.outbox import Note
from orders.labels import using
from orders.locking import lock_orders
from orders.models import Order, OrderItem, Shipment, ShipmentBatch, ShipmentItem
from orders.operations import CreateShipment
from orders.packing import CannotPack, Contents, Parcel, check_label, contents_of, take
from orders.standing import items_of, update_standing

__all__ = ["MarkedShipped", "Parcel", "Refusal", "mark_batch", "mark_shipped"]

CHUNK = 500
SOURCE_MAX_LENGTH = 80


@dataclass(frozen=True)
class Refusal:
    """Why a parcel was not recorded: the field that is wrong ("" for the order itself) and the reason in words."""

    parcel: Parcel
    field: str
    reason: str


@dataclass
class MarkedShipped:
    """The shipments that were recorded, and the parcels that were not."""

    shipments: list[Shipment] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


def mark_shipped(
    parcels: Sequence[Parcel], *, by: Any = None, batch: ShipmentBatch | None = None
) -> MarkedShipped:
    """Record parcels that left and have them announced at bol; each is recorded or refused by itself.

    The orders are locked meanwhile: of two people who mark the same order, the second finds nothing open.
    """
    done = MarkedShipped()
    for start in range(0, len(parcels), CHUNK):
        _mark_chunk(parcels[start : start + CHUNK], by, batch, done)
    return done


@transaction.atomic
def mark_batch(
    parcels: Sequence[Parcel], *, token: UUID, by: Any = None, source: str = ""
) -> tuple[ShipmentBatch, MarkedShipped | None]:
    """Mark parcels shipped as one batch that can be followed; of the same `token` there is one.

    Who comes second gets the batch that was made, and None: nothing more was recorded.
    """
    fresh = {"created_by": by, "source": source[:SOURCE_MAX_LENGTH]}
    batch, is_new = ShipmentBatch.objects.get_or_create(token=token, defaults=fresh)
    if not is_new:
        return batch, None
    done = mark_shipped(parcels, by=by, batch=batch)
    if not done.shipments:
        batch.delete()
    return batch, done


@transaction.atomic
def _mark_chunk(parcels: Sequence[Parcel], by: Any, batch: ShipmentBatch | None, done: MarkedShipped) -> None:
    keys = {parcel.order for parcel in parcels}
    orders = {order.pk: order for order in lock_orders(keys)}
    items = items_of(keys)
    taken = _taken_references(parcels)
    labels = using.lock_labels({parcel.label for parcel in parcels if parcel.label})
    packed: list[tuple[Shipment, Contents]] = []
    labelled: dict[int, Shipment] = {}
    for parcel in parcels:
        try:
            check_label(parcel, taken)
            contents = contents_of(parcel, orders.get(parcel.order), items[parcel.order])
            if parcel.label:
                using.check_usable(parcel, contents, labels)
        except CannotPack as wrong:
            done.refusals.append(Refusal(parcel, wrong.field, wrong.reason))
            continue
        taken.update({parcel.reference} - {""})
        take(contents)
        packed.append((_shipment(parcel, by, batch), contents))
        if parcel.label:
            labelled[parcel.label] = packed[-1][0]
    done.shipments += _record(packed, orders, by)
    using.attach(labelled, labels)


def _taken_references(parcels: Sequence[Parcel]) -> set[str]:
    wanted = {parcel.reference for parcel in parcels if parcel.reference}
    return set(Shipment.objects.filter(reference__in=wanted).values_list("reference", flat=True))


def _shipment(parcel: Parcel, by: Any, batch: ShipmentBatch | None) -> Shipment:
    shipment = Shipment(
        order_id=parcel.order,
        transporter_code=parcel.transporter_code,
        track_and_trace=parcel.track_and_trace,
        created_by=by,
        batch=batch,
    )
    shipment.reference = parcel.reference or shipment.reference
    return shipment


def _record(
    packed: Sequence[tuple[Shipment, Mapping[OrderItem, int]]], orders: Mapping[int, Order], by: Any
) -> list[Shipment]:
    shipments = Shipment.objects.bulk_create([shipment for shipment, _contents in packed])
    ShipmentItem.objects.bulk_create(
        ShipmentItem(shipment=shipment, item=item, quantity=quantity)
        for shipment, contents in packed
        for item, quantity in contents.items()
    )
    update_standing({shipment.order_id for shipment in shipments})
    _announce(shipments, orders, by)
    return shipments


def _announce(shipments: Sequence[Shipment], orders: Mapping[int, Order], by: Any) -> None:
    notes: dict[Connection, list[Note]] = defaultdict(list)
    for shipment in shipments:
        note = Note(CreateShipment.name, shipment.subject, Lane.SHIPMENTS)
        notes[orders[shipment.order_id].connection].append(note)
    for connection, batch in notes.items():
        outbox.enqueue_many(connection, batch, by=by)
