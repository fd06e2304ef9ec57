"""What happens to many offers in the background; safe to run twice, for it only leads to what is wanted."""

from __future__ import annotations

from offers import bulk, following, services, undoing
from offers.conflicts import find_conflicts
from offers.models import FoundBy
from offers.reconciling import ordering


def announce_project(project_id: int) -> None:
    """Let the offers of a project that changed follow for a while, and ask for the next while."""
    if following.carry_on(project_id):
        following.ring(project_id)


def resume_projects() -> int:
    """Go on with changed projects that a crash or a lost task has left behind; return how many."""
    return following.resume()


def look_for_conflicts(by: str = FoundBy.NIGHT) -> int:
    """Look at every EAN of every connection; return how many conflicts are new."""
    return find_conflicts(FoundBy(by)).opened


def carry_on_bulk(run_id: int) -> None:
    """Go on with a bulk action for a while, and ask for the next while."""
    if bulk.carry_on(run_id):
        bulk.ring(run_id)


def resume_bulk() -> int:
    """Go on with bulk actions that a crash or a lost task has left behind; return how many."""
    return bulk.resume_stalled()


def release_due() -> int:
    """Put offers back in the shop whose hold has ended by its date; return how many."""
    return services.release_due()


def carry_out_decision(order_id: int) -> None:
    """Go on with a decision about many differences for a while, and ask for the next while."""
    if ordering.carry_on(order_id):
        ordering.ring(order_id)


def resume_decisions() -> int:
    """Go on with decisions that a crash or a lost task has left behind; return how many."""
    return ordering.resume()


def undo(undo_id: int) -> None:
    """Go on with the undoing of a batch for a while, and ask for the next while."""
    if undoing.carry_on(undo_id):
        undoing.ring(undo_id)


def resume_undos() -> int:
    """Go on with undos that a crash or a lost task has left behind; return how many."""
    return undoing.resume_undos()
