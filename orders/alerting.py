"""The alert rules about orders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.models import Severity
from connections.monitoring.rules import Finding, Rule, register
from orders.personal_data.due import limit, orders_handled_before, returns_handled_before

# The nightly run, a night that it missed, and some hours.
OVERDUE = timedelta(hours=50)


def find_overdue_personal_data() -> Iterator[Finding]:
    """Find orders and returns that should have forgotten their customer two nights ago."""
    before = limit() - OVERDUE
    count = orders_handled_before(before).count() + returns_handled_before(before).count()
    if count:
        text = _(
            "%(count)d orders and returns should have forgotten their customer by now: the nightly run did not reach "
            "them. Run manage.py anonymise, and see whether it says why."
        )
        yield Finding("customers", text % {"count": count}, Severity.TODAY)


register(Rule("PersonalDataOverdue", gettext_lazy("Personal data kept too long"), find_overdue_personal_data))
