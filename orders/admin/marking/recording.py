"""What the pages that mark parcels shipped have in common: what is said before, the recording, and where it leads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.models import ShipmentBatch
from orders.proposing import Proposal, fingerprint
from orders.refreshing import FEW, Refreshed, refresh
from orders.services import Refusal, mark_batch

LIST = "admin:orders_order_changelist"
FILTERS = "_changelist_filters"


@dataclass(frozen=True)
class Confirmed:
    """What the button said that was pressed: which page it was on, and what that page showed."""

    token: UUID
    shown: str
    batch: ShipmentBatch | None


def read_confirmed(request: HttpRequest) -> Confirmed:
    """Return what was confirmed; `batch` is there where it had been recorded before."""
    try:
        token = UUID(request.POST.get("token", ""))
    except ValueError:
        token = uuid4()
    batch = ShipmentBatch.objects.filter(token=token).first()
    return Confirmed(token, request.POST.get("shown", ""), batch)


def read_again(order_keys: Collection[int]) -> Refreshed | None:
    """Read few orders at bol before somebody relies on them; None for many, which the relay reads one by one."""
    return refresh(order_keys) if len(order_keys) <= FEW else None


def words_of(told: Refreshed | None) -> dict[str, str]:
    """Return what to say of the orders that were read at bol just now, and of those that could not be."""
    if told is None:
        return {"info": _("Each order is read at bol once more before bol is told.")}
    said = {}
    if not told.read and not told.unread:
        said["info"] = _("These orders were read at bol within the last minute.")
    if told.read:
        text = ngettext(
            "%d order was read at bol just now.", "%d orders were read at bol just now.", len(told.read)
        )
        said["info"] = text % len(told.read)
    if told.unread:
        facts = {"orders": ", ".join(map(str, told.unread)), "reason": told.reason}
        said["warning"] = (
            _(
                "bol could not be asked about %(orders)s (%(reason)s). It is recorded all the same, and each order is read "
                "again before bol is told."
            )
            % facts
        )
    return said


def record(
    request: HttpRequest,
    proposals: Sequence[Proposal],
    confirmed: Confirmed,
    *,
    told: Refreshed | None,
    source: str = "",
) -> tuple[ShipmentBatch | None, Sequence[Refusal]]:
    """Record what was confirmed, say so, and return the batch (None where nothing was recorded) and what was refused."""
    parcels = [proposal.parcel for proposal in proposals]
    batch, done = mark_batch(parcels, token=confirmed.token, by=request.user, source=source)
    if done is None:
        return batch, []
    if done.shipments:
        _tell(request, batch, len(done.shipments), proposals)
        if told and told.unread:
            messages.warning(request, words_of(told)["warning"])
    return (batch if done.shipments else None), done.refusals


def context_of(model_admin: Any, request: HttpRequest) -> dict[str, Any]:
    """Return what every page on the way needs."""
    return {
        **model_admin.admin_site.each_context(request),
        "title": _("Mark shipped"),
        "opts": model_admin.opts,
        "filters": filters_of(request),
        "filters_name": FILTERS,
        "back": list_address(request),
    }


def summary_of(proposals: Sequence[Proposal], told: Refreshed | None) -> dict[str, Any]:
    """Return what would be announced to how many, and what tells whether it is still that when it is confirmed."""
    return {
        "proposals": proposals,
        "orders": len({proposal.order.pk for proposal in proposals}),
        "units": sum(sum(proposal.contents.values()) for proposal in proposals),
        "by_connection": Counter(proposal.order.connection for proposal in proposals).items(),
        "by_carrier": Counter(proposal.carrier.name for proposal in proposals).most_common(),
        "told": words_of(told),
        "token": uuid4(),
        "shown": fingerprint(proposals),
    }


def filters_of(request: HttpRequest) -> str:
    """Return the filters of the list from which a person came."""
    if FILTERS in request.POST or FILTERS in request.GET:
        return str(request.POST.get(FILTERS, request.GET.get(FILTERS, "")))
    came_from_list = request.path == reverse(LIST)
    return request.GET.urlencode() if came_from_list else ""


def list_address(request: HttpRequest) -> str:
    """Return the address of the list as it was filtered."""
    filters = filters_of(request)
    return reverse(LIST) + (f"?{filters}" if filters else "")


def back_to_list(request: HttpRequest) -> HttpResponse:
    """Go back to the list as it was filtered."""
    return redirect(list_address(request))


def follow(request: HttpRequest, batch: ShipmentBatch) -> HttpResponse:
    """Go to where it can be seen how it goes on: the order of a single parcel, else the page of the batch."""
    orders = list(batch.shipments.values_list("order_id", flat=True)[:2])
    if len(orders) == 1:
        return redirect("admin:orders_order_change", orders[0])
    return redirect(batch_address(request, batch))


def batch_address(request: HttpRequest, batch: ShipmentBatch) -> str:
    """Return the address of the page of a batch, which leads back to the list as it was filtered."""
    filters = filters_of(request)
    query = "?" + urlencode({FILTERS: filters}) if filters else ""
    return reverse("admin:orders_shipmentbatch_change", args=[batch.pk]) + query


def _tell(request: HttpRequest, batch: ShipmentBatch, count: int, proposals: Sequence[Proposal]) -> None:
    text = ngettext("%d parcel is marked shipped.", "%d parcels are marked shipped.", count) % count
    link = format_html(
        '<a class="underline" href="{}">{}</a>', batch_address(request, batch), _("See how it goes on.")
    )
    messages.success(request, format_html("{} {} {}", text, _what_follows(proposals), link))


def _what_follows(proposals: Sequence[Proposal]) -> str:
    if all(proposal.order.connection.may_send for proposal in proposals):
        return _("bol is told at once.")
    return _("bol is told as soon as the connection may send.")
