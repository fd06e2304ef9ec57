"""Bulk actions on offers: first what will happen and to how many, then the deed, large ones in the background."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin import helpers
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_q.tasks import async_task

from connections.adminbase import action
from offers import services
from offers.models import Offer

# More than a page load can carry: these go to the background, a part at a time.
LARGE = PART = 2000
EXAMPLES = 10


@dataclass(frozen=True)
class Deed:
    """Something that is done to many offers at once."""

    name: str  # as in services.BULK
    title: Any
    effect: Any


HOLD = Deed(
    "put_on_hold",
    _("Put on hold"),
    _("They leave the shop, but stay in the assortment and keep everything else as it is."),
)
RELEASE = Deed(
    "release",
    _("Release"),
    _("They come back in the shop, with the price and stock they have here."),
)
SEND_AGAIN = Deed(
    "send_again",
    _("Send again"),
    _(
        "Everything about them is sent to bol once more. Offers that are not at bol any more are published anew, and "
        "what bol refused is tried again."
    ),
)

USE_PROJECT_OPERATOR = Deed(
    "use_project_operator",
    _("Use their project's economic operator"),
    _(
        "Each gets the economic operator of its own project, and bol is told. Projects without one change nothing."
    ),
)


class OfferActions:
    """The actions of the changelist of offers; each is a POST with a page that asks first."""

    actions = ["put_on_hold", "release", "send_again", "use_project_operator"]

    @action(description=HOLD.title, permissions=["change"])
    def put_on_hold(self, request: HttpRequest, queryset: QuerySet[Offer]) -> TemplateResponse | None:
        return self._ask_or_do(request, queryset, HOLD)

    @action(description=RELEASE.title, permissions=["change"])
    def release(self, request: HttpRequest, queryset: QuerySet[Offer]) -> TemplateResponse | None:
        return self._ask_or_do(request, queryset, RELEASE)

    @action(description=SEND_AGAIN.title, permissions=["change"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Offer]) -> TemplateResponse | None:
        return self._ask_or_do(request, queryset, SEND_AGAIN)

    @action(description=USE_PROJECT_OPERATOR.title, permissions=["change"])
    def use_project_operator(
        self, request: HttpRequest, queryset: QuerySet[Offer]
    ) -> TemplateResponse | None:
        return self._ask_or_do(request, queryset, USE_PROJECT_OPERATOR)

    def _ask_or_do(
        self, request: HttpRequest, queryset: QuerySet[Offer], deed: Deed
    ) -> TemplateResponse | None:
        if "confirmed" not in request.POST:
            return self._ask(request, queryset, deed)
        _do(request, queryset, deed)
        return None

    def _ask(self, request: HttpRequest, queryset: QuerySet[Offer], deed: Deed) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": deed.title,
            "opts": Offer._meta,  # noqa: SLF001 - how every admin template knows its model
            "deed": deed,
            "count": queryset.count(),
            "examples": queryset[:EXAMPLES],
            "selected": request.POST.getlist(helpers.ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across", "0"),
            "action_checkbox_name": helpers.ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "offers/confirm_action.html", context)


def _do(request: HttpRequest, queryset: QuerySet[Offer], deed: Deed) -> None:
    keys = list(queryset.values_list("pk", flat=True))
    if len(keys) > LARGE:
        for start in range(0, len(keys), PART):
            async_task("offers.tasks.act", deed.name, keys[start : start + PART], request.user.pk)
        messages.info(request, _("%(count)d offers are being done in the background.") % {"count": len(keys)})
        return
    try:
        done = services.BULK[deed.name](Offer.objects.with_all().filter(pk__in=keys), request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return
    told = ngettext("%(title)s: %(count)d offer.", "%(title)s: %(count)d offers.", done)
    messages.success(request, told % {"title": deed.title, "count": done})
