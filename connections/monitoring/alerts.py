"""Opens, refreshes and ends alerts so that they are what the rules find now."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connections.models import Alert, Severity
from connections.monitoring.rules import Finding, Rule, rules

logger = logging.getLogger(__name__)

# What comes and goes within this time is one alert, not many.
QUIET_FOR = timedelta(minutes=2)
BROKEN_RULE = "RuleBroken"


@dataclass
class Evaluation:
    """What one look at all rules changed."""

    opened: list[Alert] = field(default_factory=list)
    ended: list[Alert] = field(default_factory=list)


def evaluate() -> Evaluation:
    """Look at every rule, and keep the alerts equal to what they find.

    A rule whose trouble another one explains is not looked at, so that one outage is one alert. A rule that cannot be
    evaluated is itself an alert, and stops no other.
    """
    done = Evaluation()
    broken: list[Finding] = []
    explained: set[str] = set()
    for rule in rules():
        if rule.name in explained:
            continue
        try:
            findings = list(rule.find())
        except Exception:
            logger.exception("The alert rule %s failed.", rule.name)
            broken.append(_broken(rule))
            continue
        explained |= rule.explains if findings else set()
        _settle(rule.name, findings, done)
    _settle(BROKEN_RULE, broken, done)
    return done


def _broken(rule: Rule) -> Finding:
    text = _(
        "The rule “%(rule)s” cannot be evaluated: what it watches is not watched. The log has the details."
    )
    return Finding(rule.name, text % {"rule": rule.title}, Severity.NOW)


@transaction.atomic
def _settle(name: str, findings: Iterable[Finding], done: Evaluation) -> None:
    now = timezone.now()
    known = {alert.key: alert for alert in Alert.objects.open().filter(rule=name).select_for_update()}
    for finding in {finding.key: finding for finding in findings}.values():
        alert = known.pop(finding.key, None)
        if alert is None:
            done.opened.append(_open(name, finding))
        else:
            _refresh(alert, finding)
    for alert in known.values():
        if alert.last_seen_at < now - QUIET_FOR:
            alert.resolved_at = now
            alert.save(update_fields=["resolved_at"])
            done.ended.append(alert)


def _open(name: str, finding: Finding) -> Alert:
    return Alert.objects.create(
        rule=name,
        key=finding.key,
        severity=finding.severity,
        text=finding.text,
        link=finding.link,
        connection_id=finding.connection_id,
    )


def _refresh(alert: Alert, finding: Finding) -> None:
    """Take over what is found now; trouble that grew urgent is told anew, also to who knew of it before."""
    values = {"last_seen_at": timezone.now(), "text": finding.text, "link": finding.link}
    if finding.severity < alert.severity:
        values |= {"told_at": None, "acknowledged_at": None, "acknowledged_by": None}
    values["severity"] = finding.severity
    for name, value in values.items():
        setattr(alert, name, value)
    alert.save(update_fields=list(values))
