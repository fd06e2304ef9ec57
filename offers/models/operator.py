"""What bol keeps for an account and offers refer to: economic operators and delivery profiles, as they were last read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from connections.models import Connection


class OperatorStatus(models.TextChoices):
    """What bol thinks of an economic operator."""

    PENDING = "PENDING", _("Being checked by bol")
    VALID = "VALID", _("Valid")
    INVALID = "INVALID", _("Not valid")


class EconomicOperator(models.Model):
    """Who answers in the EU for products of a connection. Since February 2025 bol sells no offer without a valid one."""

    Status = OperatorStatus
    STATUS_COLOURS = {
        OperatorStatus.PENDING: "warning",
        OperatorStatus.VALID: "success",
        OperatorStatus.INVALID: "danger",
    }

    connection = models.ForeignKey(
        Connection, verbose_name=_("connection"), on_delete=models.CASCADE, related_name="economic_operators"
    )
    operator_id = models.CharField(_("ID at bol"), max_length=36)
    name = models.CharField(_("name"), max_length=200, blank=True)
    # A word of bol's that we do not know stays as it is, and is not valid.
    status = models.CharField(_("status"), max_length=20, choices=OperatorStatus.choices, blank=True)
    address = models.TextField(_("address"), blank=True)
    read_at = models.DateTimeField(_("read"))
    gone_at = models.DateTimeField(_("gone since"), null=True, blank=True)

    class Meta:
        verbose_name = _("economic operator")
        verbose_name_plural = _("economic operators")
        ordering = ["connection", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "operator_id"], name="one_row_per_operator"),
        ]

    def __str__(self) -> str:
        return self.name or self.operator_id


class DeliveryProfile(models.Model):
    """A calendar of bol's "my delivery promise" that an offer can follow (Offers API v11, fulfilment.profileId)."""

    connection = models.ForeignKey(
        Connection, verbose_name=_("connection"), on_delete=models.CASCADE, related_name="delivery_profiles"
    )
    profile_id = models.CharField(_("ID at bol"), max_length=36)
    name = models.CharField(_("name"), max_length=200, blank=True)
    is_default = models.BooleanField(_("default at bol"), default=False)
    read_at = models.DateTimeField(_("read"))
    gone_at = models.DateTimeField(_("gone since"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery profile")
        verbose_name_plural = _("delivery profiles")
        ordering = ["connection", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "profile_id"], name="one_row_per_profile"),
        ]

    def __str__(self) -> str:
        return self.name or self.profile_id
