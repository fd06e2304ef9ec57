"""What a merchant does with returns: say what became of an article, and create a return nobody announced."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections import outbox
from connections.models import Connection, Lane
from connections.outbox import Note
from offers.choices import FulfilmentMethod
from orders.locking import lock_order
from orders.models import HandlingResult, OrderItem, ReturnCreation, ReturnHandling, ReturnItem
from orders.models.returned import UNSETTLED, CommandState
from orders.operations.returns import CreateReturn, HandleReturn

CHUNK = 200
# bol takes a return that nobody announced for so long after shipping (Retailer API v10, Returns).
CREATED_WITHIN = timedelta(days=90)


@dataclass(frozen=True)
class Decision:
    """What became of a return item, by its key: bol's handling result, and of how many units."""

    item: int
    handling_result: str
    quantity: int


@dataclass(frozen=True)
class ReturnRefusal:
    """Why a decision was not recorded: the key of the row, the field that is wrong ("" for the row), the reason."""

    key: int
    field: str
    reason: str


@dataclass
class Handled:
    """The handlings that were recorded, and the decisions that were not."""

    handlings: list[ReturnHandling] = field(default_factory=list)
    refusals: list[ReturnRefusal] = field(default_factory=list)


class Wrong(Exception):
    """What a person asked for cannot be: the field and the reason in words."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


def handle_returns(decisions: Sequence[Decision], *, by: Any = None) -> Handled:
    """Record what became of returned articles and have bol told; each is recorded or refused by itself.

    An article that was handled before gets another result instead (Retailer API v10, Returns).
    """
    done = Handled()
    for start in range(0, len(decisions), CHUNK):
        _handle_chunk(decisions[start : start + CHUNK], by, done)
    return done


@transaction.atomic
def create_return(item: OrderItem, quantity: int, handling_result: str, *, by: Any = None) -> ReturnCreation:
    """Record a return for a customer who announced none, and have bol told, which e-mails the customer.

    Raises Wrong.
    """
    order = lock_order(item.order_id)
    item.refresh_from_db()
    _check_creation(item, quantity, handling_result)
    creation = ReturnCreation.objects.create(
        order_item=item, quantity=quantity, handling_result=handling_result, created_by=by
    )
    note = Note(CreateReturn.name, creation.subject, Lane.RETURNS)
    outbox.enqueue(order.connection, note, by=by)
    return creation


def returnable_quantity(item: OrderItem) -> int:
    """Return how many units of an order item can still come back: shipped, and not on their way back."""
    announced = item.return_items.aggregate(sum=Sum("expected_quantity"))["sum"] or 0
    unheard = item.return_creations.filter(~Q(state=CommandState.REFUSED)).exclude(
        return_id__in=item.return_items.values("parcel__return_id")
    )
    made = unheard.aggregate(sum=Sum("quantity"))["sum"] or 0
    return max(0, item.quantity_shipped - announced - made)


def why_not_handled(item: ReturnItem) -> str:
    """Return why nothing can be said about a return item now, "" where something can."""
    if item.parcel.fulfilment_method != FulfilmentMethod.FBR:
        return _("bol handles this return itself (FBB).")
    if item.handlings.filter(state__in=UNSETTLED).exists():
        return _("bol is being told already; change it when bol has answered.")
    return ""


@transaction.atomic
def _handle_chunk(decisions: Sequence[Decision], by: Any, done: Handled) -> None:
    keys = [decision.item for decision in decisions]
    locked = ReturnItem.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    items = {item.pk: item for item in locked.select_related("parcel__connection")}
    handlings: dict[int, ReturnHandling] = {}
    for decision in decisions:
        try:
            item = _checked(decision, items, handlings)
        except Wrong as wrong:
            done.refusals.append(ReturnRefusal(decision.item, wrong.field, wrong.reason))
            continue
        handlings[item.pk] = ReturnHandling(
            item=item,
            handling_result=decision.handling_result,
            quantity=decision.quantity,
            results_before=item.results,
            created_by=by,
        )
    done.handlings += _record(list(handlings.values()), by)


def _checked(
    decision: Decision, items: Mapping[int, ReturnItem], taken: Mapping[int, ReturnHandling]
) -> ReturnItem:
    item = items.get(decision.item)
    if item is None or item.pk in taken:
        raise Wrong("", _("This return does not exist, or is here twice."))
    reason = why_not_handled(item)
    if reason:
        raise Wrong("", reason)
    if decision.handling_result not in HandlingResult:
        raise Wrong("handling_result", _("bol knows no result “%s”.") % decision.handling_result)
    _check_quantity(decision.quantity, item.expected_quantity)
    return item


def _check_quantity(quantity: int, most: int) -> None:
    if not 1 <= quantity <= most:
        text = ngettext(
            "A number from 1 to %d: so many come back.", "A number from 1 to %d: so many come back.", most
        )
        raise Wrong("quantity", text % most)


def _record(handlings: Sequence[ReturnHandling], by: Any) -> list[ReturnHandling]:
    made = ReturnHandling.objects.bulk_create(handlings)
    notes: dict[Connection, list[Note]] = defaultdict(list)
    for handling in made:
        note = Note(HandleReturn.name, handling.subject, Lane.RETURNS)
        notes[handling.item.parcel.connection].append(note)
    for connection, batch in notes.items():
        outbox.enqueue_many(connection, batch, by=by)
    return made


def _check_creation(item: OrderItem, quantity: int, handling_result: str) -> None:
    if item.fulfilment_method != FulfilmentMethod.FBR:
        raise Wrong("", _("bol handles the returns of what it ships itself (FBB)."))
    if handling_result not in dict(HandlingResult.for_created()):
        raise Wrong("handling_result", _("A created return cannot have the result “%s”.") % handling_result)
    left = returnable_quantity(item)
    if not left:
        raise Wrong(
            "", _("Nothing of “%s” can come back: it was not shipped, or is returned already.") % item.title
        )
    _check_quantity(quantity, left)
    last = _last_shipped_at(item)
    if last and timezone.now() - last > CREATED_WITHIN:
        raise Wrong(
            "", _("bol takes a return that nobody announced for 90 days after shipping; this was longer ago.")
        )


def _last_shipped_at(item: OrderItem) -> datetime | None:
    moment: datetime | None = item.shipment_items.aggregate(last=Max("shipment__shipped_at"))["last"]
    return moment


def created_returns(items: Iterable[OrderItem]) -> list[ReturnCreation]:
    """Return the returns that we created for these order items, newest first."""
    found = ReturnCreation.objects.filter(order_item__in=items)
    return list(found.select_related("order_item", "created_by"))
