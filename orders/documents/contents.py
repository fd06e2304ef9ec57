"""What goes into the parcels of chosen orders, and which orders have nothing to pack."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from offers.choices import FulfilmentMethod
from orders.models import Order, OrderItem
from orders.quantities import Line
from orders.standing import items_of, line_of


@dataclass(frozen=True)
class Packed:
    """An item and how many of it."""

    item: OrderItem
    quantity: int

    @property
    def reference(self) -> str:
        """Return the merchant's own name for the article: as bol has it, else as the product has it."""
        offer = self.item.offer
        return self.item.reference or (offer.product.reference if offer else "")


@dataclass(frozen=True)
class Contents:
    """What has to be packed for one order, and what of it needs no packing any more."""

    order: Order
    packed: list[Packed]
    sent_before: list[Packed] = field(default_factory=list)
    cancelled: list[Packed] = field(default_factory=list)

    @property
    def pieces(self) -> int:
        return sum(packed.quantity for packed in self.packed)


@dataclass(frozen=True)
class LeftOut:
    """An order for which there is nothing to print, and why."""

    order: Order
    reason: str


@dataclass
class Choice:
    """The chosen orders, oldest first."""

    contents: list[Contents] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def to_pick(order_keys: Collection[int]) -> Choice:
    """Return what has still to leave for these orders."""
    return _choose(order_keys, _open_contents)


def to_pack(order_keys: Collection[int]) -> Choice:
    """Return what a slip tells of these orders: what has still to leave, else all that left."""
    return _choose(order_keys, _slip_contents)


def _choose(order_keys: Collection[int], look: Callable[[Order, list[OrderItem]], Contents]) -> Choice:
    choice = Choice()
    items = items_of(order_keys)
    prefetch_related_objects([item for group in items.values() for item in group], "offer__product")
    orders = Order.objects.filter(pk__in=order_keys).select_related("connection")
    for order in orders.order_by("placed_at", "pk"):
        own = [item for item in items[order.pk] if item.fulfilment_method == FulfilmentMethod.FBR]
        contents = look(order, own)
        if contents.packed and not order.anonymised_at:
            choice.contents.append(contents)
        else:
            choice.left_out.append(LeftOut(order, _why_nothing(order, own)))
    return choice


def _open_contents(order: Order, items: list[OrderItem]) -> Contents:
    return Contents(
        order,
        packed=_counted(items, lambda line: line.open),
        sent_before=_counted(items, lambda line: line.sent),
        cancelled=_counted(items, lambda line: line.ordered - line.sent - line.open),
    )


def _slip_contents(order: Order, items: list[OrderItem]) -> Contents:
    contents = _open_contents(order, items)
    # A slip of an order that is complete is printed again: it tells what left.
    return contents if contents.packed else Contents(order, contents.sent_before, [], contents.cancelled)


def _counted(items: list[OrderItem], count: Callable[[Line], int]) -> list[Packed]:
    counted = [Packed(item, count(line_of(item))) for item in items]
    return [packed for packed in counted if packed.quantity > 0]


def _why_nothing(order: Order, own: list[OrderItem]) -> str:
    if order.anonymised_at:
        return _("Its name and address were removed.")
    if not own:
        return _("bol ships this order itself (FBB).")
    if order.status in {Order.Status.CANCELLED, Order.Status.CANCELLING}:
        return _("Everything in it was cancelled.")
    return _("Nothing of this order is open any more.")
