"""Tells people: which alerts have to be told now, in how few texts, and by which channels."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections.models import Alert, Notice, Severity
from connections.monitoring.channels import Undelivered, deliver
from connections.monitoring.rules import title_of

logger = logging.getLogger(__name__)

REPEATED_AFTER = timedelta(minutes=30)
ACKNOWLEDGED_REPEATED_AFTER = timedelta(hours=4)
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(minutes=30)
GIVEN_UP_AFTER = timedelta(days=2)
MOST_LINES = 10


@transaction.atomic
def prepare() -> int:
    """Write the notices of what has to be told now: new, still there, over. One text a rule; return how many alerts."""
    now = timezone.now()
    told = 0
    for is_over, alerts in ((False, _to_tell()), (True, _to_end())):
        for rule, group in _by_rule(alerts).items():
            announce(_title(rule, group, is_over=is_over), _text(group))
            told += len(group)
        column = "end_told_at" if is_over else "told_at"
        Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(**{column: now})
    return told


def announce(title: str, text: str, once: str = "") -> None:
    """Put one text on its way by every channel; of the same `once` only the first."""
    for channel, recipients in settings.ALERT_CHANNELS.items():
        for recipient in recipients:
            key = f"{once}:{channel}:{recipient}"[:100] if once else None
            values = {"channel": channel, "recipient": recipient, "title": title[:200], "text": text}
            if key is None:
                Notice.objects.create(**values)
            else:
                Notice.objects.get_or_create(once=key, defaults=values)


def send_due() -> int:
    """Send what is due; what fails waits and is tried again. Return how many were sent."""
    sent = 0
    for notice in list(Notice.objects.due().order_by("pk")[:50]):
        if not _take(notice):
            continue
        try:
            deliver(notice)
        except Undelivered as error:
            _postpone(notice, error)
        else:
            Notice.objects.filter(pk=notice.pk).update(sent_at=timezone.now())
            sent += 1
    return sent


def _take(notice: Notice) -> bool:
    """Keep a notice to ourselves while it is being sent: another watcher may be at work."""
    held = Notice.objects.filter(pk=notice.pk, not_before=notice.not_before, sent_at=None)
    return bool(held.update(not_before=timezone.now() + FIRST_RETRY))


def _to_tell() -> list[Alert]:
    now = timezone.now()
    known = Q(acknowledged_at__isnull=False, told_at__lt=now - ACKNOWLEDGED_REPEATED_AFTER)
    unknown = Q(acknowledged_at=None, told_at__lt=now - REPEATED_AFTER)
    repeated = Q(severity=Severity.NOW) & (known | unknown)
    found = Alert.objects.open().filter(Q(told_at=None) | repeated).select_for_update()
    return list(found.order_by("severity", "pk"))


def _to_end() -> list[Alert]:
    over = Alert.objects.filter(resolved_at__isnull=False, told_at__isnull=False, end_told_at=None)
    return list(over.select_for_update().order_by("pk"))


def _by_rule(alerts: Iterable[Alert]) -> dict[str, list[Alert]]:
    groups: dict[str, list[Alert]] = defaultdict(list)
    for alert in alerts:
        groups[alert.rule].append(alert)
    return groups


def _title(rule: str, group: Sequence[Alert], *, is_over: bool) -> str:
    if is_over:
        mark = _("Over")
    elif any(alert.told_at for alert in group):
        mark = _("Still")
    else:
        mark = str(min(Severity(alert.severity) for alert in group).label)
    number = f" ({len(group)})" if len(group) > 1 else ""
    return f"[{mark}] {title_of(rule)}{number}"


def _text(group: Sequence[Alert]) -> str:
    lines = [_line(alert) for alert in group[:MOST_LINES]]
    more = len(group) - MOST_LINES
    if more > 0:
        lines.append(ngettext("and %d more", "and %d more", more) % more)
    return "\n".join(lines)


def _line(alert: Alert) -> str:
    address = f" {settings.PUBLIC_URL}{alert.link}" if alert.link and settings.PUBLIC_URL else ""
    return f"• {alert.text}{address}"


def _postpone(notice: Notice, error: Undelivered) -> None:
    logger.warning("A notice by %s could not be sent: %s", notice.channel, error)
    now = timezone.now()
    wait = min(FIRST_RETRY * 2**notice.attempts, LONGEST_RETRY)
    Notice.objects.filter(pk=notice.pk).update(
        attempts=notice.attempts + 1,
        last_error=str(error)[:300],
        not_before=now + wait,
        given_up_at=now if now - notice.created_at > GIVEN_UP_AFTER else None,
    )
