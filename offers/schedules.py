"""What the offers app does by the clock."""

from __future__ import annotations

from datetime import timedelta

from connections.schedules import Entry, plan

# An import whose worker died goes on where it stopped.
plan(Entry("resume imports", "offers.imports.tasks.resume_imports", minutes=1))
plan(
    Entry("forget confirmed values", "offers.quarrels.prune", minutes=60 * 24, first_after=timedelta(hours=2))
)
