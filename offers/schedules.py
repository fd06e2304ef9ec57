"""What the offers app does by the clock."""

from __future__ import annotations

from connections.schedules import Entry, plan

# An import whose worker died goes on where it stopped.
plan(Entry("resume imports", "offers.imports.tasks.resume_imports", minutes=1))
# The same for bulk actions.
plan(Entry("resume bulk actions", "offers.tasks.resume_bulk", minutes=1))
plan(Entry("release what was held until now", "offers.tasks.release_due", minutes=2))
