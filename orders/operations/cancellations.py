"""Tells bol to cancel an item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections import bol
from connections.models import OutboxMessage
from connections.operations import (
    Call,
    CannotSend,
    NothingSent,
    NothingToSend,
    Operation,
    Preparation,
    Refused,
    Verdict,
    register,
)
from orders.locking import lock_order
from orders.models import Cancellation, CancellationState
from orders.noting import fetch_soon
from orders.standing import items_of, line_of, update_standing

PUT_CANCELLATION = ("PUT", "/retailer/orders/cancellation")


@register
class CancelOrder(Operation):
    """Has bol cancel what is open of an item, once (Retailer API v10, Orders).

    bol says in the order itself whether it happened: nothing of the item is open, and more of it counts as cancelled
    than before.
    """

    name = "CANCEL_ORDER"
    label = gettext_lazy("Cancel an item")
    effect = bol.Effect.ONCE

    def prepare(self, messages: Sequence[OutboxMessage]) -> Preparation:
        cancellation = _locked(messages)
        if cancellation.state == CancellationState.CONFIRMED:
            return NothingToSend()
        _move(cancellation, CancellationState.UNKNOWN)
        send = partial(cancel, wanted=_wanted(cancellation))
        return Call((_get_order(cancellation), PUT_CANCELLATION), send)

    def accept(self, messages: Sequence[OutboxMessage], status: bol.ProcessStatus) -> None:
        _move(_locked(messages), CancellationState.SENT)

    def confirm(self, messages: Sequence[OutboxMessage], answer: Any) -> None:
        cancellation = _locked(messages)
        _move(cancellation, CancellationState.CONFIRMED, answer="", confirmed_at=timezone.now())
        _fetch(cancellation)

    def withdraw(self, messages: Sequence[OutboxMessage]) -> None:
        _move(_locked(messages), CancellationState.WAITING)

    def refuse(
        self, messages: Sequence[OutboxMessage], reason: str, error: bol.BolError | None = None
    ) -> None:
        cancellation = _locked(messages)
        _move(cancellation, CancellationState.REFUSED, answer=reason)
        _fetch(cancellation)

    def advise(self, error: bol.BolError) -> str:
        return _(
            "The item is open again: ship it, or look it up in bol's own screens and cancel it once more."
        )

    def recheck_refusal(self, messages: Sequence[OutboxMessage], status: bol.ProcessStatus) -> bool:
        # bol also refuses what it has cancelled already, and its texts are not to be relied on.
        return True

    def verify(self, messages: Sequence[OutboxMessage]) -> Preparation:
        cancellation = _locked(messages)
        if cancellation.state == CancellationState.REFUSED and not _still_stands_alone(cancellation):
            return CannotSend(
                _("This item has been shipped or cancelled anew meanwhile."),
                _("Nothing needs to be done for this cancellation."),
            )
        _move(cancellation, CancellationState.UNKNOWN)
        look = partial(look_at_item, wanted=_wanted(cancellation))
        return Call((_get_order(cancellation),), look)

    def judge(self, messages: Sequence[OutboxMessage], answer: Any) -> Verdict | Call:
        wanted, item = _wanted(_locked(messages)), cast("bol.OrderItem | None", answer)
        if item is None:
            return Verdict.CANNOT_TELL
        return Verdict.HAPPENED if is_cancelled(item, wanted) else Verdict.DID_NOT_HAPPEN


# HTTP only: these run in a thread without a database --------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """The item to cancel, as bol is told; `cancelled_before` is how many of it were cancelled already."""

    order_id: str
    order_item_id: str
    reason_code: str
    cancelled_before: int


def cancel(client: bol.Client, wanted: Wanted) -> bol.ProcessStatus | bol.OrderItem:
    """Cancel the item, unless bol has cancelled it already; then the item is returned.

    Raises:
        NothingSent: the order could not be read first.
        Refused: nothing of the item is open, for it was shipped.
    """
    try:
        item = look_at_item(client, wanted)
    except bol.BolError as error:
        raise NothingSent(error) from error
    if item is None:
        raise Refused(_("bol no longer shows this item in its order."), _look_it_up())
    if is_cancelled(item, wanted):
        return item
    if not _open(item):
        raise Refused(_already_shipped(item), _("Handle it as a return when the customer sends it back."))
    return client.orders.cancel(wanted.order_item_id, wanted.reason_code)


def look_at_item(client: bol.Client, wanted: Wanted) -> bol.OrderItem | None:
    """Read the item in its order; None where the order does not show it."""
    items = client.orders.get(wanted.order_id).order_items
    return next((item for item in items if item.order_item_id == wanted.order_item_id), None)


def is_cancelled(item: bol.OrderItem, wanted: Wanted) -> bool:
    """Tell whether bol waits for nothing more of the item and cancelled some of it since we decided to."""
    return not _open(item) and item.quantity_cancelled > wanted.cancelled_before


def _open(item: bol.OrderItem) -> int:
    return item.quantity - item.quantity_shipped - item.quantity_cancelled


def _already_shipped(item: bol.OrderItem) -> str:
    return _("bol counts %(shipped)d of %(quantity)d as shipped: nothing of this item is open any more.") % {
        "shipped": item.quantity_shipped,
        "quantity": item.quantity,
    }


def _look_it_up() -> str:
    return _("bol was not told. Look the order up in bol's own screens.")


# The database ------------------------------------------------------------------------------------------


def _locked(messages: Sequence[OutboxMessage]) -> Cancellation:
    cancellation = Cancellation.objects.select_related("item").get(pk=messages[0].subject_pk)
    cancellation.item.order = lock_order(cancellation.item.order_id)
    cancellation.refresh_from_db(fields=["state"])
    return cancellation


def _move(cancellation: Cancellation, state: CancellationState, **changes: object) -> None:
    cancellation.move(state, **changes)
    update_standing([cancellation.item.order_id])


def _fetch(cancellation: Cancellation) -> None:
    order = cancellation.item.order
    fetch_soon(order.connection, [order.order_id])


def _get_order(cancellation: Cancellation) -> tuple[str, str]:
    return "GET", f"/retailer/orders/{cancellation.item.order.order_id}"


def _wanted(cancellation: Cancellation) -> Wanted:
    item = cancellation.item
    return Wanted(
        item.order.order_id, item.order_item_id, cancellation.reason_code, cancellation.cancelled_before
    )


def _still_stands_alone(cancellation: Cancellation) -> bool:
    item = next(
        item
        for item in items_of([cancellation.item.order_id])[cancellation.item.order_id]
        if item.pk == cancellation.item_id
    )
    line = line_of(item)
    return not line.unsettled and not line.is_cancelling
