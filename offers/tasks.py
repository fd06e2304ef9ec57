"""What happens to many offers in the background; safe to run twice, for it only leads to what is wanted."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth import get_user_model
from django_q.tasks import async_task

from offers import bulk, services, undoing
from offers.conflicts import find_conflicts
from offers.models import Drift, FoundBy, Offer, Project
from offers.reconciling import deciding

# So many offers fit well within the time that a task has.
PART = 10_000


def announce_project(project_id: int, after: int = 0) -> None:
    """Work out for every offer of a project what bol has to be told, a part of them in each task."""
    offers = Offer.objects.filter(project_id=project_id, pk__gt=after).order_by("pk")
    keys = list(offers.values_list("pk", flat=True)[:PART])
    if not keys:
        return
    services.announce_all(offers.filter(pk__lte=keys[-1]))
    if len(keys) == PART:
        async_task("offers.tasks.announce_project", project_id, keys[-1])


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
