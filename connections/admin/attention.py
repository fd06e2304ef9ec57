"""Needs attention: what bol refused, by cause, with what can be done about all of it at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from connections import attention, operations, services
from connections.adminbase import UnfoldAdminTextInputWidget, age_in_words

SEND_AGAIN, SETTLE = "send_again", "settle"


class SettleForm(forms.Form):
    """Why nothing has to be sent any more."""

    reason = forms.CharField(
        label=_("What you did about it"), max_length=300, widget=UnfoldAdminTextInputWidget
    )


class AttentionView:
    """The page of causes, beside the list of messages."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.attention_view)
        ours = [path("attention/", view, name="connections_outboxmessage_attention")]
        return ours + super().get_urls()  # type: ignore[misc]

    def attention_view(self, request: HttpRequest) -> HttpResponse:
        """Show the causes; a POST settles one of them."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        form = SettleForm(request.POST if request.POST.get("deed") == SETTLE else None)
        if request.method == "POST" and self._do(request, form):
            return HttpResponseRedirect(reverse("admin:connections_outboxmessage_attention"))
        names = dict(operations.names())
        causes = [
            {
                "cause": cause,
                "operation": names.get(cause.operation, cause.operation),
                "oldest": age_in_words(cause.oldest),
                "form": form if form.is_bound and request.POST.get("cause") == cause.key else SettleForm(),
                "link": _link(cause),
            }
            for cause in attention.find_causes()
        ]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Needs attention"),
            "causes": causes,
            "may_settle": self.has_send_permission(request),  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, "admin/connections/outboxmessage/attention.html", context)

    def _do(self, request: HttpRequest, form: SettleForm) -> bool:
        """Do what was asked for; False where what was typed is not enough."""
        if not self.has_send_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        concerned = attention.messages_of(request.POST.get("cause", ""))
        if request.POST.get("deed") == SEND_AGAIN:
            count = services.send_again(concerned)
            text = ngettext("%d message is sent again.", "%d messages are sent again.", count)
        elif form.is_valid():
            count = services.settle_by_hand(concerned, form.cleaned_data["reason"], by=request.user)
            text = ngettext("%d message is settled by hand.", "%d messages are settled by hand.", count)
        else:
            return False
        messages.success(request, text % count)
        return True


def _link(cause: attention.Cause) -> str:
    address = reverse("admin:connections_outboxmessage_changelist")
    if cause.count == 1:
        return reverse("admin:connections_outboxmessage_change", args=cause.messages)
    return f"{address}?state__exact=failed&operation={cause.operation}"
