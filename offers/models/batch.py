"""What one import or bulk action changed, offer by offer, so that it can be undone as a whole."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from offers.models.bulk import BulkRun
from offers.models.imports import ImportRun
from offers.models.offer import Offer


class ChangeBatch(models.Model):
    """Changes that belong together; the undoing of a batch is a batch itself."""

    title = models.CharField(_("title"), max_length=255)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        editable=False,
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    run = models.OneToOneField(
        ImportRun,
        verbose_name=_("import"),
        on_delete=models.SET_NULL,
        related_name="batch",
        null=True,
        editable=False,
    )
    bulk_run = models.OneToOneField(
        BulkRun,
        verbose_name=_("bulk action"),
        on_delete=models.SET_NULL,
        related_name="batch",
        null=True,
        editable=False,
    )
    undoes = models.OneToOneField(
        "self",
        verbose_name=_("undoes"),
        on_delete=models.PROTECT,
        related_name="undone_by",
        null=True,
        editable=False,
    )

    class Meta:
        verbose_name = _("batch of changes")
        verbose_name_plural = _("batches of changes")
        ordering = ["-id"]
        permissions = [("pass_guard_rails", _("Can pass guard rails"))]

    def __str__(self) -> str:
        return self.title


class BatchOutcome(models.TextChoices):
    """What undoing did with a row."""

    UNDONE = "undone", _("undone")
    KEPT = "kept", _("left as it is")


class ChangeBatchRow(models.Model):
    """One offer in a batch: its values before and after, by field; without `before` the batch made the offer.

    Money is text. Fields of the product are there too, named `product.title`.
    """

    batch = models.ForeignKey(ChangeBatch, on_delete=models.CASCADE, related_name="rows")
    offer = models.ForeignKey(
        Offer, verbose_name=_("offer"), on_delete=models.SET_NULL, related_name="+", null=True
    )
    name = models.CharField(_("reference"), max_length=120)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), default=dict)
    # What undoing the batch did with it, and why it was left as it is.
    outcome = models.CharField(max_length=6, choices=BatchOutcome.choices, blank=True)
    kept_because = models.CharField(_("left as it is because"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("changed offer")
        verbose_name_plural = _("changed offers")
        ordering = ["id"]
        indexes = [
            # What is still to be undone, and what was left as it is.
            models.Index(fields=["batch", "outcome", "id"], name="batch_row_by_outcome"),
        ]

    def __str__(self) -> str:
        return self.name
