"""What a merchant does with orders. Marking shipped records that a parcel left, and has bol told of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections import outbox
from connections.models import Connection, Lane
from connections.outbox import Note
from offers.choices import FulfilmentMethod
from orders.models import Order, OrderItem, Shipment, ShipmentItem
from orders.models.shipment import REFERENCE_MAX_LENGTH
from orders.operations import CreateShipment
from orders.standing import items_of, line_of, update_standing
from orders.transporters import TRANSPORTERS

CHUNK = 500
TRACK_AND_TRACE_MAX_LENGTH = 100
MAX_ITEMS = 100


@dataclass(frozen=True)
class Parcel:
    """A parcel that left for one order.

    `order` is the order's key. `quantities` maps keys of order items to how many are in the parcel; without it the
    parcel holds everything that is open. `reference` is made up where it is empty.
    """

    order: int
    transporter_code: str
    track_and_trace: str = ""
    quantities: Mapping[int, int] | None = None
    reference: str = ""


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


class _Wrong(Exception):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


def mark_shipped(parcels: Sequence[Parcel], *, by: Any = None) -> MarkedShipped:
    """Record parcels that left and have them announced at bol; each is recorded or refused by itself.

    The orders are locked meanwhile: of two people who mark the same order, the second finds nothing open.
    """
    done = MarkedShipped()
    for start in range(0, len(parcels), CHUNK):
        _mark_chunk(parcels[start : start + CHUNK], by, done)
    return done


@transaction.atomic
def _mark_chunk(parcels: Sequence[Parcel], by: Any, done: MarkedShipped) -> None:
    keys = {parcel.order for parcel in parcels}
    orders = {order.pk: order for order in _locked(keys)}
    items = items_of(keys)
    taken = _taken_references(parcels)
    packed: list[tuple[Shipment, dict[OrderItem, int]]] = []
    for parcel in parcels:
        try:
            _check_label(parcel, taken)
            contents = _contents(parcel, orders.get(parcel.order), items[parcel.order])
        except _Wrong as wrong:
            done.refusals.append(Refusal(parcel, wrong.field, wrong.reason))
            continue
        _take(contents)
        packed.append((_shipment(parcel, by), contents))
    done.shipments += _record(packed, orders, by)


def _locked(keys: set[int]) -> list[Order]:
    # Always in the same order, so that two bulk actions do not wait for each other for ever.
    locked = Order.objects.select_for_update(of=("self",)).select_related("connection")
    return list(locked.filter(pk__in=keys).order_by("pk"))


def _taken_references(parcels: Sequence[Parcel]) -> set[str]:
    wanted = {parcel.reference for parcel in parcels if parcel.reference}
    return set(Shipment.objects.filter(reference__in=wanted).values_list("reference", flat=True))


def _check_label(parcel: Parcel, taken: set[str]) -> None:
    """Refuse what bol would refuse about carrier, track and trace, and reference."""
    transporter = TRANSPORTERS.get(parcel.transporter_code)
    if transporter is None:
        raise _Wrong("transporter_code", _("bol knows no carrier “%s”.") % parcel.transporter_code)
    if transporter.is_traced and not parcel.track_and_trace:
        raise _Wrong("track_and_trace", _("%s needs a track and trace code.") % transporter.name)
    if len(parcel.track_and_trace) > TRACK_AND_TRACE_MAX_LENGTH:
        raise _Wrong("track_and_trace", _("At most %s characters.") % TRACK_AND_TRACE_MAX_LENGTH)
    if len(parcel.reference) > REFERENCE_MAX_LENGTH:
        raise _Wrong("reference", _("At most %s characters.") % REFERENCE_MAX_LENGTH)
    if parcel.reference in taken:
        raise _Wrong("reference", _("A parcel with this reference was marked shipped before."))
    taken.update({parcel.reference} - {""})


def _contents(parcel: Parcel, order: Order | None, items: Sequence[OrderItem]) -> dict[OrderItem, int]:
    if order is None:
        raise _Wrong("", _("This order does not exist."))
    own = [item for item in items if item.fulfilment_method == FulfilmentMethod.FBR]
    if not own:
        raise _Wrong("", _("bol ships this order itself (FBB)."))
    contents = _everything_open(own) if parcel.quantities is None else _chosen(parcel.quantities, items)
    if not contents:
        raise _Wrong("", _("Nothing of this order is open any more."))
    if len(contents) > MAX_ITEMS:
        raise _Wrong("quantities", _("One parcel holds at most %s different items.") % MAX_ITEMS)
    return contents


def _everything_open(items: Sequence[OrderItem]) -> dict[OrderItem, int]:
    return {item: line_of(item).open for item in items if line_of(item).open}


def _chosen(quantities: Mapping[int, int], items: Sequence[OrderItem]) -> dict[OrderItem, int]:
    by_key = {item.pk: item for item in items}
    chosen: dict[OrderItem, int] = {}
    for key, quantity in quantities.items():
        if quantity:
            item = _shippable(by_key.get(key))
            _check_quantity(item, quantity)
            chosen[item] = quantity
    if not chosen and any(line_of(item).open for item in items):
        raise _Wrong("quantities", _("Choose at least one item."))
    return chosen


def _shippable(item: OrderItem | None) -> OrderItem:
    if item is None:
        raise _Wrong("quantities", _("This item belongs to another order."))
    if item.fulfilment_method != FulfilmentMethod.FBR:
        raise _Wrong("quantities", _("bol ships “%s” itself (FBB).") % item.title)
    return item


def _check_quantity(item: OrderItem, quantity: int) -> None:
    left = line_of(item).open
    if quantity < 0:
        raise _Wrong("quantities", _("A quantity is not negative."))
    if quantity > left:
        reason = ngettext(
            "Only %(left)d of “%(title)s” is open.", "Only %(left)d of “%(title)s” are open.", left
        )
        raise _Wrong("quantities", reason % {"left": left, "title": item.title})


def _take(contents: Mapping[OrderItem, int]) -> None:
    """Count a parcel of this chunk before it is in the database."""
    for item, quantity in contents.items():
        item.own_quantity += quantity  # type: ignore[attr-defined]
        item.unsettled_quantity += quantity  # type: ignore[attr-defined]


def _shipment(parcel: Parcel, by: Any) -> Shipment:
    shipment = Shipment(
        order_id=parcel.order,
        transporter_code=parcel.transporter_code,
        track_and_trace=parcel.track_and_trace,
        created_by=by,
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
