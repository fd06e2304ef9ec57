"""Where bol posts what happens: what we want, and what bol has."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models.connection import Connection


class SubscriptionState(models.TextChoices):
    """How a subscription stands at bol."""

    ASKED = "asked", _("Being arranged with bol")
    ON = "on", _("bol posts")
    OFF = "off", _("Switched off by you")
    DISABLED = "disabled", _("Switched off by bol")
    MISSING = "missing", _("Not at bol any more")
    REFUSED = "refused", _("Refused by bol")
    ENDING = "ending", _("Being removed")
    ELSEWHERE = "elsewhere", _("Made elsewhere")


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def ours(self) -> SubscriptionQuerySet:
        """Those that a person made here; bol has one per address, and we have one address per connection."""
        return self.filter(is_ours=True)

    def in_trouble(self) -> SubscriptionQuerySet:
        """Those through which bol should post, and does not."""
        return self.ours().filter(state__in=Subscription.TROUBLE)


class Subscription(models.Model):
    """A subscription at bol. One of ours says what we want; of one made elsewhere only what bol says is known.

    `known` is what bol confirmed or listed last (url, resources, enabled), None while that is in doubt.
    """

    State = SubscriptionState
    STATE_COLOURS = {
        SubscriptionState.ASKED: "info",
        SubscriptionState.ON: "success",
        SubscriptionState.OFF: "default",
        SubscriptionState.DISABLED: "danger",
        SubscriptionState.MISSING: "danger",
        SubscriptionState.REFUSED: "danger",
        SubscriptionState.ENDING: "info",
        SubscriptionState.ELSEWHERE: "default",
    }
    TROUBLE = (SubscriptionState.DISABLED, SubscriptionState.MISSING, SubscriptionState.REFUSED)

    connection = models.ForeignKey(
        Connection, verbose_name=_("connection"), on_delete=models.CASCADE, related_name="subscriptions"
    )
    is_ours = models.BooleanField(_("made here"), default=False)
    bol_id = models.CharField(_("id at bol"), max_length=100, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=SubscriptionState.choices, default=SubscriptionState.ASKED
    )
    since = models.DateTimeField(_("since"), default=timezone.now)

    url = models.CharField(_("address"), max_length=500)
    resources = models.JSONField(_("what about"), default=list)
    is_enabled = models.BooleanField(_("switched on"), default=True)

    known = models.JSONField(null=True, editable=False)
    # What a request under way says, so that the confirmation confirms just that.
    sent = models.JSONField(null=True, editable=False)
    seen_at = models.DateTimeField(_("last seen at bol"), null=True, blank=True)
    # bol takes up to a quarter of an hour to follow a change.
    changed_at = models.DateTimeField(_("last change"), null=True, blank=True)
    tested_at = models.DateTimeField(_("last test"), null=True, blank=True)
    # From when on notifications may be missing; empty as soon as polling was told to go back that far.
    gap_since = models.DateTimeField(_("gap since"), null=True, blank=True)

    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["connection", "id"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "url"], name="one_subscription_per_address"),
            models.UniqueConstraint(
                fields=["connection"],
                condition=models.Q(is_ours=True),
                name="one_subscription_of_ours_per_connection",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.connection} · {', '.join(self.resources)}"

    @property
    def subject(self) -> str:
        """Return how messages in the outbox name it."""
        return f"subscription:{self.pk}"

    @property
    def wanted(self) -> dict[str, Any]:
        """Return what bol should have, in the form of `known`."""
        return {"url": self.url, "resources": sorted(self.resources), "enabled": self.is_enabled}

    @property
    def is_as_wanted(self) -> bool:
        return self.known == self.wanted

    def move(self, state: str) -> None:
        """Set how it stands, and since when; the caller saves `STATE_FIELDS`."""
        if self.state == state:
            return
        if self.state in self.TROUBLE:
            # What was missed since the trouble was found is made good once more now that it ends.
            self.gap_since = self.gap_since or self.since
        self.state, self.since = state, timezone.now()


STATE_FIELDS = ("state", "since", "gap_since")
