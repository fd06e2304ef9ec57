"""Export of orders for the bookkeeping, from what the list shows or from chosen orders. A permission of its own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.adminbase import action
from offers.admin.exporting import Download, ExportActions
from offers.spreadsheets import Table
from orders.exports import bookkeeping, items_in
from orders.models import Order

# So many rows are ready long before the half minute is over that a web server gives a page: a file that was cut off
# would look complete. A workbook takes five times as long as CSV.
MOST_ROWS_OF_CSV = 100_000
MOST_ROWS_OF_XLSX = 20_000


class OrderExport(ExportActions):
    """The export of the orders list."""

    export_name = "orders"

    def export_table(self, rows: Any) -> Table:
        return bookkeeping(rows)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return super().has_export_permission(request) and request.user.has_perm("orders.export_order")

    @action(description=gettext_lazy("Export for bookkeeping (CSV)"), permissions=["export"])
    def export_chosen_csv(self, request: HttpRequest, queryset: QuerySet[Order]) -> Download:
        return self.download_csv(request, queryset)

    @action(description=gettext_lazy("Export for bookkeeping (XLSX)"), permissions=["export"])
    def export_chosen_xlsx(self, request: HttpRequest, queryset: QuerySet[Order]) -> Download:
        return self.download_xlsx(request, queryset)

    def download_csv(self, request: HttpRequest, rows: QuerySet[Any]) -> Download:
        return self._refuse(request, rows, MOST_ROWS_OF_CSV) or super().download_csv(request, rows)

    def download_xlsx(self, request: HttpRequest, rows: QuerySet[Any]) -> Download:
        return self._refuse(request, rows, MOST_ROWS_OF_XLSX) or super().download_xlsx(request, rows)

    def _refuse(self, request: HttpRequest, rows: QuerySet[Any], most: int) -> HttpResponse | None:
        if items_in(rows)[: most + 1].count() <= most:
            return None
        text = _(
            "These are more than %d order items, too many for a page. Filter the list, take CSV instead of XLSX, or use "
            "the command export_orders."
        )
        messages.error(request, text % most)
        return redirect("admin:orders_order_changelist")
