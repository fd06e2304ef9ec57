"""The page between choosing offers and changing them: how many, what it comes to, and a button that says so."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.admin import helpers
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import ngettext

from offers import bulk, deeds
from offers.admin.bulk_forms import FORMS, DeedForm
from offers.bulk import Forecast
from offers.deeds import Deed
from offers.models import BulkRun, OfferQuerySet

CONFIRM = "confirm"


class BulkPage:
    """One request to the page of a deed. It is reached by the actions of the list only, which are POSTs."""

    def __init__(self, model_admin: Any, request: HttpRequest, offers: OfferQuerySet, deed: Deed) -> None:
        self.model_admin = model_admin
        self.request = request
        self.offers = offers
        self.deed = deed

    def answer(self) -> HttpResponse:
        """Show the page, or do what was confirmed on it."""
        if self._step == CONFIRM and self.form.is_valid() and self._saw_this:
            return self._begin()
        return self._show()

    @cached_property
    def count(self) -> int:
        return self.offers.count()

    @cached_property
    def form(self) -> DeedForm:
        """The form, with what was typed once this page was there before."""
        data = self.request.POST if self._step else None
        return FORMS.get(self.deed.name, DeedForm)(
            data, initial=self._suggested, count=self.deed.count(self.offers)
        )

    @property
    def _step(self) -> str:
        return self.request.POST.get("step", "")

    @property
    def _suggested(self) -> dict[str, Any]:
        """What the page that led here suggests, such as a stock of 0."""
        return {name: self.request.POST[name] for name in ("move", "amount") if name in self.request.POST}

    @property
    def _is_ready(self) -> bool:
        """Whether enough is known to say what it would come to."""
        return not self.form.is_previewed or (self.form.is_bound and self.form.is_valid())

    @property
    def _parameters(self) -> dict[str, Any]:
        return self.form.parameters() if self.form.is_bound and self.form.is_valid() else {}

    @property
    def _shown(self) -> str:
        """What a person saw who confirms now: the number, and the values where these were previewed."""
        return json.dumps([self.count, self._parameters if self.form.is_previewed else {}], sort_keys=True)

    @property
    def _saw_this(self) -> bool:
        return self._token is not None and self.request.POST.get("shown") == self._shown

    @property
    def _token(self) -> UUID | None:
        """What the page on which the button was pressed is known by."""
        try:
            return UUID(self.request.POST.get("token", ""))
        except ValueError:
            return None

    def _show(self) -> HttpResponse:
        forecast = bulk.foresee(self.deed, self.offers, self._parameters) if self._is_ready else None
        context = {
            **selection(self.model_admin, self.request),
            "title": self.deed.title,
            "deed": self.deed,
            "form": self.form,
            "count": self.count,
            "forecast": forecast,
            "shown": self._shown if forecast else "",
            "token": uuid4(),
            "is_stale": self._step == CONFIRM and self.form.is_valid() and not self._saw_this,
            "button": _button(self.deed, forecast),
            "is_large": self.count > self.deed.at_once,
            "shows_prices": self.deed.name == deeds.ChangePrice.name,
        }
        return TemplateResponse(self.request, "offers/bulk.html", context)

    def _begin(self) -> HttpResponse:
        keys = self.offers.order_by("pk").values_list("pk", flat=True)
        run = bulk.start(self.deed, keys, self._parameters, self.request.user, token=self._token)
        if (
            run.state == BulkRun.State.DONE
            and not run.refused
            and not isinstance(self.deed, deeds.CheckAtBol)
        ):
            messages.success(self.request, _result(self.deed, run))
            return redirect(self.request.get_full_path())
        filters = urlencode({"_changelist_filters": self.request.GET.urlencode()})
        return redirect(f"{reverse('admin:offers_bulkrun_change', args=[run.pk])}?{filters}")


def selection(model_admin: Any, request: HttpRequest) -> dict[str, Any]:
    """Return what every page about a selection needs to hand it on to the next one."""
    return {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "selected": request.POST.getlist(helpers.ACTION_CHECKBOX_NAME),
        "select_across": request.POST.get("select_across", "0"),
        "action_checkbox_name": helpers.ACTION_CHECKBOX_NAME,
        "back": request.get_full_path(),
    }


def _button(deed: Deed, forecast: Forecast | None) -> str:
    if forecast is None:
        return ""
    text = ngettext("%(title)s: %(count)d offer", "%(title)s: %(count)d offers", forecast.changed)
    return text % {"title": deed.title, "count": forecast.changed}


def _result(deed: Deed, run: BulkRun) -> str:
    text = ngettext("%(title)s: %(count)d offer.", "%(title)s: %(count)d offers.", run.changed)
    told = text % {"title": deed.title, "count": run.changed}
    if not run.unchanged:
        return told
    rest = ngettext("%d was like that already.", "%d were like that already.", run.unchanged) % run.unchanged
    return f"{told} {rest}"
