"""Asks bol what a label costs, buys it once, and fetches its PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections import bol, outbox
from connections.models import Lane, MessageState, OutboxMessage
from connections.operations import Call, CannotSend, NothingToSend, Operation, Preparation, register
from connections.outbox import Note
from orders.labels.choosing import NoLabel, choose
from orders.labels.offering import LabelOffer
from orders.locking import lock_order
from orders.models import LabelDocument, LabelState, ShippingLabel

POST_OPTIONS = ("POST", "/retailer/shipping-labels/delivery-options")
POST_LABEL = ("POST", "/retailer/shipping-labels")

Quantities = Mapping[str, int]


class _AboutLabel(Operation):
    """What the operations about a label have in common."""

    def withdraw(self, messages: Sequence[OutboxMessage]) -> None:
        label = _locked(messages)
        if label.state in (LabelState.SENT, LabelState.UNKNOWN):
            label.move(LabelState.WAITING)

    def refuse(
        self, messages: Sequence[OutboxMessage], reason: str, error: bol.BolError | None = None
    ) -> None:
        _locked(messages).move(LabelState.REFUSED, reason=reason)


@register
class ChooseLabel(_AboutLabel):
    """Asks bol what it would cost to carry a parcel, and takes one of its offers. It costs nothing."""

    name = "GET_DELIVERY_OPTIONS"
    label = gettext_lazy("Ask what a label costs")
    effect = bol.Effect.ABSOLUTE

    def prepare(self, messages: Sequence[OutboxMessage]) -> Preparation:
        label = _locked(messages)
        if label.state != LabelState.WAITING:
            return NothingToSend()
        return Call((POST_OPTIONS,), partial(read_options, quantities=_quantities(label)))

    def confirm(self, messages: Sequence[OutboxMessage], answer: Any) -> None:
        label, options = _locked(messages), cast("list[bol.DeliveryOption]", answer)
        try:
            option = choose(options, label.choice, label.highest_price)
        except NoLabel as reason:
            label.move(LabelState.REFUSED, reason=str(reason))
            return
        label.move(LabelState.WAITING, **LabelOffer.of(option).facts())
        buy_soon(label)


@register
class CreateLabel(_AboutLabel):
    """Buys a label, once (Retailer API v10, Shipping Labels).

    bol keeps no list of labels and tells of none by what it is for, so nobody can look up whether an unanswered purchase
    happened. It is never repeated: a person looks at bol and says which it was.
    """

    name = "CREATE_SHIPPING_LABEL"
    label = gettext_lazy("Buy a label")
    effect = bol.Effect.ONCE

    def prepare(self, messages: Sequence[OutboxMessage]) -> Preparation:
        label = _locked(messages)
        if label.state != LabelState.WAITING:
            return NothingToSend()
        label.move(LabelState.UNKNOWN)
        send = partial(buy, quantities=_quantities(label), option_id=label.shipping_label_offer_id)
        return Call((POST_LABEL,), send)

    def accept(self, messages: Sequence[OutboxMessage], status: bol.ProcessStatus) -> None:
        _locked(messages).move(LabelState.SENT)

    def confirm(self, messages: Sequence[OutboxMessage], answer: Any) -> None:
        label, status = _locked(messages), cast("bol.ProcessStatus", answer)
        label.move(
            LabelState.BOUGHT,
            reason="",
            bought_at=timezone.now(),
            shipping_label_id=status.entity_id or "",
        )
        fetch_soon(label)

    def refuse(
        self, messages: Sequence[OutboxMessage], reason: str, error: bol.BolError | None = None
    ) -> None:
        is_unknown = any(message.state == MessageState.UNCONFIRMED for message in messages)
        _locked(messages).move(LabelState.UNKNOWN if is_unknown else LabelState.REFUSED, reason=reason)

    def verify(self, messages: Sequence[OutboxMessage]) -> Preparation:
        return CannotSend(
            _("bol did not answer, so nobody knows whether it sold this label: %s") % messages[0].reason,
            _(
                "Look in bol's own screens under your labels. Then say on the page of the label whether it is there, "
                "with its track and trace, or that it was not bought; it is not bought again before that."
            ),
        )


@register
class FetchLabel(_AboutLabel):
    """Fetches the PDF of a label that was bought. bol does not always have it ready at once."""

    name = "GET_SHIPPING_LABEL"
    label = gettext_lazy("Fetch a label")
    effect = bol.Effect.READ

    def prepare(self, messages: Sequence[OutboxMessage]) -> Preparation:
        label = _locked(messages)
        # The PDF shows an address; of an order whose customer was forgotten nobody needs it.
        if label.state != LabelState.BOUGHT or label.order.anonymised_at:
            return NothingToSend()
        path = f"/retailer/shipping-labels/{label.shipping_label_id}"
        return Call((("GET", path),), partial(fetch, label_id=label.shipping_label_id))

    def confirm(self, messages: Sequence[OutboxMessage], answer: Any) -> None:
        label, fetched = _locked(messages), cast("bol.ShippingLabel", answer)
        LabelDocument.objects.update_or_create(label=label, defaults={"pdf": fetched.pdf})
        label.move(
            LabelState.READY,
            reason="",
            transporter_code=fetched.transporter_code or label.transporter_code,
            track_and_trace=fetched.track_and_trace,
        )

    def refuse(
        self, messages: Sequence[OutboxMessage], reason: str, error: bol.BolError | None = None
    ) -> None:
        # It is paid for, whatever happens to its PDF.
        _locked(messages).move(LabelState.BOUGHT, reason=reason)


def ask_soon(label: ShippingLabel, by: Any = None) -> None:
    """Have bol asked what this label costs, and have it bought."""
    _enqueue(ChooseLabel.name, label, by)


def buy_soon(label: ShippingLabel, by: Any = None) -> None:
    """Have the chosen label bought."""
    _enqueue(CreateLabel.name, label, by)


def fetch_soon(label: ShippingLabel) -> None:
    """Have the PDF of a bought label fetched."""
    _enqueue(FetchLabel.name, label, None)


# HTTP only: these run in a thread without a database --------------------------------------------------


def read_options(client: bol.Client, quantities: Quantities) -> list[bol.DeliveryOption]:
    """Read what bol offers for these order items, by their ids."""
    return client.shipping_labels.delivery_options(_items(quantities))


def buy(client: bol.Client, quantities: Quantities, option_id: str) -> bol.ProcessStatus:
    """Buy one of bol's offers."""
    return client.shipping_labels.create(_items(quantities), option_id)


def fetch(client: bol.Client, label_id: str) -> bol.ShippingLabel:
    """Fetch a label; one that is not ready yet counts as not answered, so that it is asked for again."""
    try:
        return client.shipping_labels.get(label_id)
    except bol.NotFound as error:
        raise bol.NotSent(_("bol has not made this label yet.")) from error


def _items(quantities: Quantities) -> list[bol.ShipmentItem]:
    return [bol.ShipmentItem(item_id, quantity) for item_id, quantity in quantities.items()]


# The database ------------------------------------------------------------------------------------------


def _locked(messages: Sequence[OutboxMessage]) -> ShippingLabel:
    label = ShippingLabel.objects.get(pk=messages[0].subject_pk)
    label.order = lock_order(label.order_id)
    label.refresh_from_db(fields=["state"])
    return label


def _quantities(label: ShippingLabel) -> dict[str, int]:
    lines = label.lines.select_related("item")
    return {line.item.order_item_id: line.quantity for line in lines}


def _enqueue(operation: str, label: ShippingLabel, by: Any) -> None:
    outbox.enqueue(label.order.connection, Note(operation, label.subject, Lane.SHIPMENTS), by=by)
