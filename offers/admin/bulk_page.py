"""The page between choosing offers and changing them: how many, what it comes to, and a button that says so."""

from __future__ import annotations

import json
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.admin import helpers
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers import bulk, deeds, guarding
from offers.admin.bulk_forms import FORMS, DeedForm
from offers.admin.guarded_rows import guarded_table
from offers.deeds import Deed, Outcome
from offers.forecasting import Forecast, foresee, guarded
from offers.models import BulkRun, OfferQuerySet
from offers.spreadsheets import csv_lines

CONFIRM = "confirm"
DOWNLOAD = "download"


class BulkPage:
    """One request to the page of a deed. It is reached by the actions of the list only, which are POSTs."""

    def __init__(self, model_admin: Any, request: HttpRequest, offers: OfferQuerySet, deed: Deed) -> None:
        self.model_admin = model_admin
        self.request = request
        self.offers = offers
        self.deed = deed

    def answer(self) -> HttpResponseBase:
        """Show the page, or do what was confirmed on it."""
        if self._step == CONFIRM and self._begun:
            return self._lead_to(self._begun)
        if self._step == DOWNLOAD and self.forecast:
            return self._download(self.forecast)
        if self._step == CONFIRM and self.forecast and self._saw_this and self._is_let_through:
            return self._begin(self.forecast)
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

    @cached_property
    def forecast(self) -> Forecast | None:
        """What it would come to as things are now, once enough is known to say so."""
        return foresee(self.deed, self.offers, self._parameters) if self._is_ready else None

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
        """What a person saw who confirms now: the number, the values where these were previewed, and the warnings."""
        warned = self.forecast.guard.fingerprint() if self.forecast else ""
        typed = self._parameters if self.form.is_previewed else {}
        return json.dumps([self.count, typed, warned], sort_keys=True)

    @property
    def _saw_this(self) -> bool:
        is_this = self._token is not None and self.request.POST.get("shown") == self._shown
        return self.form.is_valid() and is_this

    @property
    def _may_pass(self) -> bool:
        return self.request.user.has_perm(guarding.PERMISSION)

    @property
    def _is_let_through(self) -> bool:
        """Whether no guard rail is hit, or somebody who may says that it is meant."""
        has_looked = self.request.POST.get("pass_guard_rails") == "yes"
        return not (self.forecast and self.forecast.warnings) or (self._may_pass and has_looked)

    @property
    def _token(self) -> UUID | None:
        """What the page on which the button was pressed is known by."""
        try:
            return UUID(self.request.POST.get("token", ""))
        except ValueError:
            return None

    @cached_property
    def _begun(self) -> BulkRun | None:
        """The run of this very page, where its button was pressed before."""
        if self._token is None:
            return None
        return BulkRun.objects.filter(deed=self.deed.name, token=self._token).first()

    def _show(self) -> HttpResponse:
        forecast = self.forecast
        is_stopped = self._step == CONFIRM and self._saw_this and not self._is_let_through
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
            "warnings": _in_words(forecast),
            "may_pass": self._may_pass,
            "is_stopped": is_stopped,
        }
        status = HTTPStatus.FORBIDDEN if is_stopped and not self._may_pass else HTTPStatus.OK
        return TemplateResponse(self.request, "offers/bulk.html", context, status=status)

    def _download(self, forecast: Forecast) -> StreamingHttpResponse:
        return StreamingHttpResponse(
            csv_lines(guarded_table(guarded(self.deed, self.offers, self._parameters, forecast.guard))),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{self.deed.name}-guard-rails.csv"'},
        )

    def _begin(self, forecast: Forecast) -> HttpResponse:
        keys = self.offers.order_by("pk").values_list("pk", flat=True)
        by, token = self.request.user, self._token
        run = bulk.start(self.deed, keys, self._parameters, by, token=token, guard=forecast.guard)
        return self._lead_to(run)

    def _lead_to(self, run: BulkRun) -> HttpResponse:
        """Go back to the list where all is done as it was foreseen, else to the page of the run."""
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


def _in_words(forecast: Forecast | None) -> list[tuple[str, list[Outcome], int]]:
    """Return what the guard rails say, each with the first offers and the number of the others."""
    found = forecast.warnings if forecast else []
    return [(guarding.in_words(said), outcomes, said.count - len(outcomes)) for said, outcomes in found]


def _button(deed: Deed, forecast: Forecast | None) -> str:
    if forecast is None:
        return ""
    text = ngettext("%(title)s: %(count)d offer", "%(title)s: %(count)d offers", forecast.changed)
    return text % {"title": deed.title, "count": forecast.changed}


def _result(deed: Deed, run: BulkRun) -> SafeString:
    text = ngettext("%(title)s: %(count)d offer.", "%(title)s: %(count)d offers.", run.changed)
    told = text % {"title": deed.title, "count": run.changed}
    rest = ngettext("%d was like that already.", "%d were like that already.", run.unchanged) % run.unchanged
    words = [told, rest] if run.unchanged else [told]
    way_back = _("What changed, and undo") if deed.can_be_undone else _("What became of each")
    address = reverse("admin:offers_bulkrun_change", args=[run.pk])
    return format_html('{} <a class="underline" href="{}">{}</a>', " ".join(words), address, way_back)
