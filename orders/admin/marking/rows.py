"""The orders on the page on which parcels are marked shipped, and what was typed about each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from orders.admin.marking.forms import PREFIX, ParcelForm
from orders.models import Order, OrderItem
from orders.packing import CannotPack, everything_open, in_words
from orders.proposing import Proposal, choose_carrier, propose_parcel
from orders.standing import items_of, line_of

# So many parcels of one order nobody packs at once.
MOST_PARCELS = 50


@dataclass
class Row:
    """One order on the page: its items as they were read, and a form for each of its parcels."""

    order: Order
    items: list[OrderItem]
    forms: list[ParcelForm]

    @property
    def contents(self) -> str:
        """Return what is open, in words."""
        return in_words(everything_open(self.items))

    @property
    def units(self) -> int:
        return sum(everything_open(self.items).values())

    @property
    def is_asked_to_cancel(self) -> bool:
        return any(item.cancellation_requested for item in everything_open(self.items))

    @property
    def what_is_cancelled(self) -> str:
        """Return what must not be sent, in words."""
        return what_is_cancelled(self.items)

    @property
    def has_errors(self) -> bool:
        return any(form.errors for form in self.forms)


def read_rows(keys: Collection[int], data: Any = None, *, despite_request: bool = False) -> list[Row]:
    """Return these orders, oldest first; `data` is what was typed, for forms that are sent in.

    One order can be packed in parts, in `parcels` parcels.
    """
    orders = Order.objects.filter(pk__in=keys).select_related("connection").order_by("placed_at", "pk")
    items = items_of(keys)
    in_parts = "in_parts" in data if data else len(keys) == 1
    parcels = _count(data) if in_parts else 1
    return [
        Row(
            order,
            items[order.pk],
            _forms(order, items[order.pk], data, parcels if in_parts else 0, despite_request),
        )
        for order in orders
    ]


def propose_rows(rows: Sequence[Row], chosen: str, usual: str) -> list[tuple[ParcelForm, Proposal]]:
    """Work out the parcels of these orders; what cannot be recorded is said in its form."""
    return [found for row in rows for found in _propose_row(row, chosen, usual)]


def what_is_cancelled(items: Sequence[OrderItem]) -> str:
    """Return which items must not be sent because they were cancelled, or are being cancelled; in words."""
    lines = [(item, line_of(item)) for item in items]
    gone = {item: line.open_at_bol if line.is_cancelling else line.cancelled for item, line in lines}
    return in_words({item: quantity for item, quantity in gone.items() if quantity})


def _propose_row(row: Row, chosen: str, usual: str) -> Iterator[tuple[ParcelForm, Proposal]]:
    valid = [form for form in row.forms if form.is_valid()]
    filled = [form for form in valid if not (form.is_left_blank and len(row.forms) > 1)]
    for form in filled or valid:
        parcel = form.parcel(despite_request=False)
        carrier = choose_carrier(form.cleaned_data["transporter"] or chosen, parcel.track_and_trace, usual)
        try:
            yield form, propose_parcel(parcel, row.order, row.items, carrier=carrier, taken=set())
        except CannotPack as wrong:
            form.refuse(wrong)


def _forms(
    order: Order, items: Sequence[OrderItem], data: Any, parcels: int, despite_request: bool
) -> list[ParcelForm]:
    if not parcels:
        form = ParcelForm(order, [], data)
        form.initial["despite_request"] = despite_request
        return [form]
    shown = [item for item in items if item in everything_open(items) or _was_typed(order, item, data)]
    forms = [ParcelForm(order, shown, data, number) for number in range(1, parcels + 1)]
    for form in forms:
        form.initial["despite_request"] = despite_request
    return forms


def _was_typed(order: Order, item: OrderItem, data: Any) -> bool:
    """Whether a quantity was typed for an item, which may be closed by now: then that has to be said."""
    return any(
        name.startswith(f"order-{order.pk}-") and name.endswith(f"-{PREFIX}{item.pk}") for name in data or ()
    )


def _count(data: Any) -> int:
    text = data.get("parcels", "1") if data else "1"
    return min(max(int(text), 1), MOST_PARCELS) if text.isdecimal() and len(text) < 4 else 1


def keys_in(texts: Sequence[str]) -> list[int]:
    """Return the keys among these texts; what is no key is left out."""
    return [int(text) for text in texts if text.isdecimal() and len(text) < 19]
