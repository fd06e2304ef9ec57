"""The merchant's own article."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from offers import rules


class Product(models.Model):
    """An article by the merchant's own reference, with its EAN of 13 digits."""

    reference = models.CharField(_("reference"), max_length=rules.MAX_REFERENCE, unique=True)
    ean = models.CharField(
        _("EAN"), max_length=rules.EAN_LENGTH, validators=[rules.validate_ean], db_index=True
    )
    title = models.CharField(_("title"), max_length=rules.MAX_TITLE, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["reference"]

    def __str__(self) -> str:
        return f"{self.reference} · {self.title or self.ean}"
