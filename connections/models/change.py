"""Who switched a connection, from what to what, and why: a trace that stays when the connection itself is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from connections.models.connection import Connection


class Standing(NamedTuple):
    """What decides whether a connection does its work: where one of these changes, a person or bol did it."""

    status: str
    is_live: bool
    offers_api: str


class ConnectionChange(models.Model):
    """One switch of a connection. The newest row of a connection says what it has to be.

    It holds the number and the name of the connection instead of a reference, so that a row removed from the database
    is missed as well. `by` is the name of the person, or "bol".
    """

    connection_number = models.BigIntegerField(_("connection number"))
    name = models.CharField(_("connection"), max_length=100)
    status = models.CharField(_("status"), max_length=10)
    is_live = models.BooleanField(_("sends to bol"))
    offers_api = models.CharField(_("offers dialect"), max_length=3)
    by = models.CharField(_("by"), max_length=150)
    reason = models.TextField(_("reason"), blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("switch of a connection")
        verbose_name_plural = _("switches of connections")
        ordering = ["-id"]
        indexes = [models.Index(fields=["connection_number", "-id"], name="connection_change_newest")]

    def __str__(self) -> str:
        return f"{self.name}: {self.status}"

    @property
    def standing(self) -> Standing:
        return Standing(self.status, self.is_live, self.offers_api)

    @classmethod
    def record(cls, connection: Connection, by: Any, reason: str = "") -> None:
        """Note how a connection stands from now on; call it in the transaction of the change."""
        cls.objects.create(
            connection_number=connection.pk,
            name=connection.name,
            by=name_of(by),
            reason=reason,
            **connection.standing._asdict(),
        )

    @classmethod
    def newest(cls) -> dict[int, ConnectionChange]:
        """Return the newest change of every connection there ever was, by its number."""
        last = cls.objects.order_by().values("connection_number").annotate(last=models.Max("pk"))
        rows = cls.objects.filter(pk__in=[row["last"] for row in last])
        return {row.connection_number: row for row in rows}


BOL = "bol"


def name_of(by: Any) -> str:
    """Return who it was, in a word that outlives the account."""
    if by is None:
        return BOL
    return by if isinstance(by, str) else str(by.get_username())
