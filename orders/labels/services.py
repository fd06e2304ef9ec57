"""What a merchant does with labels: buy them, say what became of one nobody knows about, ship with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connections.models import MessageState, OutboxMessage
from orders.labels.offering import LabelOffer
from orders.locking import lock_order
from orders.models import LabelChoice, LabelState, Order, OrderItem, ShippingLabel, ShippingLabelLine
from orders.operations.labels import CreateLabel, ask_soon, buy_soon
from orders.packing import CannotPack, Parcel, contents_of
from orders.services import MarkedShipped, mark_shipped
from orders.standing import items_of

BOL = "BOL"


@dataclass(frozen=True)
class LabelRefusal:
    """Why no label is bought for an order: its key and the reason in words."""

    order: int
    reason: str


@dataclass
class Asked:
    """The labels that will be bought, and the orders that get none."""

    labels: list[ShippingLabel] = field(default_factory=list)
    refusals: list[LabelRefusal] = field(default_factory=list)


def buy_labels(
    orders: Iterable[int], choice: str, *, highest_price: Decimal | None = None, by: Any = None
) -> Asked:
    """Have a label bought for all that is open of each of these orders, by their keys.

    What bol offers is asked when it is its turn, and `choice` decides; above `highest_price` (euros, without VAT) none
    is bought. An order that has an unused label, or may have one, gets no second.
    """
    done = Asked()
    for key in dict.fromkeys(orders):
        try:
            done.labels.append(_buy(key, choice, highest_price, by))
        except CannotPack as wrong:
            done.refusals.append(LabelRefusal(key, wrong.reason))
    return done


@transaction.atomic
def buy_chosen(
    order: int, quantities: Mapping[int, int], offer: LabelOffer, *, by: Any = None
) -> ShippingLabel:
    """Have this very offer of bol's bought, for so many of each order item by their keys. Raises CannotPack."""
    label = _make(order, LabelChoice.CHOSEN, None, by, quantities)
    label.move(LabelState.WAITING, **offer.facts())
    buy_soon(label, by)
    return label


@transaction.atomic
def _buy(order: int, choice: str, highest_price: Decimal | None, by: Any) -> ShippingLabel:
    label = _make(order, choice, highest_price, by)
    ask_soon(label, by)
    return label


def _make(
    key: int, choice: str, highest_price: Decimal | None, by: Any, quantities: Mapping[int, int] | None = None
) -> ShippingLabel:
    if not Order.objects.filter(pk=key).exists():
        raise CannotPack("", _("This order does not exist."))
    order = lock_order(key)
    contents = contents_of(Parcel(key, "", quantities=quantities), order, items_of([key])[key])
    check_carried_by_bol(contents)
    _check_no_label_waits(order)
    label = ShippingLabel.objects.create(
        order=order, choice=choice, highest_price=highest_price, created_by=by
    )
    ShippingLabelLine.objects.bulk_create(
        ShippingLabelLine(label=label, item=item, quantity=quantity) for item, quantity in contents.items()
    )
    return label


def check_carried_by_bol(items: Iterable[OrderItem]) -> None:
    """Refuse items that are not sent via bol. Raises CannotPack."""
    others = [item.title for item in items if item.distribution_party != BOL]
    if others:
        raise CannotPack("", _("“%s” is not sent via bol: it needs no label of bol's.") % others[0])


def _check_no_label_waits(order: Order) -> None:
    unused = ShippingLabel.objects.unused().filter(order=order).first()
    if unused:
        raise CannotPack(
            "",
            _("There is a label for this order that is not used yet (%(state)s).")
            % {"state": unused.get_state_display()},
        )


@transaction.atomic
def settle_as_bought(label: ShippingLabel, transporter_code: str, track_and_trace: str, *, by: Any) -> None:
    """Record that a label of which nobody knew is at bol, because this person saw it there.

    Without bol's id of the label its parcel is announced by carrier and code. Raises ValueError for a label that is
    known.
    """
    current = _lock_unknown(label)
    current.move(
        LabelState.READY,
        reason="",
        transporter_code=transporter_code,
        track_and_trace=track_and_trace,
        bought_at=timezone.now(),
    )
    _settle_messages(current)


@transaction.atomic
def settle_as_not_bought(label: ShippingLabel, *, by: Any) -> None:
    """Record that bol never sold a label of which nobody knew, because this person looked; then another can be bought.

    Raises ValueError for a label that is known.
    """
    current = _lock_unknown(label)
    current.move(LabelState.REFUSED, reason=_("%s looked at bol: it was not bought.") % by.get_username())
    _settle_messages(current)


def _lock_unknown(label: ShippingLabel) -> ShippingLabel:
    current = ShippingLabel.objects.get(pk=label.pk)
    current.order = lock_order(current.order_id)
    current.refresh_from_db(fields=["state"])
    if current.state != LabelState.UNKNOWN or not _is_given_up(current):
        raise ValueError("The outcome of this label is known, or being found out.")
    return current


def _is_given_up(label: ShippingLabel) -> bool:
    under_way = OutboxMessage.objects.open().filter(subject=label.subject, operation=CreateLabel.name)
    return not under_way.exists()


def _settle_messages(label: ShippingLabel) -> None:
    failed = OutboxMessage.objects.failed().filter(subject=label.subject, operation=CreateLabel.name)
    failed.update(state=MessageState.SUPERSEDED, settled_at=timezone.now())


def ship_with_labels(labels: Sequence[ShippingLabel], *, by: Any = None) -> MarkedShipped:
    """Record that the parcels of these labels left, and have them announced with their labels."""
    parcels = [
        Parcel(
            label.order_id,
            label.transporter_code,
            label.track_and_trace,
            quantities=label.quantities(),
            label=label.pk,
        )
        for label in labels
    ]
    return mark_shipped(parcels, by=by)
