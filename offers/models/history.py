"""What bol confirmed lately, value by value: who watches the traffic sees repetitions and quarrels in it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from offers.models.offer import Offer


class Sense(models.TextChoices):
    """What sending the value was good for."""

    CHANGED = "changed", _("Changed something at bol")
    REPEATED = "repeated", _("Sent again because bol's state was in doubt")
    NOTHING = "nothing", _("Changed nothing")


class ConfirmedValue(models.Model):
    """One component of an offer as bol confirmed it; kept for a week."""

    offer = models.ForeignKey(
        Offer, verbose_name=_("offer"), on_delete=models.CASCADE, related_name="confirmed_values"
    )
    # What bol takes for one offer, whoever of us sends it: "3:0041497153718:NEW".
    listing = models.CharField(max_length=60, editable=False)
    component = models.CharField(_("component"), max_length=10)
    fingerprint = models.CharField(max_length=32, editable=False)
    value = models.CharField(_("value"), max_length=200)
    sense = models.CharField(_("effect"), max_length=10, choices=Sense.choices)
    source = models.CharField(_("source"), max_length=80, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("caused by"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    at = models.DateTimeField(_("confirmed"), default=timezone.now)

    class Meta:
        verbose_name = _("confirmed value")
        verbose_name_plural = _("confirmed values")
        ordering = ["-id"]
        indexes = [
            # The latest values of one component of one offer at bol.
            models.Index(fields=["listing", "component", "at"], name="confirmed_by_listing"),
            # A period as a whole, and what is old enough to go.
            models.Index(fields=["at"], name="confirmed_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.component} {self.value}"

    @property
    def told_by(self) -> str:
        """Return who or what the value came from, "" where nobody said."""
        person = str(self.by) if self.by else ""
        return f"{person} ({self.source})" if person and self.source else person or self.source
