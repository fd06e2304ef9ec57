"""What the first cell of a line means: an order, one item of an order, or a parcel that left already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from connections.models import Connection
from orders.models import Order, OrderItem, Shipment
from orders.parcel_lists.reading import Line

Target = Order | OrderItem | Shipment


class NotFound(ValueError):
    """A line that means nothing here: the column that is wrong and the reason in words."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


class Targets:
    """The orders, items and parcels that these lines may mean; a handful of queries, however many lines there are."""

    def __init__(self, lines: Iterable[Line], connection: Connection | None) -> None:
        self._connection = connection
        self._found: defaultdict[str, list[Target]] = defaultdict(list)
        texts = {line.get("order") for line in lines} - {""}
        ids = texts | {text.upper() for text in texts}
        for order in Order.objects.filter(order_id__in=ids).select_related("connection"):
            self._found[order.order_id.upper()].append(order)
        items = OrderItem.objects.filter(order_item_id__in=ids).select_related("order__connection")
        for item in items:
            self._found[item.order_item_id.upper()].append(item)
        parcels = Shipment.objects.filter(reference__in=ids).select_related("order__connection")
        for parcel in parcels:
            self._found[parcel.reference.upper()].append(parcel)

    def of(self, line: Line) -> Target:
        """Return what a line means. Raises NotFound."""
        text = line.get("order")
        if not text:
            raise NotFound("order", _("The order is missing."))
        found = self._found[text.upper()]
        if not found:
            raise NotFound(
                "order", _("There is no order “%s” here. Is it typed right, and has it been fetched?") % text
            )
        wanted = line.get("connection") or (self._connection.name if self._connection else "")
        return _only(text, _on(found, wanted), found, wanted)


def order_of(target: Target) -> Order:
    """Return the order that a target is or belongs to."""
    return target if isinstance(target, Order) else target.order


def _on(found: Sequence[Target], wanted: str) -> list[Target]:
    return [
        target
        for target in found
        if not wanted or order_of(target).connection.name.casefold() == wanted.casefold()
    ]


def _only(text: str, fitting: Sequence[Target], found: Sequence[Target], wanted: str) -> Target:
    if not fitting:
        facts = {"text": text, "owner": order_of(found[0]).connection, "wanted": wanted}
        raise NotFound(
            "connection", _("“%(text)s” belongs to the connection “%(owner)s”, not to “%(wanted)s”.") % facts
        )
    if len(fitting) > 1:
        raise NotFound(
            "connection",
            _("Several connections have an order “%s”: choose one, or name it in a column “connection”.")
            % text,
        )
    return fitting[0]
