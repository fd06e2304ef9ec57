"""Forms about connections: a secret goes in and never comes out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.adminbase import BaseDialogForm, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget
from connections.models import Connection

SHORT_SECRET = 16


class ConnectionForm(forms.ModelForm):
    """A connection with a write-only secret."""

    new_secret = forms.CharField(
        label=gettext_lazy("Client secret"),
        required=False,
        strip=True,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "password", "autocomplete": "new-password"}),
    )

    class Meta:
        model = Connection
        fields = [
            "name",
            "client_id",
            "api_url",
            "login_url",
            "offers_api",
            "sender_name",
            "return_address",
            "prices_on_packing_slips",
        ]
        widgets = {"return_address": UnfoldAdminTextareaWidget(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        secret = self.instance.client_secret
        self.fields["new_secret"].required = not secret
        self.fields["new_secret"].help_text = (
            _stored(secret)
            if secret
            else _("From bol's partner platform, under settings, services, API settings.")
        )


def _stored(secret: str) -> str:
    """Say which secret is stored, by its end alone, and by nothing where that would give away too much."""
    if len(secret) <= SHORT_SECRET:
        return _("A secret is stored. Leave empty to keep it.")
    return _("A secret is stored, ending in …%(end)s. Leave empty to keep it.") % {"end": secret[-4:]}


class PauseForm(BaseDialogForm):
    """Why all traffic is stopped."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}), max_length=500
    )
