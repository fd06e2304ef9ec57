"""Tells bol what became of a return, and creates returns; once each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext_lazy

from connections import bol
from connections.models import OutboxMessage
from connections.operations import Call, NothingToSend, Operation, Preparation, Verdict, register
from orders.locking import lock_order
from orders.models import CommandState, ReturnCreation, ReturnHandling, ReturnItem
from orders.returns.noting import read_soon
from orders.returns.storing import results_of

# bol's clock and ours need not agree to the second.
MARGIN = timedelta(minutes=5)


@register
class HandleReturn(Operation):
    """Says what became of a return item (Retailer API v10, Returns).

    Told twice, a part of the units would count twice, so an unanswered one is looked up: bol's results tell whether one
    more of ours is among them than before.
    """

    name = "HANDLE_RETURN_ITEM"
    label = gettext_lazy("Handle a return")
    effect = bol.Effect.ONCE

    def prepare(self, messages: Sequence[OutboxMessage]) -> Preparation:
        handling = _handling(messages)
        if handling.state == CommandState.CONFIRMED:
            return NothingToSend()
        handling.move(CommandState.UNKNOWN)
        send = partial(
            handle,
            rma_id=handling.item.rma_id,
            handling_result=handling.handling_result,
            quantity=handling.quantity,
        )
        return Call((("PUT", f"/retailer/returns/{handling.item.rma_id}"),), send)

    def accept(self, messages: Sequence[OutboxMessage], status: bol.ProcessStatus) -> None:
        _handling(messages).move(CommandState.SENT)

    def confirm(self, messages: Sequence[OutboxMessage], answer: Any) -> None:
        handling = _handling(messages)
        handling.move(CommandState.CONFIRMED, answer="", confirmed_at=timezone.now())
        _read_again(handling.item)

    def withdraw(self, messages: Sequence[OutboxMessage]) -> None:
        _handling(messages).move(CommandState.WAITING)

    def refuse(
        self, messages: Sequence[OutboxMessage], reason: str, error: bol.BolError | None = None
    ) -> None:
        handling = _handling(messages)
        handling.move(CommandState.REFUSED, answer=reason)
        _read_again(handling.item)

    def recheck_refusal(self, messages: Sequence[OutboxMessage], status: bol.ProcessStatus) -> bool:
        # bol may also refuse what it has done already, and its texts are not to be relied on.
        return True

    def verify(self, messages: Sequence[OutboxMessage]) -> Preparation:
        handling = _handling(messages)
        handling.move(CommandState.UNKNOWN)
        return_id = handling.item.parcel.return_id
        return Call((("GET", f"/retailer/returns/{return_id}"),), partial(read, return_id=return_id))

    def judge(self, messages: Sequence[OutboxMessage], answer: Any) -> Verdict | Call:
        handling = _handling(messages)
        items = cast("bol.Return", answer).return_items
        found = next((item for item in items if item.rma_id == handling.item.rma_id), None)
        if found is None:
            return Verdict.CANNOT_TELL
        now, before = results_of(found), handling.results_before
        if _count(now, handling) > _count(before, handling) or _replaced(now, before, handling):
            return Verdict.HAPPENED
        return Verdict.DID_NOT_HAPPEN if now == before else Verdict.CANNOT_TELL


@register
class CreateReturn(Operation):
    """Creates a return for a customer who announced none (Retailer API v10, Returns).

    bol e-mails the customer, so it is never done twice: an unanswered one is looked for among the returns that bol
    registered since.
    """

    name = "CREATE_RETURN_ITEM"
    label = gettext_lazy("Create a return")
    effect = bol.Effect.ONCE

    def prepare(self, messages: Sequence[OutboxMessage]) -> Preparation:
        creation = _creation(messages)
        if creation.state == CommandState.CONFIRMED:
            return NothingToSend()
        creation.move(CommandState.UNKNOWN)
        send = partial(
            create,
            order_item_id=creation.order_item.order_item_id,
            quantity=creation.quantity,
            handling_result=creation.handling_result,
        )
        return Call((("POST", "/retailer/returns"),), send)

    def accept(self, messages: Sequence[OutboxMessage], status: bol.ProcessStatus) -> None:
        _creation(messages).move(CommandState.SENT)

    def confirm(self, messages: Sequence[OutboxMessage], answer: Any) -> None:
        creation = _creation(messages)
        return_id = answer.entity_id if isinstance(answer, bol.ProcessStatus) else answer
        creation.move(
            CommandState.CONFIRMED, answer="", confirmed_at=timezone.now(), return_id=return_id or ""
        )
        read_soon(creation.order_item.order.connection, [return_id] if return_id else [])

    def withdraw(self, messages: Sequence[OutboxMessage]) -> None:
        _creation(messages).move(CommandState.WAITING)

    def refuse(
        self, messages: Sequence[OutboxMessage], reason: str, error: bol.BolError | None = None
    ) -> None:
        _creation(messages).move(CommandState.REFUSED, answer=reason)

    def recheck_refusal(self, messages: Sequence[OutboxMessage], status: bol.ProcessStatus) -> bool:
        return True

    def verify(self, messages: Sequence[OutboxMessage]) -> Preparation:
        creation = _creation(messages)
        creation.move(CommandState.UNKNOWN)
        look = partial(find_created, wanted=_wanted(creation, messages[0]))
        return Call((("GET", "/retailer/returns"),), look)

    def judge(self, messages: Sequence[OutboxMessage], answer: Any) -> Verdict | Call:
        if not answer:
            return Verdict.DID_NOT_HAPPEN
        creation = _creation(messages)
        creation.return_id = answer
        creation.save(update_fields=["return_id"])
        return Verdict.HAPPENED


# HTTP only: these run in a thread without a database --------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """The return we asked for, as it would show in bol's list; `known` are the returns it cannot be."""

    order_id: str
    ean: str
    quantity: int
    handling_result: str
    since: datetime
    known: frozenset[str]


def handle(client: bol.Client, rma_id: str, handling_result: str, quantity: int) -> bol.ProcessStatus:
    """Say what became of a return item."""
    return client.returns.handle(rma_id, handling_result, quantity)


def create(client: bol.Client, order_item_id: str, quantity: int, handling_result: str) -> bol.ProcessStatus:
    """Create a return."""
    return client.returns.create(order_item_id, quantity, handling_result)


def read(client: bol.Client, return_id: str) -> bol.Return:
    """Read one return."""
    return client.returns.get(return_id)


def find_created(client: bol.Client, wanted: Wanted) -> str:
    """Look for the return among the handled ones that bol registered since; its id, or "" where it is not there."""
    for found in client.returns.iterate(handled=True):
        if found.registration_date_time and found.registration_date_time < wanted.since:
            break
        if found.return_id not in wanted.known and any(_is_it(item, wanted) for item in found.return_items):
            return found.return_id
    return ""


def _is_it(item: bol.ReducedReturnItem, wanted: Wanted) -> bool:
    facts = (item.order_id, item.ean, item.expected_quantity)
    results = {result.handling_result for result in item.processing_results}
    return facts == (wanted.order_id, wanted.ean, wanted.quantity) and wanted.handling_result in results


# The database ------------------------------------------------------------------------------------------


def _handling(messages: Sequence[OutboxMessage]) -> ReturnHandling:
    found = ReturnHandling.objects.select_related("item__parcel__connection").get(pk=messages[0].subject_pk)
    ReturnItem.objects.select_for_update().get(pk=found.item_id)
    found.refresh_from_db(fields=["state"])
    return found


def _creation(messages: Sequence[OutboxMessage]) -> ReturnCreation:
    found = ReturnCreation.objects.select_related("order_item").get(pk=messages[0].subject_pk)
    found.order_item.order = lock_order(found.order_item.order_id)
    found.refresh_from_db(fields=["state"])
    return found


def _read_again(item: ReturnItem) -> None:
    read_soon(item.parcel.connection, [item.parcel.return_id])


def _count(results: Sequence[dict[str, Any]], handling: ReturnHandling) -> int:
    ours = (handling.handling_result, handling.quantity)
    return sum((result["handlingResult"], result["quantity"]) == ours for result in results)


def _replaced(
    now: Sequence[dict[str, Any]], before: Sequence[dict[str, Any]], handling: ReturnHandling
) -> bool:
    """Whether bol has other results than before and ours is among them: it took the place of an earlier one."""
    return now != before and _count(now, handling) > 0


def _wanted(creation: ReturnCreation, message: OutboxMessage) -> Wanted:
    item = creation.order_item
    earlier = ReturnItem.objects.filter(order_item=item).values_list("parcel__return_id", flat=True)
    others = item.return_creations.exclude(pk=creation.pk).values_list("return_id", flat=True)
    return Wanted(
        item.order.order_id,
        item.ean,
        creation.quantity,
        creation.handling_result,
        (message.first_sent_at or creation.created_at) - MARGIN,
        frozenset({*earlier, *others}),
    )
