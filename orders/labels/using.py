"""Puts a label on a parcel: it is for that order and those articles, and for one parcel only."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _

from orders.models import LabelState, OrderItem, Shipment, ShipmentState, ShippingLabel
from orders.packing import CannotPack, Parcel


def lock_labels(keys: Collection[int]) -> dict[int, ShippingLabel]:
    """Lock these labels for the rest of this transaction, and return them by key."""
    locked = ShippingLabel.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    return {label.pk: label for label in locked.select_related("shipment").prefetch_related("lines")}


def check_usable(
    parcel: Parcel, contents: Mapping[OrderItem, int], labels: Mapping[int, ShippingLabel]
) -> None:
    """Refuse a parcel whose label is for something else, is not there yet, or is on another parcel.

    Raises:
        CannotPack: with the field and the reason.
    """
    label = labels.get(parcel.label or 0)
    if label is None or label.order_id != parcel.order:
        raise CannotPack("label", _("This label is for another order."))
    if label.state not in (LabelState.BOUGHT, LabelState.READY):
        raise CannotPack("label", _("This label is not bought: %s.") % label.get_state_display())
    if is_used(label):
        raise CannotPack("label", _("This label is on another parcel already."))
    if label.quantities() != {item.pk: quantity for item, quantity in contents.items()}:
        raise CannotPack("label", _("This label was bought for other articles or another number of them."))


def is_used(label: ShippingLabel) -> bool:
    """Tell whether a label is on a parcel that bol did not refuse."""
    return label.shipment is not None and label.shipment.state != ShipmentState.REFUSED


def attach(shipments: Mapping[int, Shipment], labels: Mapping[int, ShippingLabel]) -> None:
    """Note on which parcel each label is, by the key of the label."""
    for key, shipment in shipments.items():
        labels[key].shipment = shipment
        labels[key].save(update_fields=["shipment"])
