"""A merchant's account at bol, and the access token that is in use for it."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.bol import PRODUCTION_API_URL, PRODUCTION_LOGIN_URL
from connections.fields import EncryptedTextField
from connections.models.change import ConnectionChange, Standing, name_of

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def validate_bol_address(url: str) -> None:
    """Refuse an address that is neither bol over https nor this machine: it would be given the secret."""
    parts = urlsplit(url)
    if parts.hostname in LOOPBACK and parts.scheme in {"http", "https"}:
        return
    if parts.scheme == "https" and parts.hostname in settings.BOL_HOSTS:
        return
    raise ValidationError(
        _("“%(url)s” is neither bol (%(hosts)s, over https) nor a sandbox on this machine."),
        params={"url": url, "hosts": ", ".join(settings.BOL_HOSTS)},
        code="address",
    )


def new_notification_key() -> str:
    """Return a part of an address that nobody guesses."""
    return secrets.token_urlsafe(24)


class OffersApi(models.TextChoices):
    """The dialect of the Offers API that a connection speaks."""

    V11 = "v11", _("Offers v11")
    V10 = "v10", _("Offers v10 (older)")


class ConnectionStatus(models.TextChoices):
    """Whether a connection may talk to bol at all."""

    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    SUSPENDED = "suspended", _("Suspended")


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def active(self) -> ConnectionQuerySet:
        return self.filter(status=ConnectionStatus.ACTIVE)

    def live(self) -> ConnectionQuerySet:
        return self.active().filter(is_live=True)


class Connection(models.Model):
    """A merchant's account at bol.

    It starts read only: it fetches, and keeps what it would send. A person switches sending on.
    """

    Status = ConnectionStatus
    STATUS_COLOURS = {
        ConnectionStatus.ACTIVE: "success",
        ConnectionStatus.PAUSED: "warning",
        ConnectionStatus.SUSPENDED: "danger",
    }

    name = models.CharField(_("name"), max_length=100, unique=True)
    client_id = models.CharField(_("client ID"), max_length=200)
    client_secret = EncryptedTextField(_("client secret"), blank=True)
    api_url = models.CharField(
        _("API address"), max_length=200, default=PRODUCTION_API_URL, validators=[validate_bol_address]
    )
    login_url = models.CharField(
        _("login address"), max_length=200, default=PRODUCTION_LOGIN_URL, validators=[validate_bol_address]
    )
    offers_api = models.CharField(
        _("offers dialect"), max_length=3, choices=OffersApi.choices, default=OffersApi.V11
    )
    is_live = models.BooleanField(
        _("sends to bol"),
        default=False,
        help_text=_(
            "While this is off the connection only reads: what it would send waits and can be looked at."
        ),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=ConnectionStatus.choices, default=ConnectionStatus.ACTIVE
    )
    status_reason = models.TextField(_("reason"), blank=True)
    status_changed_at = models.DateTimeField(_("since"), default=timezone.now)
    status_changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("changed by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    # In words, for the account may be removed; "bol" where bol refused the connection.
    status_changed_by_name = models.CharField(max_length=150, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    # The address to which bol posts notifications ends with it; their signatures are what protects us.
    notification_key = models.CharField(
        max_length=50, unique=True, default=new_notification_key, editable=False
    )
    # bol's number of this account; empty until it was read.
    retailer_id = models.CharField(_("retailer ID"), max_length=50, blank=True, editable=False)

    sender_name = models.CharField(
        _("sender"),
        max_length=100,
        blank=True,
        help_text=_(
            "The name of your shop as customers know it. Left empty, the name of the connection is printed."
        ),
    )
    return_address = models.TextField(
        _("return address"),
        max_length=500,
        blank=True,
        help_text=_("Printed below the name; anything else a customer should find there can be added."),
    )
    prices_on_packing_slips = models.BooleanField(
        _("prices on packing slips"),
        default=False,
        help_text=_("Off, because a parcel may be a gift."),
    )

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="a_connection_stops_by_somebody_for_a_reason",
                condition=models.Q(status=ConnectionStatus.ACTIVE)
                | (~models.Q(status_reason="") & ~models.Q(status_changed_by_name="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and remember a new connection as it was made."""
        with transaction.atomic():
            is_new = self._state.adding
            super().save(*args, **kwargs)
            if is_new:
                ConnectionChange.record(self, self.status_changed_by or "-")

    @property
    def standing(self) -> Standing:
        return Standing(str(self.status), self.is_live, str(self.offers_api))

    @property
    def is_active(self) -> bool:
        return self.status == ConnectionStatus.ACTIVE

    @property
    def may_send(self) -> bool:
        return self.is_active and self.is_live

    def suspend(self, reason: str) -> None:
        """Stop all traffic because bol refused this connection; its messages wait, for they are not to blame.

        A pause that a person asked for stands, and so do credentials that were entered since this one was read.
        """
        current = Connection.objects.get(pk=self.pk)
        refused = (self.client_id, self.client_secret)
        if current.is_active and (current.client_id, current.client_secret) == refused:
            self._move(ConnectionStatus.SUSPENDED, reason, by=None)

    def pause(self, reason: str, by: Any) -> None:
        """Stop all traffic because a person says so, and why."""
        self._move(ConnectionStatus.PAUSED, reason, by)

    def resume(self, by: Any) -> None:
        """Let traffic flow again."""
        self._move(ConnectionStatus.ACTIVE, "", by)

    def switch(self, by: Any, **standing: Any) -> None:
        """Change `is_live` or `offers_api` because a person says so."""
        self._change(by, "", standing)

    def _move(self, status: str, reason: str, by: Any) -> None:
        since = {"status_changed_at": timezone.now(), "status_changed_by": by}
        told = {"status_reason": reason, "status_changed_by_name": name_of(by)}
        self._change(by, reason, {"status": status, **told, **since})

    @transaction.atomic
    def _change(self, by: Any, reason: str, values: dict[str, Any]) -> None:
        for name, value in values.items():
            setattr(self, name, value)
        self.save(update_fields=list(values))
        ConnectionChange.record(self, by, reason)


class AccessToken(models.Model):
    """The token that all workers share for one connection, and who is fetching the next one."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="access_token")
    value = EncryptedTextField(blank=True)
    expires_at = models.DateTimeField(null=True)
    # One worker fetches, the others wait: bol blocks the address of those who ask too often.
    fetching_until = models.DateTimeField(null=True)
    # After a failure nobody asks again before this moment.
    not_before = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")

    def __str__(self) -> str:
        return f"{self.connection_id}"
