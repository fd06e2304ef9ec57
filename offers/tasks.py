"""What happens to many offers in the background; safe to run twice, for it only leads to what is wanted."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth import get_user_model
from django_q.tasks import async_task

from offers import services, undoing
from offers.models import Offer

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


def act(deed: str, offer_ids: Sequence[int], user_id: int) -> int:
    """Do one of the bulk actions of the offers, by its name in offers.services."""
    by = get_user_model().objects.filter(pk=user_id).first()
    return services.BULK[deed](Offer.objects.filter(pk__in=offer_ids), by)


def undo(undo_id: int) -> None:
    """Go on with the undoing of a batch for a while, and ask for the next while."""
    if undoing.carry_on(undo_id):
        undoing.ring(undo_id)


def resume_undos() -> int:
    """Go on with undos that a crash or a lost task has left behind; return how many."""
    return undoing.resume_undos()
