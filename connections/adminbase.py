"""The one door to the admin theme: every admin class, decorator and form part of the back office comes from here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache, lru_cache, wraps
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext as admin_text  # of the admin itself, which translates it already
from unfold.admin import ModelAdmin as ThemedModelAdmin
from unfold.admin import StackedInline, TabularInline
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.templatetags import unfold_list
from unfold.views import ChangeList
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
    UnfoldBooleanWidget,
)

__all__ = [
    "AutocompleteSelectFilter",
    "BaseDialogForm",
    "ChangeList",
    "ChoicesDropdownFilter",
    "ModelAdmin",
    "MomentWidget",
    "RangeDateTimeFilter",
    "ReadOnlyAdmin",
    "RelatedDropdownFilter",
    "StackedInline",
    "TabularInline",
    "UnfoldAdminCheckboxSelectMultipleWidget",
    "UnfoldAdminFileFieldWidget",
    "UnfoldAdminSelectWidget",
    "UnfoldAdminTextInputWidget",
    "UnfoldAdminTextareaWidget",
    "UnfoldBooleanSwitchWidget",
    "UnfoldBooleanWidget",
    "action",
    "age_in_words",
    "display",
    "leave_dialog",
    "show_age",
    "show_label",
]


class MomentWidget(UnfoldAdminTextInputWidget):
    """Day and time, as the browser asks for them."""

    input_type = "datetime-local"


def _once_per_list(make: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    @wraps(make)
    def headers(cl: Any) -> list[Any]:
        if not hasattr(cl, "made_headers"):
            cl.made_headers = list(make(cl))
        return cl.made_headers

    return headers


# The theme works the headers of a list out anew for each of its rows, which was a third of the time of a page.
unfold_list.result_headers = _once_per_list(unfold_list.result_headers)


class CappedPaginator(Paginator):
    """Counts to a limit and no further: beyond it a list says "more", which at a million rows is what matters."""

    CAP = 10_000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: self.CAP + 1].count())


class ModelAdmin(ThemedModelAdmin):
    """The theme's admin with the habits of this house: fast at a million rows, no surprises."""

    list_per_page = 50
    show_full_result_count = False
    paginator: Any = CappedPaginator
    list_filter_submit = False
    list_fullwidth = True
    warn_unsaved_form = True
    compressed_fields = False

    @display(description=ThemedModelAdmin.action_checkbox.short_description)
    def action_checkbox(self, obj: Model) -> SafeString:
        """Return the box by which a row is ticked, named after the row for those who do not see it."""
        label = admin_text("Select this object for an action - {}").format(obj)
        return format_html(_tick_box(), label=label, key=obj.pk)


@cache
def _tick_box() -> str:
    # Drawn once, for a list has many: {label} and {key} are filled in.
    looks = {"class": "action-select", "aria-label": "{label}"}
    return UnfoldBooleanWidget(looks, lambda value: False).render(ACTION_CHECKBOX_NAME, "{key}")


class ReadOnlyAdmin(ModelAdmin):
    """An admin of rows that the engine writes and people only look at."""

    warn_unsaved_form = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def show_age(moment: datetime | None) -> SafeString | str:
    """Return a moment as its age in words ("3 minutes ago"), with the exact time for who points at it."""
    if moment is None:
        return _("never")
    local = formats.date_format(timezone.localtime(moment), "DATETIME_FORMAT")
    return format_html('<span title="{}">{}</span>', local, age_in_words(moment) or local)


def age_in_words(moment: datetime) -> str:
    """Return how long ago a moment was; empty for one that is still to come."""
    seconds = (timezone.now() - moment).total_seconds()
    if seconds < 0:
        return ""
    if seconds < 60:
        return _("just now")
    return _("%(age)s ago") % {"age": timesince(moment, depth=1)}


def show_label(text: object, colour: str = "default") -> SafeString:
    """Return a status label for a page, where the theme draws none by itself."""
    return _label(str(text), colour)


# The rows of a list share a handful of labels.
@lru_cache(maxsize=1000)
def _label(text: str, colour: str) -> SafeString:
    return mark_safe(render_to_string("unfold/helpers/label.html", {"text": text, "variant": colour}))  # noqa: S308 - a template's output


def leave_dialog(address: str) -> HttpResponse:
    """Close a dialog after its POST and show `address`."""
    return HttpResponse(headers={"HX-Redirect": address})
