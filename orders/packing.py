"""What goes into a parcel, and why it cannot: the rules of bol's and of our own that are checked before it is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers.choices import FulfilmentMethod
from orders.models import Order, OrderItem
from orders.models.shipment import REFERENCE_MAX_LENGTH, TRACK_AND_TRACE_MAX_LENGTH
from orders.standing import line_of
from orders.track_and_trace import what_is_wrong
from orders.transporters import transporters

MAX_ITEMS = 100

Contents = dict[OrderItem, int]


@dataclass(frozen=True)
class Parcel:
    """A parcel that left for one order.

    `order` is the order's key. `quantities` maps keys of order items to how many are in the parcel; without it the
    parcel holds everything that is open. `reference` is made up where it is empty. `despite_request` tells that it left
    although the customer had asked to cancel. `label` is the key of a shipping label that is on it.
    """

    order: int
    transporter_code: str
    track_and_trace: str = ""
    quantities: Mapping[int, int] | None = None
    reference: str = ""
    despite_request: bool = False
    label: int | None = None


class CannotPack(ValueError):
    """A parcel that is not recorded: the field that is wrong ("" for the order itself) and the reason in words."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


def check_label(parcel: Parcel, taken: set[str]) -> None:
    """Refuse what bol would refuse about carrier, track and trace, and reference; `taken` are references in use.

    Raises:
        CannotPack: with the field and the reason.
    """
    _check_code(parcel.track_and_trace)
    _check_carrier(parcel)
    if len(parcel.reference) > REFERENCE_MAX_LENGTH:
        raise CannotPack("reference", _("At most %s characters.") % REFERENCE_MAX_LENGTH)
    if parcel.reference in taken:
        raise CannotPack("reference", _("A parcel with this reference was marked shipped before."))


def _check_code(code: str) -> None:
    if wrong := what_is_wrong(code):
        raise CannotPack("track_and_trace", wrong)
    if len(code) > TRACK_AND_TRACE_MAX_LENGTH:
        raise CannotPack("track_and_trace", _("At most %s characters.") % TRACK_AND_TRACE_MAX_LENGTH)


def _check_carrier(parcel: Parcel) -> None:
    has_code = bool(parcel.track_and_trace.strip())
    transporter = transporters().get(parcel.transporter_code)
    if not parcel.transporter_code and has_code:
        raise CannotPack("transporter_code", _("Choose a carrier: the code does not tell which one it is."))
    if not parcel.transporter_code:
        raise CannotPack(
            "track_and_trace", _("Type the track and trace code, or choose a carrier without one.")
        )
    if transporter is None:
        raise CannotPack("transporter_code", _("bol knows no carrier “%s”.") % parcel.transporter_code)
    if transporter.is_traced and not has_code:
        raise CannotPack("track_and_trace", _("%s needs a track and trace code.") % transporter.name)


def contents_of(parcel: Parcel, order: Order | None, items: Sequence[OrderItem]) -> Contents:
    """Return what is in a parcel; `items` are those of its order, read `with_parcels()`.

    Raises:
        CannotPack: with the field and the reason.
    """
    if order is None:
        raise CannotPack("", _("This order does not exist."))
    own = [item for item in items if item.fulfilment_method == FulfilmentMethod.FBR]
    if not own:
        raise CannotPack("", _("bol ships this order itself (FBB)."))
    contents = everything_open(own) if parcel.quantities is None else _chosen(parcel.quantities, items)
    if not contents:
        raise CannotPack("", why_nothing_is_open(own))
    if len(contents) > MAX_ITEMS:
        raise CannotPack("quantities", _("One parcel holds at most %s different items.") % MAX_ITEMS)
    if not parcel.despite_request:
        _check_wishes(contents)
    return contents


def everything_open(items: Sequence[OrderItem]) -> Contents:
    """Return how many of each item are still to be put in a parcel of ours."""
    own = (item for item in items if item.fulfilment_method == FulfilmentMethod.FBR)
    return {item: line_of(item).open for item in own if line_of(item).open}


def take(contents: Contents) -> None:
    """Count a parcel among the items' own before it is in the database, so that the next one leaves its contents alone."""
    for item, quantity in contents.items():
        item.own_quantity += quantity  # type: ignore[attr-defined]
        item.unsettled_quantity += quantity  # type: ignore[attr-defined]


def in_words(contents: Mapping[OrderItem, int]) -> str:
    """Return what is in a parcel as people write it."""
    return ", ".join(f"{quantity} × {item.title or item.ean}" for item, quantity in contents.items())  # noqa: RUF001


def why_nothing_is_open(items: Sequence[OrderItem]) -> str:
    """Return why nothing of an order can be put in a parcel."""
    lines = [(item, line_of(item)) for item in items]
    cancelling = [item.title for item, line in lines if line.is_cancelling and line.open_at_bol]
    cancelled = [item.title for item, line in lines if line.cancelled]
    if cancelling:
        return _("%s is being cancelled: do not send it.") % _quoted(cancelling)
    if cancelled and not any(line.shipped or line.own for _item, line in lines):
        return _("%s was cancelled: do not send it. If the parcel has left, get it back.") % _quoted(
            cancelled
        )
    return _("Nothing of this order is open any more: everything was marked shipped before.")


def _quoted(titles: Sequence[str]) -> str:
    return ", ".join(f"“{title}”" for title in titles)


def _chosen(quantities: Mapping[int, int], items: Sequence[OrderItem]) -> Contents:
    by_key = {item.pk: item for item in items}
    chosen: Contents = {}
    for key, quantity in quantities.items():
        if quantity:
            item = _shippable(by_key.get(key))
            _check_quantity(item, quantity)
            chosen[item] = quantity
    if not chosen and any(line_of(item).open for item in items):
        raise CannotPack("quantities", _("Choose at least one item."))
    return chosen


def _shippable(item: OrderItem | None) -> OrderItem:
    if item is None:
        raise CannotPack("quantities", _("This item belongs to another order."))
    if item.fulfilment_method != FulfilmentMethod.FBR:
        raise CannotPack("quantities", _("bol ships “%s” itself (FBB).") % item.title)
    return item


def _check_quantity(item: OrderItem, quantity: int) -> None:
    line = line_of(item)
    if quantity < 0:
        raise CannotPack("quantities", _("A quantity is not negative."))
    if quantity > line.open:
        raise CannotPack("quantities", _too_many(item))


def _too_many(item: OrderItem) -> str:
    line = line_of(item)
    facts = {"left": line.open, "title": item.title, "cancelled": line.cancelled}
    if line.is_cancelling:
        return _("“%(title)s” is being cancelled: do not send it.") % facts
    if line.cancelled:
        return (
            _("%(cancelled)d of “%(title)s” was cancelled: only %(left)d may be sent. Check the parcel.")
            % facts
        )
    return (
        ngettext("Only %(left)d of “%(title)s” is open.", "Only %(left)d of “%(title)s” are open.", line.open)
        % facts
    )


def _check_wishes(contents: Contents) -> None:
    asked = [item.title for item in contents if item.cancellation_requested]
    if asked:
        reason = _("The customer asked to cancel %s. Accept that, or say that you ship it anyway.")
        raise CannotPack("despite_request", reason % _quoted(asked))
