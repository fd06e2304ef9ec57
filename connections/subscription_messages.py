"""How subscriptions are arranged with bol: each change is a message in the outbox, like everything said to bol.

All four end with a process status (Retailer API v10, Subscriptions). What is sent is worked out when it is sent, and an
update always says everything, for it replaces all that bol has.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections import bol, doorbell, outbox, signature_keys
from connections.models import Lane, OutboxMessage, Subscription
from connections.models.subscription import STATE_FIELDS, SubscriptionState
from connections.operations import Call, NothingToSend, NotNow, Operation, Preparation, Verdict, register
from connections.outbox import Note

PATH = "/retailer/subscriptions"
LIST = ("GET", PATH)


def announce(subscription: Subscription, operation: str, *, by: Any = None) -> None:
    """Have a message about a subscription sent; call it in the transaction of the change."""
    outbox.enqueue(subscription.connection, Note(operation, subscription.subject, Lane.DETAILS), by=by)


def as_known(found: bol.Subscription) -> dict[str, Any]:
    """Return what bol has, in the form of `Subscription.wanted`. TEST is listed by bol and never asked for."""
    resources = sorted(set(found.resources) - {"TEST"})
    return {"url": found.url, "resources": resources, "enabled": found.enabled}


def subscription_of(messages: Sequence[OutboxMessage]) -> Subscription | None:
    """Return what the messages are about; None where it was removed meanwhile."""
    return Subscription.objects.filter(pk=messages[0].subject_pk).first()


class SubscriptionOperation(Operation):
    """What the messages about a subscription have in common."""

    effect = bol.Effect.ABSOLUTE

    def verify(self, messages: Sequence[OutboxMessage]) -> Preparation:
        return Call((LIST,), lambda client: client.subscriptions.list())

    def refuse(
        self, messages: Sequence[OutboxMessage], reason: str, error: bol.BolError | None = None
    ) -> None:
        subscription = subscription_of(messages)
        if subscription:
            subscription.move(SubscriptionState.REFUSED)
            subscription.save(update_fields=STATE_FIELDS)

    def advise(self, error: bol.BolError) -> str:
        return _(
            "bol posts to an address that it reaches over https. Check PUBLIC_URL and what was chosen, then change the "
            "subscription on the page of the connection."
        )


@register
class CreateSubscription(SubscriptionOperation):
    name = "CREATE_SUBSCRIPTION"
    label = gettext_lazy("Subscribe to notifications")
    effect = bol.Effect.ONCE

    def prepare(self, messages: Sequence[OutboxMessage]) -> Preparation:
        subscription = subscription_of(messages)
        if subscription is None or subscription.bol_id:
            return NothingToSend()
        _note_sent(subscription)
        url, resources = subscription.url, list(subscription.resources)
        return Call((("POST", PATH),), lambda client: client.subscriptions.create(url, resources))

    def confirm(self, messages: Sequence[OutboxMessage], answer: Any) -> None:
        """`answer` is the process status, whose entity is the subscription, or the list that showed it."""
        subscription = subscription_of(messages)
        if subscription is None:
            return
        if isinstance(answer, bol.ProcessStatus):
            subscription.bol_id = answer.entity_id
        else:
            found = next(one for one in answer if one.url == subscription.url)
            subscription.bol_id, subscription.sent = found.id, as_known(found)
        subscription.save(update_fields=["bol_id", "sent"])
        _note_confirmed(subscription)
        if not subscription.is_as_wanted:
            announce(subscription, UpdateSubscription.name)

    def recheck_refusal(self, messages: Sequence[OutboxMessage], status: bol.ProcessStatus) -> bool:
        # bol has one subscription per address: there may be one that we do not know of.
        return True

    def judge(self, messages: Sequence[OutboxMessage], answer: Any) -> Verdict:
        subscription = subscription_of(messages)
        is_there = subscription is not None and any(found.url == subscription.url for found in answer)
        return Verdict.HAPPENED if is_there else Verdict.DID_NOT_HAPPEN


@register
class UpdateSubscription(SubscriptionOperation):
    name = "UPDATE_SUBSCRIPTION"
    label = gettext_lazy("Change a subscription")

    def prepare(self, messages: Sequence[OutboxMessage]) -> Preparation:
        subscription = subscription_of(messages)
        if subscription is None or not subscription.bol_id:
            return _not_there(subscription)
        if subscription.is_as_wanted:
            _note_state(subscription)
            return NothingToSend()
        _note_sent(subscription)
        bol_id, wanted = subscription.bol_id, subscription.wanted
        return Call((("PUT", f"{PATH}/1"),), lambda client: client.subscriptions.update(bol_id, **wanted))

    def confirm(self, messages: Sequence[OutboxMessage], answer: Any) -> None:
        subscription = subscription_of(messages)
        if subscription:
            _note_confirmed(subscription)


@register
class DeleteSubscription(SubscriptionOperation):
    name = "DELETE_SUBSCRIPTION"
    label = gettext_lazy("Remove a subscription")

    def prepare(self, messages: Sequence[OutboxMessage]) -> Preparation:
        subscription = subscription_of(messages)
        if subscription is None or not subscription.bol_id:
            return _not_there(subscription)
        bol_id = subscription.bol_id
        return Call((("DELETE", f"{PATH}/1"),), lambda client: _delete(client, bol_id))

    def confirm(self, messages: Sequence[OutboxMessage], answer: Any) -> None:
        Subscription.objects.filter(pk=messages[0].subject_pk).delete()

    def recheck_refusal(self, messages: Sequence[OutboxMessage], status: bol.ProcessStatus) -> bool:
        # Somebody may have removed it before.
        return True

    def judge(self, messages: Sequence[OutboxMessage], answer: Any) -> Verdict:
        subscription = subscription_of(messages)
        is_there = subscription is not None and any(found.id == subscription.bol_id for found in answer)
        return Verdict.DID_NOT_HAPPEN if is_there else Verdict.HAPPENED


@register
class SendTestNotification(SubscriptionOperation):
    name = "SEND_SUBSCRIPTION_TST_MSG"
    label = gettext_lazy("Ask for a test notification")

    def prepare(self, messages: Sequence[OutboxMessage]) -> Preparation:
        subscription = subscription_of(messages)
        if subscription is None or not subscription.bol_id:
            return _not_there(subscription)
        bol_id = subscription.bol_id
        return Call((("POST", f"{PATH}/test/1"),), lambda client: client.subscriptions.test(bol_id))

    def confirm(self, messages: Sequence[OutboxMessage], answer: Any) -> None:
        Subscription.objects.filter(pk=messages[0].subject_pk).update(tested_at=timezone.now())

    def refuse(
        self, messages: Sequence[OutboxMessage], reason: str, error: bol.BolError | None = None
    ) -> None:
        """A test that bol refuses says nothing about the subscription."""


def _delete(client: bol.Client, bol_id: str) -> bol.ProcessStatus | None:
    try:
        return client.subscriptions.delete(bol_id)
    except bol.NotFound:
        return None  # gone already


def _not_there(subscription: Subscription | None) -> Preparation:
    """Wait for bol to say which id a new subscription has; where none is being made, there is nothing to say."""
    if subscription is None:
        return NothingToSend()
    making = OutboxMessage.objects.filter(
        connection=subscription.connection, operation=CreateSubscription.name, subject=subscription.subject
    )
    if making.open().exists():
        return NotNow(_("bol is still making this subscription."), timedelta(seconds=10))
    return NothingToSend()


def _note_sent(subscription: Subscription) -> None:
    """What bol has is in doubt from here on, until it confirms what is said now."""
    subscription.sent, subscription.known = subscription.wanted, None
    subscription.save(update_fields=["sent", "known"])


def _note_confirmed(subscription: Subscription) -> None:
    """bol has what was sent last; the keys with which it will sign are read before it posts."""
    subscription.known = subscription.sent
    subscription.seen_at = subscription.changed_at = timezone.now()
    subscription.save(update_fields=["known", "seen_at", "changed_at"])
    _note_state(subscription)
    transaction.on_commit(partial(doorbell.ring, subscription.connection_id, signature_keys.FLOW))


def _note_state(subscription: Subscription) -> None:
    if subscription.state == SubscriptionState.ENDING:
        return
    is_on = (subscription.known or {}).get("enabled", True)
    subscription.move(SubscriptionState.ON if is_on else SubscriptionState.OFF)
    subscription.save(update_fields=STATE_FIELDS)
