"""The page of a product: its reference, EAN and title."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from connections.adminbase import ModelAdmin
from offers import services
from offers.admin.searching import by_ean_or_words
from offers.models import Product


@admin.register(Product)
class ProductAdmin(ModelAdmin):
    list_display = ["reference", "ean", "title"]
    search_fields = ["reference", "ean", "title"]
    search_help_text = _("EAN (with or without leading zeros), reference or title")
    fields = ["reference", "ean", "title"]

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> Any:
        # bol keeps the EAN of an offer for good: another EAN is another product.
        return ["ean"] if obj and any(offer.is_at_bol for offer in obj.offers.all()) else []

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Product], search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        return queryset.filter(by_ean_or_words(search_term)), False

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        if not change:
            obj.save()
        elif form.changed_data:
            self._change(request, obj, form.changed_data)

    def _change(self, request: HttpRequest, product: Product, fields: list[str]) -> None:
        try:
            services.change_product(product, fields, request.user)
        except services.EanInUse:
            messages.error(
                request,
                _(
                    "Nothing was saved: an offer under this EAN reached bol in the meantime. Make a new product instead."
                ),
            )
