"""What people can decide about differences with bol: the words, what is asked for with it, and which it fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from connections.adminbase import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget
from offers.models import Drift, Project
from offers.models.drift import MAX_REASON, DriftKind, Resolution
from offers.reconciling.deciding import TAKE_BACK, fits


class ProjectForm(forms.Form):
    """Where adopted offers go: a project of the connection they are at."""

    project = forms.ModelChoiceField(
        Project.objects.all(), label=_("Project"), widget=UnfoldAdminSelectWidget
    )

    def __init__(self, data: Any, *, connections: list[int]) -> None:
        super().__init__(data)
        field = self.fields["project"]
        projects = list(Project.objects.filter(connection__in=connections)[:2])
        field.queryset = Project.objects.filter(connection__in=connections)  # type: ignore[attr-defined]
        field.initial = projects[0] if len(projects) == 1 else None


class ReasonForm(forms.Form):
    """Why offers stay gone."""

    reason = forms.CharField(
        label=_("Why, for those who ask later"),
        max_length=MAX_REASON,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )


@dataclass(frozen=True)
class Choice:
    """A decision as people read it."""

    name: str
    title: Any
    effect: Any


CHOICES = {
    choice.name: choice
    for choice in (
        Choice(
            Resolution.SEND_OURS.value,
            _("Send ours"),
            _("What bol has is overwritten with the values here. Values that are the same are not sent."),
        ),
        Choice(
            Resolution.TAKE_THEIRS.value,
            _("Take bol's"),
            _("The values here become what bol has. Nothing is sent."),
        ),
        Choice(
            Resolution.LEAVE.value,
            _("Leave as it is"),
            _("Nothing is changed, here or at bol. It is asked again when bol's side changes once more."),
        ),
        Choice(
            Resolution.PUBLISH_AGAIN.value,
            _("Publish again"),
            _("The offers are made at bol anew, with the values they have here."),
        ),
        Choice(
            Resolution.PARK.value,
            _("Park (stays gone)"),
            _(
                "The offers stay in the assortment but are not published any more, and their EANs are free for other "
                "offers. It is not asked again until somebody takes this back."
            ),
        ),
        Choice(
            TAKE_BACK,
            _("Take the parking back"),
            _("It is wanted again, and gone as before: it waits for a decision. Nothing is sent."),
        ),
        Choice(
            Resolution.ADOPT.value,
            _("Adopt"),
            _("They become offers of the project you choose, with the values bol has. Nothing is sent."),
        ),
        Choice(
            Resolution.IGNORE.value,
            _("Ignore"),
            _("They stay at bol as they are, and are not reported again."),
        ),
    )
}


def fitting(queryset: QuerySet[Drift], name: str) -> QuerySet[Drift]:
    """Return the differences that a decision can be made about."""
    if name == TAKE_BACK:
        return queryset.filter(resolution=Resolution.PARK, offer__stays_gone=True)
    undecided = queryset.filter(state=Drift.State.OPEN)
    if name == Resolution.LEAVE:
        return undecided.exclude(kind=DriftKind.MADE_ELSEWHERE)
    return undecided.filter(kind=fits(name))


def form_for(request: HttpRequest, name: str, chosen: QuerySet[Drift]) -> forms.Form | None:
    """Return what a person is asked for with a decision, filled in where it was answered."""
    data = request.POST if "confirmed" in request.POST else None
    if name == Resolution.ADOPT:
        connections = list(chosen.order_by().values_list("connection", flat=True).distinct())
        return ProjectForm(data, connections=connections)
    return ReasonForm(data) if name == Resolution.PARK else None
