"""Which of an order's items are in which parcel, where a list has several lines about one order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from orders.models import OrderItem
from orders.packing import everything_open
from orders.parcel_lists.reading import Line
from orders.standing import line_of
from orders.track_and_trace import tidy

EAN_LENGTH = 13


class Unclear(ValueError):
    """Lines of which nobody can tell what is in the parcel: the column that is wrong and the reason in words."""

    def __init__(self, lines: Sequence[Line], field: str, reason: str) -> None:
        super().__init__(reason)
        self.lines = lines
        self.field = field
        self.reason = reason


@dataclass
class Share:
    """The lines that are about one parcel; `quantities` by item key is None where it holds all that is open."""

    lines: list[Line] = field(default_factory=list)
    quantities: dict[int, int] | None = None

    @property
    def track_and_trace(self) -> str:
        return tidy(self.lines[0].get("track_and_trace"))

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(line.number for line in self.lines)

    def first(self, column: str) -> str:
        """Return what the lines say in this column, the first of them that says something."""
        return next((text for line in self.lines if (text := line.get(column))), "")


@dataclass(frozen=True)
class Asked:
    """A line, and the item that it is about where its first cell says so."""

    line: Line
    item: OrderItem | None = None


def share(asked: Sequence[Asked], items: Sequence[OrderItem]) -> list[Share]:
    """Return the parcels of one order; lines with the same code and carrier are one parcel.

    Raises:
        Unclear: it cannot be told what is in which parcel.
    """
    shares: defaultdict[tuple[str, str], Share] = defaultdict(Share)
    for one in asked:
        key = (tidy(one.line.get("track_and_trace")), one.line.get("transporter").casefold())
        parcel = shares[key]
        parcel.lines.append(one.line)
        _add(parcel, one, items)
    parcels = list(shares.values())
    if len(parcels) > 1 and any(parcel.quantities is None for parcel in parcels):
        _one_each(parcels, items)
    return parcels


def _add(parcel: Share, asked: Asked, items: Sequence[OrderItem]) -> None:
    quantity = _quantity(asked.line)
    item = asked.item or _named_item(asked.line, items)
    if item is None and quantity is None:
        return
    item = item or _only_item(asked.line, items)
    found = next(known for known in items if known.pk == item.pk)
    parcel.quantities = parcel.quantities or {}
    pieces = line_of(found).open if quantity is None else quantity
    parcel.quantities[found.pk] = parcel.quantities.get(found.pk, 0) + pieces


def _quantity(line: Line) -> int | None:
    text = line.get("quantity")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 5 or int(text) == 0:
        raise Unclear([line], "quantity", _("“%s” is no number of pieces.") % text)
    return int(text)


def _named_item(line: Line, items: Sequence[OrderItem]) -> OrderItem | None:
    text = line.get("item")
    if not text:
        return None
    ean = text.zfill(EAN_LENGTH) if text.isdecimal() else text
    for fits in (
        [item for item in items if item.order_item_id == text],
        [item for item in items if item.ean == ean or item.reference.casefold() == text.casefold()],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise Unclear(
                [line], "item", _("Several items of this order are “%s”: give its order item.") % text
            )
    raise Unclear([line], "item", _("This order has no item “%s”.") % text)


def _only_item(line: Line, items: Sequence[OrderItem]) -> OrderItem:
    open_items = list(everything_open(items)) or list(items)
    if len(open_items) == 1:
        return open_items[0]
    raise Unclear(
        [line], "item", _("This order has several items: say in a column “item” which one is in the parcel.")
    )


def _one_each(parcels: Sequence[Share], items: Sequence[OrderItem]) -> None:
    """Put one piece in each parcel where nothing else is possible: one item, and as many pieces as parcels."""
    contents = everything_open(items)
    is_unsaid = all(parcel.quantities is None for parcel in parcels)
    if not is_unsaid or len(contents) != 1 or sum(contents.values()) != len(parcels):
        lines = [line for parcel in parcels for line in parcel.lines]
        numbers = ", ".join(str(line.number) for line in lines)
        reason = _(
            "Lines %s are parcels of one order: say in columns “item” and “quantity” what is in which."
        )
        raise Unclear(lines, "quantity", reason % numbers)
    [item] = contents
    for parcel in parcels:
        parcel.quantities = {item.pk: 1}
