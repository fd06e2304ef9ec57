"""What the offers app does by the clock."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from connections.schedules import Entry, plan

NIGHT = 3


def until_night() -> timedelta:
    """Return how long it is until three o'clock of the night, in the merchant's own time."""
    now = timezone.localtime()
    night = now.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    return night - now if night > now else night + timedelta(days=1) - now


# An import whose worker died goes on where it stopped.
plan(Entry("resume imports", "offers.imports.tasks.resume_imports", minutes=1))
# Changes look for EAN conflicts themselves; this finds what came in by any other way.
plan(
    Entry("find EAN conflicts", "offers.tasks.look_for_conflicts", minutes=60 * 24, first_after=until_night())
)
# The same for bulk actions.
plan(Entry("resume bulk actions", "offers.tasks.resume_bulk", minutes=1))
plan(Entry("let offers follow their projects", "offers.tasks.resume_projects", minutes=1))
plan(Entry("resume decisions", "offers.tasks.resume_decisions", minutes=1))
plan(Entry("release what was held until now", "offers.tasks.release_due", minutes=2))
plan(
    Entry("forget confirmed values", "offers.quarrels.prune", minutes=60 * 24, first_after=timedelta(hours=2))
)
plan(Entry("resume undos", "offers.tasks.resume_undos", minutes=5))
