"""An uploaded spreadsheet and how far its import has come, and the rows that were refused."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from offers import rules
from offers.models.leased import LeasedQuerySet, LeasedRun
from offers.models.project import Project


class ImportState(models.TextChoices):
    """Where an import stands."""

    UPLOADED = "uploaded", _("Uploaded")
    COLUMNS = "columns", _("Columns to choose")
    CHECKING = "checking", _("Being checked")
    READY = "ready", _("Ready to load")
    APPLYING = "applying", _("Being loaded")
    DONE = "done", _("Loaded")
    FAILED = "failed", _("Failed")


class ImportRunQuerySet(LeasedQuerySet["ImportRun"]):
    """Imports."""


class ImportRun(LeasedRun):
    """One spreadsheet on its way in: checked first, loaded when a person says so.

    `rows_done` is the last row that is dealt with in the present phase; it moves in the transaction of the rows, so a
    worker that takes over after a crash goes on behind it and counts nothing twice.
    """

    State = ImportState
    STATE_COLOURS = {
        ImportState.UPLOADED: "info",
        ImportState.COLUMNS: "warning",
        ImportState.CHECKING: "info",
        ImportState.READY: "primary",
        ImportState.APPLYING: "info",
        ImportState.DONE: "success",
        ImportState.FAILED: "danger",
    }
    BUSY = (ImportState.UPLOADED, ImportState.CHECKING, ImportState.APPLYING)

    file = models.FileField(_("file"), upload_to="imports/%Y/%m/")
    original_name = models.CharField(_("name of the file"), max_length=255)
    connection = models.ForeignKey(
        Connection, verbose_name=_("connection"), on_delete=models.PROTECT, related_name="imports"
    )
    default_project = models.ForeignKey(
        Project,
        verbose_name=_("default project"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text=_("For rows that name no project."),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=ImportState.choices, default=ImportState.UPLOADED, editable=False
    )
    error = models.TextField(_("what went wrong"), blank=True, editable=False)

    rows_total = models.PositiveIntegerField(_("rows"), null=True, editable=False)
    rows_done = models.PositiveIntegerField(_("rows done"), default=0, editable=False)
    created = models.PositiveIntegerField(_("new"), default=0, editable=False)
    changed = models.PositiveIntegerField(_("changed"), default=0, editable=False)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0, editable=False)
    rejected = models.PositiveIntegerField(_("rejected"), default=0, editable=False)

    # The field of each column by its place, where a person decided otherwise than we: {"3": "price", "4": ""}.
    mapping = models.JSONField(default=dict, editable=False)
    # The count of what the guard rails look at, as offers.guard_rails.Tally stores it.
    guard_tally = models.JSONField(default=list, editable=False)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("uploaded by"),
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        editable=False,
    )
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("loaded by"),
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        editable=False,
    )
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]
        indexes = [
            # The runs a worker should go on with.
            models.Index(fields=["state", "lease_until"], name="import_to_resume"),
        ]

    def __str__(self) -> str:
        return self.original_name

    @property
    def good(self) -> int:
        """Return the number of rows that make or change something."""
        return self.created + self.changed


class ImportProblem(models.Model):
    """Why a row of a spreadsheet was refused; without a field it is about the row as a whole."""

    run = models.ForeignKey(
        ImportRun, verbose_name=_("import"), on_delete=models.CASCADE, related_name="problems"
    )
    row = models.PositiveIntegerField(_("row"))
    field = models.CharField(_("column"), max_length=20, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    reason = models.TextField(_("reason"))

    class Meta:
        verbose_name = _("refused row")
        verbose_name_plural = _("refused rows")
        ordering = ["row", "id"]
        indexes = [
            # The problems of a run, in the order of its rows.
            models.Index(fields=["run", "row", "id"], name="import_problem_by_row"),
        ]

    def __str__(self) -> str:
        return f"{self.row}: {self.reason}"


class ImportLine(models.Model):
    """What a row came to when the file was checked; the rows of a run that is not loaded yet, to page through."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="lines")
    row = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10)
    is_guarded = models.BooleanField(default=False)
    # What it will claim when it is loaded, unless nothing of it is published; offers.imports.foretelling reads it.
    reference = models.CharField(max_length=rules.MAX_REFERENCE, blank=True)
    project = models.CharField(max_length=100, blank=True)
    ean = models.CharField(max_length=rules.EAN_LENGTH, blank=True)
    condition = models.CharField(max_length=20, blank=True)
    is_claiming = models.BooleanField(default=False)
    is_contested = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("row")
        verbose_name_plural = _("rows")
        ordering = ["row"]
        indexes = [
            # The rows of one outcome, page by page.
            models.Index(fields=["run", "outcome", "row"], name="import_line_by_outcome"),
            # Who claims an EAN, and what a file says of a product.
            models.Index(fields=["run", "ean"], name="import_line_by_ean"),
            models.Index(fields=["run", "reference"], name="import_line_by_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.row}: {self.outcome}"
