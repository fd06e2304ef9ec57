"""Paper for the warehouse from the pages about orders: packing slips of one or many, and a pick list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.adminbase import action
from orders.documents.contents import Choice, Contents, LeftOut, to_pack, to_pick
from orders.documents.packing_slips import draw_packing_slips
from orders.documents.pick_lists import draw_pick_list
from orders.models import Order

PDF = "application/pdf"
# So many are drawn well within the time that a page may take, and no trolley holds more.
MOST_ON_PAPER = 500
NAMED = 10


class PaperActions:
    """Downloads of paper; they change nothing, so who may see orders may print."""

    @action(description=gettext_lazy("Print packing slips"), permissions=["view"])
    def print_packing_slips(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse | None:
        return _print(request, queryset, to_pack, draw_packing_slips, "packing-slips")

    @action(description=gettext_lazy("Print a pick list"), permissions=["view"])
    def print_pick_list(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse | None:
        return _print(request, queryset, to_pick, draw_pick_list, "pick-list")

    @action(
        description=gettext_lazy("Packing slip"),
        permissions=["view"],
        icon="receipt_long",
        url_path="packing-slip",
        attrs={"target": "_blank"},
    )
    def open_packing_slip(self, request: HttpRequest, object_id: str) -> HttpResponse:
        choice = to_pack([int(object_id)] if object_id.isdecimal() else [])
        if not choice.contents:
            _tell_what_is_left_out(request, choice)
            return redirect("admin:orders_order_change", object_id)
        name = f"packing-slip-{choice.contents[0].order.order_id}"
        return send_paper(draw_packing_slips(choice.contents), name, "inline")


def _print(
    request: HttpRequest,
    orders: QuerySet[Order],
    choose: Callable[[Collection[int]], Choice],
    draw: Callable[[Sequence[Contents]], bytes],
    name: str,
) -> HttpResponse | None:
    keys = list(orders.values_list("pk", flat=True)[: MOST_ON_PAPER + 1])
    if len(keys) > MOST_ON_PAPER:
        messages.error(request, _("Choose at most %d orders at a time.") % MOST_ON_PAPER)
        return None
    choice = choose(keys)
    _tell_what_is_left_out(request, choice)
    if not choice.contents:
        return None
    return send_paper(draw(choice.contents), f"{name}-{timezone.localtime():%Y-%m-%d-%H%M}", "attachment")


def send_paper(content: bytes, name: str, disposition: str) -> HttpResponse:
    """Return a PDF as an answer, to be shown ("inline") or saved ("attachment")."""
    headers = {"Content-Disposition": f'{disposition}; filename="{name}.pdf"'}
    return HttpResponse(content, content_type=PDF, headers=headers)


def _tell_what_is_left_out(request: HttpRequest, choice: Choice) -> None:
    if not choice.left_out:
        return
    told = " ".join(_why(left) for left in choice.left_out[:NAMED])
    more = len(choice.left_out) - NAMED
    if more > 0:
        told += " " + _("And %d more.") % more
    said = _("Not on paper: %s") if choice.contents else _("There is nothing to print: %s")
    messages.warning(request, said % told)


def _why(left: LeftOut) -> str:
    return f"{left.order.order_id}: {left.reason}"
