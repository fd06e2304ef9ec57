"""An assortment that is kept together and published through one connection."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from connections.models import Connection, OffersApi
from offers import rules
from offers.choices import Condition, Countries, DeliveryCode, FulfilmentMethod


class ProjectQuerySet(models.QuerySet["Project"]):
    def active(self) -> ProjectQuerySet:
        return self.filter(is_active=True)


class Project(models.Model):
    """An assortment with its connection, and what its new offers start with."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    connection = models.ForeignKey(
        Connection, verbose_name=_("connection"), on_delete=models.PROTECT, related_name="projects"
    )
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_(
            "Nothing about the offers of an inactive project is sent to bol; they stay there as they are."
        ),
    )
    stock_managed_by_retailer = models.BooleanField(
        _("we subtract bol's orders ourselves"),
        default=False,
        help_text=_(
            "Off: give the stock on the shelf, including what open bol orders will take; bol subtracts all open "
            "orders. On: give the free stock, with all bol orders you know already taken off; bol subtracts only "
            "what is ordered after your last update."
        ),
    )
    condition = models.CharField(
        _("condition"), max_length=20, choices=Condition.choices, default=Condition.NEW
    )
    fulfilment_method = models.CharField(
        _("fulfilment"), max_length=3, choices=FulfilmentMethod.choices, default=FulfilmentMethod.FBR
    )
    delivery_code = models.CharField(
        _("delivery"), max_length=20, choices=DeliveryCode.choices, default=DeliveryCode.DAYS_1_2, blank=True
    )
    countries = models.CharField(
        _("countries"),
        max_length=10,
        choices=Countries.choices,
        default=Countries.NL,
        help_text=_("Only sent to a connection that speaks Offers v11."),
    )
    economic_operator_id = models.CharField(
        _("economic operator"),
        max_length=36,
        blank=True,
        help_text=_(
            "The ID at bol of who answers for the product in the EU. Left empty, bol keeps what it has."
        ),
    )
    delivery_profile_id = models.CharField(_("delivery profile"), max_length=36, blank=True)
    # The guard rails of imports and bulk actions; without a number the one of the installation counts.
    guard_price_percent = models.DecimalField(
        _("price limit (%)"),
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("An import or bulk action that moves a price by more than this, up or down, asks first."),
    )
    guard_share_percent = models.DecimalField(
        _("share limit (%)"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_(
            "An import or bulk action that takes more than this share of the project's offers to stock 0 or on hold "
            "asks first."
        ),
    )
    guard_smallest_project = models.PositiveIntegerField(
        _("smallest project (offers)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1_000_000)],
        help_text=_(
            "With fewer offers than this the share is not looked at: one of three is a third already."
        ),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        rules.check_delivery(self.fulfilment_method, self.delivery_code)
        rules.check_profile(self.delivery_code, self.delivery_profile_id)
        if self.connection_id:
            rules.check_words(self.connection.offers_api, self.condition, profile_id="")

    @property
    def offer_defaults(self) -> dict[str, Any]:
        """Return what a new offer of this project starts with, where nothing else is said."""
        is_v11 = bool(self.connection_id) and self.connection.offers_api == OffersApi.V11
        return {
            "condition": self.condition,
            "fulfilment_method": self.fulfilment_method,
            "delivery_code": self.delivery_code,
            "countries": self.countries,
            "economic_operator_id": self.economic_operator_id,
            "delivery_profile_id": self.delivery_profile_id if is_v11 else "",
        }


class ProjectToAnnounce(models.Model):
    """A project that changed, and up to which of its offers it was worked out what bol has to be told of that."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="+")
    after = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.project_id} · {self.after}"
