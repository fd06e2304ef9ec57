"""What django-q2 calls for imports: one line each, safe to run twice."""

from __future__ import annotations

from offers.imports import runs


def apply_import(run_id: int) -> None:
    """Go on with an import for a while, whether its rows are being checked or loaded, and ask for the next while."""
    if runs.carry_on(run_id):
        runs.ring(run_id)


def resume_imports() -> int:
    """Go on with imports that a crash or a lost task has left behind; return how many."""
    return runs.resume_stalled()
