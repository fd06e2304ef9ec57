"""Form fields that offer what bol has for an account by its name, and store its id."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from connections.adminbase import UnfoldAdminSelectWidget
from connections.models import Connection, OffersApi
from offers import guarding
from offers.models import DeliveryProfile, EconomicOperator, Project

Choice = tuple[str, str]
NAMES = ("economic_operator_id", "delivery_profile_id")


def operator_choices(connection: Connection | None) -> list[Choice]:
    """Return the economic operators to choose from; without a connection those of all, each with its connection."""
    rows = EconomicOperator.objects.filter(gone_at=None).select_related("connection")
    found = rows.filter(connection=connection) if connection else rows
    return [(row.operator_id, _operator_name(row, connection)) for row in found]


def profile_choices(connection: Connection | None) -> list[Choice]:
    """Return the delivery profiles to choose from: none where the connection does not speak Offers v11."""
    rows = DeliveryProfile.objects.filter(gone_at=None).select_related("connection")
    found = rows.filter(connection__offers_api=OffersApi.V11)
    found = found.filter(connection=connection) if connection else found
    return [(row.profile_id, str(row) if connection else f"{row} ({row.connection})") for row in found]


CHOICES = dict(zip(NAMES, (operator_choices, profile_choices), strict=True))


class BolChoices:
    """Makes selects of an economic operator and a delivery profile in a ModelForm; list it before the form."""

    fields: dict[str, forms.Field]
    instance: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in NAMES:
            if name in self.fields:
                self._offer(name)

    def _offer(self, name: str) -> None:
        before = self.fields[name]
        choices = CHOICES[name](_connection_of(self.instance))
        self.fields[name] = forms.ChoiceField(
            choices=_with_current(choices, getattr(self.instance, name)),
            label=before.label,
            required=False,
            help_text=before.help_text,
            widget=UnfoldAdminSelectWidget,
        )


class ProjectForm(BolChoices, forms.ModelForm):
    """A project; what it refers to at bol must be of its own connection."""

    class Meta:
        model = Project
        fields = "__all__"  # noqa: DJ007 - the admin names them

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, limit in asdict(guarding.installation_limits()).items():
            if f"guard_{name}" in self.fields:
                self.fields[f"guard_{name}"].widget.attrs["placeholder"] = guarding.plain(limit)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        connection = cleaned.get("connection") or _connection_of(self.instance)
        for name in NAMES:
            self._check(name, cleaned.get(name), connection)
        return cleaned

    def _check(self, name: str, chosen: str | None, connection: Connection | None) -> None:
        if not chosen or not connection or chosen == self.initial.get(name):
            return
        if chosen not in dict(CHOICES[name](connection)):
            text = _("“%(connection)s” does not have this one at bol.") % {"connection": connection}
            self.add_error(name, ValidationError(text, code="other account"))


def _with_current(choices: list[Choice], current: str) -> list[Choice]:
    nothing = ("", _("As bol has it"))
    if not current or current in dict(choices):
        return [nothing, *choices]
    return [nothing, *choices, (current, _("%(id)s (not found at bol)") % {"id": current})]


def _operator_name(row: EconomicOperator, connection: Connection | None) -> str:
    status = row.get_status_display() or _("status not told")
    name = f"{row} · {status}"
    return name if connection else f"{name} ({row.connection})"


def _connection_of(instance: Any) -> Connection | None:
    project = instance if isinstance(instance, Project) else getattr(instance, "project", None)
    return project.connection if project and project.connection_id else None
