"""Guard rails over what the database has: the installation's limits, the sizes of projects, and warnings in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers import guard_rails
from offers.guard_rails import Change, GuardWarning, Limits, Tally
from offers.models import Offer, Project

PERMISSION = "offers.pass_guard_rails"


def limits() -> Limits:
    """Return the limits of this installation."""
    return Limits(
        settings.GUARD_PRICE_PERCENT, settings.GUARD_STOCK_SHARE_PERCENT, settings.GUARD_SMALLEST_PROJECT
    )


def project_sizes(projects: Iterable[str] | None = None) -> dict[str, int]:
    """Return the number of offers by the name of the project, of these or of all."""
    known = Project.objects.all() if projects is None else Project.objects.filter(name__in=set(projects))
    return dict(known.annotate(size=Count("offers")).values_list("name", "size"))


def check(changes: Iterable[tuple[Offer, Mapping[str, Any]]]) -> list[GuardWarning]:
    """Return what looks like a mistake in giving each of these offers its new values (with their products)."""
    sizes = project_sizes()
    return guard_rails.check((change_of(offer, wanted, sizes) for offer, wanted in changes), limits())


def change_of(offer: Offer, wanted: Mapping[str, Any], sizes: Mapping[str, int]) -> Change:
    """Return the change of one offer as the guard rails take it."""
    before = {name: getattr(offer, name) for name in wanted}
    project = offer.project.name
    return Change(f"{offer.product.reference}", project, sizes.get(project, 0), before, wanted)


def in_words(warning: GuardWarning) -> str:
    """Return a warning as a sentence."""
    texts = {
        guard_rails.PRICE: ngettext(
            "%(count)d price of “%(project)s” moves by more than %(price)s %%.",
            "%(count)d prices of “%(project)s” move by more than %(price)s %%.",
            warning.count,
        ),
        guard_rails.SOLD_OUT: _(
            "%(count)d of %(of)d offers of “%(project)s” go to stock 0: more than %(share)s %% of them."
        ),
        guard_rails.ON_HOLD: _(
            "%(count)d of %(of)d offers of “%(project)s” are put on hold: more than %(share)s %% of them."
        ),
    }
    bounds = {"price": limits().price_percent, "share": limits().share_percent}
    return texts[warning.kind] % {
        "count": warning.count,
        "of": warning.of,
        "project": warning.project,
        **bounds,
    }


def tally(stored: Iterable[Mapping[str, Any]] = ()) -> Tally:
    """Return a count under the limits of this installation that goes on from a stored one."""
    return Tally.restored(stored, limits())
