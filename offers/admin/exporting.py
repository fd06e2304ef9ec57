"""The export button of the offers list: what the list shows, filtered as it is, as a file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.adminbase import action
from offers import exports
from offers.models import OfferQuerySet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ExportActions:
    """Downloads of the list as it is filtered; they change nothing, so a link will do."""

    @action(description=_("Export CSV"), permissions=["view"], icon="download")
    def export_csv(self, request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(
            exports.csv_lines(self._listed(request)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{_name("csv")}"'},
        )

    @action(description=_("Export XLSX"), permissions=["view"], icon="download")
    def export_xlsx(self, request: HttpRequest) -> FileResponse:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / _name("xlsx")
            exports.write_xlsx(self._listed(request), path)
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

    def _listed(self, request: HttpRequest) -> OfferQuerySet:
        page: Any = self
        if not page.has_view_permission(request):
            raise PermissionDenied
        listed: OfferQuerySet = page.get_changelist_instance(request).get_queryset(request)
        return listed


def _name(suffix: str) -> str:
    return f"assortment-{timezone.localdate():%Y-%m-%d}.{suffix}"
