"""Guard rails over what the database has: the limits and sizes of projects, and warnings in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers import guard_rails
from offers.guard_rails import Change, GuardWarning, Limits, Rails
from offers.models import Offer, Project

PERMISSION = "offers.pass_guard_rails"


class KnownRails:
    """The guard rails of projects, each counted once, when it is first asked for."""

    def __init__(self) -> None:
        self._known: dict[str, Rails] = {}

    def of(self, project: Project) -> Rails:
        """Return the guard rails of a project; one that is not saved yet has no offers."""
        if project.name not in self._known:
            size = Offer.objects.filter(project=project).count() if project.pk else 0
            self._known[project.name] = Rails(project.name, size, limits_of(project))
        return self._known[project.name]


def limits_of(project: Project) -> Limits:
    """Return the limits that count for a project: its own, and where it has none those of the installation."""
    own = {limit.name: getattr(project, f"guard_{limit.name}") for limit in fields(Limits)}
    return replace(installation_limits(), **{name: value for name, value in own.items() if value is not None})


def installation_limits() -> Limits:
    """Return the limits where a project says nothing."""
    return Limits(
        settings.GUARD_PRICE_PERCENT, settings.GUARD_STOCK_SHARE_PERCENT, settings.GUARD_SMALLEST_PROJECT
    )


def change_of(offer: Offer, wanted: Mapping[str, Any], rails: Rails) -> Change:
    """Return what giving an offer these values means to the guard rails."""
    before = {name: getattr(offer, name) for name in wanted}
    return Change(offer.product.reference, rails, before, wanted)


def in_words(warning: GuardWarning) -> str:
    """Return a warning as a sentence."""
    texts = {
        guard_rails.PRICE: ngettext(
            "%(count)d price of “%(project)s” moves by more than %(limit)s %%.",
            "%(count)d prices of “%(project)s” move by more than %(limit)s %%.",
            warning.count,
        ),
        guard_rails.SOLD_OUT: _(
            "%(count)d of %(of)d offers of “%(project)s” go to stock 0: more than %(limit)s %% of them."
        ),
        guard_rails.ON_HOLD: _(
            "%(count)d of %(of)d offers of “%(project)s” are put on hold: more than %(limit)s %% of them."
        ),
    }
    return texts[warning.kind] % {
        "count": warning.count,
        "of": warning.of,
        "project": warning.project,
        "limit": plain(warning.limit),
    }


def plain(limit: Decimal | int) -> str:
    """Return a limit as people write it: 30 and not 30.00."""
    return f"{Decimal(limit).normalize():f}"
