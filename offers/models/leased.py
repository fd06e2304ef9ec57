"""Work that goes on in the background in portions, and that another worker takes over when one dies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Self, TypeVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

LEASE = timedelta(minutes=3)

Run = TypeVar("Run", bound="LeasedRun")


class LeasedQuerySet(models.QuerySet[Run]):
    """Runs by whether there is work, and whether somebody is at it."""

    def busy(self) -> Self:
        return self.filter(state__in=self.model.BUSY)

    def free(self) -> Self:
        """Runs that no worker holds, or that a worker held which died."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=timezone.now()))

    def take(self, run_id: int) -> bool:
        """Claim a run for this worker; tell whether it was free and has work."""
        fresh = {"claim": uuid4(), "lease_until": timezone.now() + LEASE}
        return bool(self.busy().free().filter(pk=run_id).update(**fresh))


class LeasedRun(models.Model):
    """What is common to all: a claim, and until when it holds. What inherits has a `state` and a `finished_at`."""

    BUSY: ClassVar[tuple[str, ...]] = ()
    state: Any

    claim = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_busy(self) -> bool:
        return self.state in self.BUSY

    @property
    def is_stalled(self) -> bool:
        """Whether no worker is at it although there is work: none has begun yet, or the one that had died."""
        return self.is_busy and (self.lease_until is None or self.lease_until < timezone.now())

    def held(self) -> models.QuerySet[Self]:
        """Return this run as long as it is in the state and under the claim we read it with; else nothing."""
        runs: models.QuerySet[Self] = type(self)._default_manager.all()  # noqa: SLF001 - Django's documented name
        return runs.filter(pk=self.pk, claim=self.claim, state=self.state)

    def let_go(self) -> None:
        """Leave it to the next worker."""
        self.held().update(claim=None, lease_until=None)

    def end(self, state: str, **values: Any) -> bool:
        """Finish it in this state; tell whether it was still ours to finish."""
        ended = {"state": state, "finished_at": timezone.now(), "claim": None, "lease_until": None}
        return bool(self.held().update(**ended, **values))
