"""Forms about connections: a secret goes in and never comes out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connections.adminbase import BaseDialogForm, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget
from connections.models import Connection


class ConnectionForm(forms.ModelForm):
    """A connection with a write-only secret."""

    new_secret = forms.CharField(
        label=_("client secret"),
        required=False,
        strip=True,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "password", "autocomplete": "new-password"}),
    )

    class Meta:
        model = Connection
        fields = ["name", "client_id", "api_url", "login_url", "offers_api"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        secret = self.instance.client_secret
        self.fields["new_secret"].required = not secret
        self.fields["new_secret"].help_text = (
            _("A secret is stored, ending in …%(end)s. Leave empty to keep it.") % {"end": secret[-4:]}
            if len(secret) > 12
            else _("From bol's partner platform, under settings, services, API settings.")
        )


class PauseForm(BaseDialogForm):
    """Why all traffic is stopped."""

    reason = forms.CharField(
        label=_("Reason"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}), max_length=500
    )
