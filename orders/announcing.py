"""Tells bol that a parcel left, after a look at the order, and finds out whether bol was told. HTTP only.

What these functions take and return is plain data, for they run in a thread without a database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from connections import bol
from connections.operations import NothingSent, Refused

Quantities = Mapping[str, int]
Items = Mapping[str, bol.OrderItem]


@dataclass(frozen=True)
class Announcement:
    """A parcel as bol is told of it; quantities by order item id.

    `claimed` is how many of each item all our parcels hold together, this one included; `others` are our other parcels
    of the order by their reference. `shipped_before` is what bol counted as shipped when it was found that an earlier
    attempt had no effect; None where there was none. With a `shipping_label_id` bol knows the transport by itself.
    """

    order_id: str
    reference: str
    transporter_code: str
    track_and_trace: str
    quantities: Quantities
    claimed: Quantities = field(default_factory=dict)
    others: Mapping[str, Quantities] = field(default_factory=dict)
    shipped_before: Quantities | None = None
    shipping_label_id: str = ""


@dataclass(frozen=True)
class Found:
    """What bol has of a parcel.

    `shipment` is the one with our reference, if it is there. `is_covered` tells that bol counts everything we shipped
    of these items as shipped and waits for nothing more. `is_explained` tells that every piece bol counts as shipped is
    in a shipment we could read; None where bol's shipments have to be read to tell. `items` are the items of the order
    by id.
    """

    shipment: bol.ReducedShipment | None
    is_covered: bool
    is_explained: bool | None
    items: Items


def announce(client: bol.Client, parcel: Announcement) -> bol.ProcessStatus | Found:
    """Announce the parcel, unless bol has it already.

    Raises:
        NothingSent: the order could not be read first.
        OutcomeUnknown: something was shipped since an earlier attempt was found to have had no effect.
        Refused: the order at bol no longer holds what is in the parcel.
    """
    found = _look_first(client, parcel)
    if found.is_covered:
        return found
    stop_at_a_late_effect(found.items, parcel)
    refuse_what_is_gone(found.items, parcel)
    return client.shipments.create(
        [bol.ShipmentItem(item_id, quantity) for item_id, quantity in parcel.quantities.items()],
        reference=parcel.reference,
        transport=None if parcel.shipping_label_id else _transport(parcel),
        shipping_label_id=parcel.shipping_label_id or None,
    )


def _transport(parcel: Announcement) -> bol.Transport:
    return bol.Transport(parcel.transporter_code, parcel.track_and_trace or None)


def _look_first(client: bol.Client, parcel: Announcement) -> Found:
    try:
        return look_at_order(client, parcel)
    except bol.BolError as error:
        raise NothingSent(error) from error


def look_at_order(client: bol.Client, parcel: Announcement) -> Found:
    """Read what the order tells of a parcel: mostly enough, and bol lets orders be read sixty times as often."""
    items = _items(client.orders.get(parcel.order_id))
    nothing_shipped = all(
        item_id in items and not items[item_id].quantity_shipped for item_id in parcel.quantities
    )
    return Found(None, is_covered(items, parcel), is_explained=nothing_shipped or None, items=items)


def look_up(client: bol.Client, parcel: Announcement) -> Found:
    """Read in bol's shipments what became of a parcel that the order alone does not tell of."""
    # The list first: a shipment made between the two requests must not look explained.
    listed = client.shipments.list(order_id=parcel.order_id)
    items = _items(client.orders.get(parcel.order_id))
    ours = next((shipment for shipment in listed if shipment.shipment_reference == parcel.reference), None)
    if ours or is_covered(items, parcel):
        return Found(ours, is_covered=True, is_explained=True, items=items)
    readable = _readable_quantities(client, parcel, listed)
    explained = all(
        item_id in items and items[item_id].quantity_shipped == readable[item_id]
        for item_id in parcel.quantities
    )
    return Found(None, is_covered=False, is_explained=explained, items=items)


def is_covered(items: Items, parcel: Announcement) -> bool:
    """Tell whether bol waits for none of these items and counts at least what we shipped of them."""
    return all(
        item_id in items and not _open(items[item_id]) and items[item_id].quantity_shipped >= claimed
        for item_id, claimed in (dict(parcel.quantities) | dict(parcel.claimed)).items()
    )


def stop_at_a_late_effect(items: Items, parcel: Announcement) -> None:
    """Raise OutcomeUnknown where bol counts more as shipped than when an earlier attempt was found to be without effect."""
    before = parcel.shipped_before
    if before is not None and before != shipped_of(items, parcel.quantities):
        raise bol.OutcomeUnknown(_("bol counts more of this order as shipped than a moment ago."))


def shipped_of(items: Items, wanted: Iterable[str]) -> dict[str, int]:
    """Return how many of these items bol counts as shipped, by order item id."""
    return {item_id: items[item_id].quantity_shipped for item_id in wanted if item_id in items}


def refuse_what_is_gone(items: Items, parcel: Announcement) -> None:
    """Raise Refused where bol no longer waits for what is in the parcel."""
    for item_id, quantity in parcel.quantities.items():
        item = items.get(item_id)
        if item is None:
            raise Refused(_("bol no longer shows item %s in this order.") % item_id, _advice())
        if quantity > _open(item):
            raise Refused(_reason(item, quantity), _advice())


def _reason(item: bol.OrderItem, quantity: int) -> str:
    title = (item.product and item.product.title) or item.order_item_id
    facts = {"title": title, "quantity": quantity, "open": _open(item), "cancelled": item.quantity_cancelled}
    if item.quantity_cancelled:
        return (
            _(
                "%(cancelled)d of “%(title)s” was cancelled before the parcel could be announced: it holds %(quantity)d, "
                "bol waits for %(open)d."
            )
            % facts
        )
    return _("The parcel holds %(quantity)d of “%(title)s”, bol waits for %(open)d.") % facts


def _advice() -> str:
    return _(
        "bol was not told. If the parcel has left, get it back or settle it with the customer; what is still open can "
        "be marked shipped again."
    )


def _readable_quantities(
    client: bol.Client, parcel: Announcement, listed: list[bol.ReducedShipment]
) -> Counter[str]:
    """Count what the shipments of this order hold: ours as we packed them, others as bol tells."""
    total: Counter[str] = Counter()
    for shipment in listed:
        packed = parcel.others.get(shipment.shipment_reference or "")
        total.update(
            packed if packed is not None else _quantities(client.shipments.get(shipment.shipment_id))
        )
    return total


def _quantities(shipment: bol.Shipment) -> Quantities:
    return {item.order_item_id: item.quantity_shipped or 0 for item in shipment.shipment_items}


def _items(order: bol.Order) -> dict[str, bol.OrderItem]:
    return {item.order_item_id: item for item in order.order_items}


def _open(item: bol.OrderItem) -> int:
    return item.quantity - item.quantity_shipped - item.quantity_cancelled
