"""Lets the offers of a project follow when it changed: noted with the change itself, worked off in the background.

The note goes in the transaction of the last part, so that neither a lost task nor a worker that dies leaves offers behind.
"""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django_q.tasks import async_task

from offers import services
from offers.leasing import Slice
from offers.models import Offer, Project, ProjectToAnnounce

PART = 500


def note(project: Project) -> None:
    """Have it worked out for each offer what bol has to be told; call it in the transaction of the project's change."""
    ProjectToAnnounce.objects.update_or_create(project=project, defaults={"after": 0})
    transaction.on_commit(partial(ring, project.pk))


def ring(project_id: int) -> None:
    """Ask a background worker to go on with a project."""
    async_task("offers.tasks.announce_project", project_id)


def resume() -> int:
    """Ask workers to go on with projects that a crash or a lost task has left behind; return how many."""
    left = list(ProjectToAnnounce.objects.values_list("project_id", flat=True))
    for project_id in left:
        ring(project_id)
    return len(left)


def carry_on(project_id: int) -> bool:
    """Go on with a project where it was left, for a while; tell whether there is more to do."""
    slice_ = Slice()
    while not slice_.is_over:
        if not _announce_part(project_id):
            return False
    return True


@transaction.atomic
def _announce_part(project_id: int) -> bool:
    """Announce the next offers; tell whether there may be more. Who changes the project meanwhile waits, and begins anew."""
    left = ProjectToAnnounce.objects.select_for_update().filter(project=project_id).first()
    if left is None:
        return False
    offers = Offer.objects.filter(project_id=project_id, pk__gt=left.after).order_by("pk")
    keys = list(offers.values_list("pk", flat=True)[:PART])
    services.announce_all(offers.filter(pk__in=keys))
    if len(keys) < PART:
        left.delete()
        return False
    left.after = keys[-1]
    left.save(update_fields=["after"])
    return True
