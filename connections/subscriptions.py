"""Subscriptions: what a person does with them, and the flow that sees to it that bol posts.

Nothing here subscribes by itself. What a person subscribed to and bol switched off is switched on again, and what was
missed meanwhile is polled; a subscription that bol no longer has waits for a person.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from connections import bol, doorbell, inbox, outbox, signature_keys
from connections.clients import client_for
from connections.flows import Report
from connections.models import Connection, Flow, Notification, OutboxMessage, Subscription
from connections.models.connection import LOOPBACK
from connections.models.subscription import STATE_FIELDS, SubscriptionState
from connections.subscription_messages import (
    CreateSubscription,
    DeleteSubscription,
    SendTestNotification,
    UpdateSubscription,
    announce,
    as_known,
)

logger = logging.getLogger(__name__)

FLOW = signature_keys.FLOW
# bol takes up to a quarter of an hour to follow a change (Subscriptions API): until then it is not judged.
SETTLING = timedelta(minutes=15)
LOOK_AGAIN_IN = timedelta(seconds=30)


# What a person does -------------------------------------------------------------------------------


def address_of(connection: Connection) -> str:
    """Return the address to which bol posts for a connection; empty where nobody said how we are reached."""
    path = reverse("bol-notifications", args=[connection.notification_key])
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else ""


def check_address(connection: Connection) -> str:
    """Return the address of a connection.

    Raises:
        ValidationError: bol would not post to it; the text says what to do.
    """
    address = address_of(connection)
    parts = urlsplit(address)
    if parts.scheme == "https" or (address and _is_sandbox(connection) and parts.hostname in LOOPBACK):
        return address
    raise ValidationError(
        _(
            "bol posts notifications to an https address only. Set PUBLIC_URL to the https address at which this back "
            "office is reached from outside (now: %(url)s), and restart it."
        ),
        params={"url": settings.PUBLIC_URL or _("not set")},
        code="address",
    )


def _is_sandbox(connection: Connection) -> bool:
    return urlsplit(connection.api_url).hostname in LOOPBACK


def choices() -> list[str]:
    """Return the resources that can be chosen: what reaches a webhook."""
    return list(bol.subscriptions.WEBHOOK_RESOURCES)


@transaction.atomic
def subscribe(connection: Connection, resources: Sequence[str], *, by: Any) -> Subscription:
    """Ask bol to post these resources to us; one that is at our address already becomes ours.

    Raises:
        ValidationError: bol would not post to our address.
    """
    address = check_address(connection)
    subscription = Subscription.objects.ours().filter(connection=connection).first()
    if subscription is None:
        subscription, _created = Subscription.objects.get_or_create(connection=connection, url=address)
        subscription.is_ours, subscription.created_by = True, by
        subscription.save(update_fields=["is_ours", "created_by"])
    change(subscription, resources, is_enabled=True, by=by)
    return subscription


@transaction.atomic
def change(subscription: Subscription, resources: Sequence[str], *, is_enabled: bool, by: Any) -> None:
    """Ask bol to post something else, or to stop and go on; to the address that we have now.

    Raises:
        ValidationError: bol would not post to our address.
    """
    address = check_address(subscription.connection)
    others = Subscription.objects.filter(connection=subscription.connection, url=address, is_ours=False)
    others.exclude(pk=subscription.pk).delete()
    subscription.url, subscription.resources = address, sorted(resources)
    subscription.is_enabled = is_enabled
    subscription.move(SubscriptionState.ASKED)
    subscription.save(update_fields=["url", "resources", "is_enabled", *STATE_FIELDS])
    _announce_wish(subscription, by)


@transaction.atomic
def unsubscribe(subscription: Subscription, *, by: Any) -> None:
    """Ask bol to remove a subscription; one that bol never had is simply forgotten."""
    arranging = [CreateSubscription.name, UpdateSubscription.name, SendTestNotification.name]
    outbox.withdraw(subscription.connection, arranging, subscription.subject)
    if not subscription.bol_id and not _is_under_way(subscription):
        subscription.delete()
        return
    subscription.move(SubscriptionState.ENDING)
    subscription.save(update_fields=STATE_FIELDS)
    announce(subscription, DeleteSubscription.name, by=by)


@transaction.atomic
def send_test(subscription: Subscription, *, by: Any) -> None:
    """Ask bol to post a notification about nothing."""
    announce(subscription, SendTestNotification.name, by=by)


def _announce_wish(subscription: Subscription, by: Any) -> None:
    outbox.withdraw(subscription.connection, [DeleteSubscription.name], subscription.subject)
    is_there = subscription.bol_id or _is_under_way(subscription)
    announce(subscription, UpdateSubscription.name if is_there else CreateSubscription.name, by=by)
    # The keys and our number at bol are read before bol posts.
    transaction.on_commit(partial(doorbell.ring, subscription.connection_id, FLOW))


def _is_under_way(subscription: Subscription) -> bool:
    open_messages = OutboxMessage.objects.filter(
        connection=subscription.connection, subject=subscription.subject
    ).open()
    return open_messages.exists()


# The flow -----------------------------------------------------------------------------------------


def look(connection: Connection, flow: Flow) -> Report:
    """Compare what bol has with what a person wanted; switch on again what bol switched off, and fill the gap."""
    report = Report()
    with client_for(connection) as client:
        if Subscription.objects.ours().filter(connection=connection).exists():
            _prepare_to_receive(connection, client, report)
        listed = client.subscriptions.list()
    with transaction.atomic():
        _compare(connection, {found.id: found for found in listed}, report)
    _fill_gaps(connection, report)
    return report


def _prepare_to_receive(connection: Connection, client: bol.Client, report: Report) -> None:
    """Read what it takes to tell a notification that is ours: bol's keys, and our number there."""
    if signature_keys.read_if_due(connection, client):
        report.count("keys read")
    if not connection.retailer_id:
        connection.retailer_id = client.retailers.get().retailer_id
        connection.save(update_fields=["retailer_id"])


def _compare(connection: Connection, listed: dict[str, bol.Subscription], report: Report) -> None:
    rows = list(Subscription.objects.filter(connection=connection).select_for_update())
    _pair(rows, listed)
    for row in rows:
        _judge(row, listed.get(row.bol_id), report)
    paired = {row.bol_id for row in rows}
    for found in listed.values():
        if found.id not in paired:
            _adopt(connection, found)
    report.count("listed", len(listed))


def _pair(rows: Sequence[Subscription], listed: dict[str, bol.Subscription]) -> None:
    """Give ours the id at bol where bol did not say it: by the address, of which bol has one."""
    by_address = {found.url: found.id for found in listed.values()}
    for row in rows:
        if row.bol_id not in listed and row.url in by_address:
            row.bol_id = by_address[row.url]
            row.save(update_fields=["bol_id"])


def _judge(row: Subscription, found: bol.Subscription | None, report: Report) -> None:
    if not row.is_ours:
        _follow(row, found)
    elif row.state == SubscriptionState.ENDING and found is None:
        row.delete()
    elif _is_settling(row):
        report.count("settling")
    elif found is None:
        _miss(row, report)
    else:
        _look_at(row, found, report)


def _follow(row: Subscription, found: bol.Subscription | None) -> None:
    """What was made elsewhere is shown as it is; what a person has removed here goes when bol says so."""
    if found is None:
        row.delete()
        return
    row.known, row.seen_at = as_known(found), timezone.now()
    row.resources, row.is_enabled = row.known["resources"], row.known["enabled"]
    row.save(update_fields=["known", "seen_at", "resources", "is_enabled"])


def _is_settling(row: Subscription) -> bool:
    is_young = row.changed_at is not None and row.changed_at > timezone.now() - SETTLING
    return is_young or _is_under_way(row)


def _miss(row: Subscription, report: Report) -> None:
    if not row.bol_id:
        return  # bol refused it: it never was there
    row.bol_id, row.known = "", None
    row.save(update_fields=["bol_id", "known"])
    _note_trouble(row, SubscriptionState.MISSING)
    report.count("missing")


def _look_at(row: Subscription, found: bol.Subscription, report: Report) -> None:
    row.known, row.seen_at = as_known(found), timezone.now()
    row.save(update_fields=["known", "seen_at"])
    if found.enabled or not row.is_enabled:
        row.move(SubscriptionState.ON if found.enabled else SubscriptionState.OFF)
        row.save(update_fields=STATE_FIELDS)
        return
    _note_trouble(row, SubscriptionState.DISABLED)
    announce(row, UpdateSubscription.name)
    report.count("switched on again")


def _note_trouble(row: Subscription, state: SubscriptionState) -> None:
    if row.state == state:
        return
    row.move(state)
    row.gap_since = last_heard(row)
    row.save(update_fields=STATE_FIELDS)


def _adopt(connection: Connection, found: bol.Subscription) -> None:
    known = as_known(found)
    facts = {"bol_id": found.id, "known": known, "seen_at": timezone.now()}
    said = {"resources": known["resources"], "is_enabled": known["enabled"]}
    Subscription.objects.get_or_create(
        connection=connection,
        url=found.url[:500],
        defaults={"state": SubscriptionState.ELSEWHERE, **facts, **said},
    )


def last_heard(row: Subscription) -> datetime:
    """Return when bol last posted something that was taken in; before that nothing is missing."""
    heard = Notification.objects.filter(connection=row.connection).order_by("-received_at").first()
    return heard.received_at if heard else row.created_at


def _fill_gaps(connection: Connection, report: Report) -> None:
    """Have polled what was missed: when the trouble is found, and once more when it is over."""
    for row in Subscription.objects.ours().filter(connection=connection, gap_since__isnull=False):
        report.count("gaps")
        if row.gap_since and inbox.catch_up(connection, row.resources, row.gap_since):
            Subscription.objects.filter(pk=row.pk).update(gap_since=None)
        else:
            # A flow that runs at this moment would not notice that it has to go back.
            report.is_complete, report.again_in = False, LOOK_AGAIN_IN
