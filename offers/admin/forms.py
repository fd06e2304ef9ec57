"""The forms of an offer: what a person decides, checked against what bol accepts and against others at work."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from offers import history, rules
from offers.admin.bol_choices import BolChoices
from offers.admin.volume_prices import VolumePricesField
from offers.choices import Condition
from offers.models import WANTED_FIELDS, Offer, Project


class NewOfferForm(forms.ModelForm):
    """A new offer; delivery, countries and economic operator come from its project."""

    volume_prices = VolumePricesField()

    class Meta:
        model = Offer
        fields = (
            "project",
            "product",
            "condition",
            "condition_comment",
            "is_margin_good",
            "price",
            "volume_prices",
            "stock",
            "on_hold",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        project = cleaned.get("project") or Project()
        for field, value in project.offer_defaults.items():
            if field not in self.fields:
                setattr(self.instance, field, value)
        return cleaned


class OfferForm(BolChoices, forms.ModelForm):
    """What we want of an offer. A page that somebody else overtook is refused, with the newer values."""

    volume_prices = VolumePricesField()
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Offer
        fields = WANTED_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stored = self.instance.wanted_values()
        self.initial["seen"] = fingerprint(self._stored)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("seen") and cleaned["seen"] != fingerprint(self._stored):
            raise ValidationError(self._overtaken(cleaned), code="overtaken")
        if "delivery_profile_id" in self.changed_data:
            self._check_words(cleaned.get("delivery_profile_id", ""))
        return cleaned

    def _check_words(self, profile_id: str) -> None:
        api = self.instance.project.connection.offers_api
        rules.check_words(api, Condition.NEW, profile_id=profile_id)

    def _overtaken(self, cleaned: dict[str, Any]) -> str:
        typed = {field: cleaned[field] for field in WANTED_FIELDS if field in cleaned}
        newer = {
            field: (self._stored[field], value)
            for field, value in typed.items()
            if self._stored[field] != value
        }
        return _(
            "Somebody else changed this offer while you had it open. Stored now, against what you entered: "
            "%(newer)s. Open the page again and make your change once more."
        ) % {"newer": history.in_words(newer) or _("the same values")}


def fingerprint(wanted: dict[str, Any]) -> str:
    """Return a short text that changes with any of the values."""
    written = repr([(field, str(wanted[field])) for field in WANTED_FIELDS])
    return hashlib.sha256(written.encode()).hexdigest()[:16]
