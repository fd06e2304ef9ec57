"""What the offers app does by the clock."""

from __future__ import annotations

from connections.schedules import Entry, plan

# An import whose worker died goes on where it stopped.
plan(Entry("resume imports", "offers.imports.tasks.resume_imports", minutes=1))
plan(Entry("resume undos", "offers.tasks.resume_undos", minutes=5))
