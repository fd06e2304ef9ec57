"""What happens to many offers in the background; safe to run twice, for it only leads to what is wanted."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth import get_user_model

from offers import bulk, following, services, undoing
from offers.conflicts import find_conflicts
from offers.models import Drift, FoundBy, Project
from offers.reconciling import deciding


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


def decide(
    resolution: str, drift_ids: Sequence[int], user_id: int, project_id: int | None, reason: str = ""
) -> int:
    """Make one decision about many differences with bol; what was decided already stays so."""
    by = get_user_model().objects.filter(pk=user_id).first()
    project = Project.objects.filter(pk=project_id or 0).first()
    return deciding.decide(resolution, Drift.objects.filter(pk__in=drift_ids), by, project, reason).done


def undo(undo_id: int) -> None:
    """Go on with the undoing of a batch for a while, and ask for the next while."""
    if undoing.carry_on(undo_id):
        undoing.ring(undo_id)


def resume_undos() -> int:
    """Go on with undos that a crash or a lost task has left behind; return how many."""
    return undoing.resume_undos()
