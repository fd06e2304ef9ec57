"""Export buttons of a list: what the list shows, filtered as it is, as a file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.adminbase import action
from offers import exports
from offers.spreadsheets import Table, csv_lines, write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Download = HttpResponse | StreamingHttpResponse | FileResponse


class ExportActions:
    """Downloads of a list as it is filtered; they change nothing, so a link will do.

    Put it before ModelAdmin, say what a table of the rows is, and name `export_csv` and `export_xlsx` in `actions_list`.
    """

    export_name = ""

    def export_table(self, rows: Any) -> Table:
        """Return the rows of a list as a table."""
        raise NotImplementedError

    def has_export_permission(self, request: HttpRequest) -> bool:
        page: Any = self
        return bool(page.has_view_permission(request))

    @action(description=_("Export CSV"), permissions=["export"], icon="download")
    def export_csv(self, request: HttpRequest) -> Download:
        return self.download_csv(request, self._listed(request))

    @action(description=_("Export XLSX"), permissions=["export"], icon="download")
    def export_xlsx(self, request: HttpRequest) -> Download:
        return self.download_xlsx(request, self._listed(request))

    def download_csv(self, request: HttpRequest, rows: QuerySet[Any]) -> Download:
        """Send these rows as CSV, a row at a time."""
        return StreamingHttpResponse(
            csv_lines(self.export_table(rows)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{self._file_name("csv")}"'},
        )

    def download_xlsx(self, request: HttpRequest, rows: QuerySet[Any]) -> Download:
        """Send these rows as a workbook, made in a file of its own."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / self._file_name("xlsx")
            write_xlsx(self.export_table(rows), path)
            # An open file outlives its name.
            return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type=XLSX)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        page: Any = super()
        answer = page.changelist_view(request, extra_context)
        for button in (getattr(answer, "context_data", None) or {}).get("actions_list", ()):
            # The buttons lead to what the list shows: filtered and searched as it is.
            if "export_" in button.get("path", "") and request.GET:
                button["path"] += f"?{request.GET.urlencode()}"
        return answer

    def _listed(self, request: HttpRequest) -> QuerySet[Any]:
        page: Any = self
        if not page.has_view_permission(request):
            raise PermissionDenied
        listed: QuerySet[Any] = page.get_changelist_instance(request).get_queryset(request)
        return listed

    def _file_name(self, suffix: str) -> str:
        return f"{self.export_name}-{timezone.localdate():%Y-%m-%d}.{suffix}"


class AssortmentExport(ExportActions):
    """The assortment of the offers list."""

    export_name = "assortment"

    def export_table(self, rows: Any) -> Table:
        return exports.assortment(rows)
