"""Draws the shop page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlencode

from connections.bol.sandbox.clock import AMSTERDAM
from connections.bol.sandbox.entities import Json, Offer, Order
from connections.bol.sandbox.selling.offers import corrected_stock, title_of
from connections.bol.sandbox.selling.returns import returnable
from connections.bol.sandbox.shop.telling import money, tell
from connections.bol.sandbox.state import State

PAGE_SIZE = 12
FEW = 5
HERE = Path(__file__).parent
PAGE = Template((HERE / "page.html").read_text(encoding="utf-8"))
STYLE = (HERE / "page.css").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Window:
    """What is in view: a page of what was found, the latest orders, the latest effects."""

    offers: list[Offer]
    found: int
    page: int
    query: str
    message: str
    orders: list[Order]
    effects: list[Json]


def render(state: State, window: Window) -> str:
    """The entire page as HTML."""
    return PAGE.substitute(
        style=STYLE,
        now=state.now.astimezone(AMSTERDAM).strftime("%a %d %b %Y, %H:%M"),
        ahead=_ahead(state),
        message=_message(window),
        query=escape(window.query),
        count=_count(window),
        offers="".join(_offer(offer, window) for offer in window.offers)
        or _empty("Nothing is for sale here yet."),
        pages=_pages(window),
        orders="".join(_order(state, order, window) for order in window.orders)
        or _empty("Nobody has ordered yet."),
        ledger_size=len(window.effects),
        ledger="".join(_effect(effect) for effect in window.effects),
    )


def _message(window: Window) -> str:
    if not window.message:
        return ""
    return f'<div class="wide"><p class="message" role="status">{escape(window.message)}</p></div>'


def _ahead(state: State) -> str:
    hours = int(state.clock.offset.total_seconds() // 3600)
    return f"The clock is {hours} hours ahead." if hours else ""


def _count(window: Window) -> str:
    what = "offer for sale" if window.found == 1 else "offers for sale"
    return f"{window.found:,} {what}" + (f" for “{escape(window.query)}”" if window.query else "")


def _empty(text: str) -> str:
    return f'<li class="empty" style="display:block">{text}</li>'


def _offer(offer: Offer, window: Window) -> str:
    title = title_of(offer)
    left = corrected_stock(offer)
    return f"""<li>
<span class="tile" style="--hue:{int(offer.ean) % 360}" aria-hidden="true">{escape(_initials(title))}</span>
<div><div class="title">{escape(title)}</div>
<div class="meta">EAN {escape(offer.ean)} · {escape(_condition(offer))} · sold by {escape(offer.retailer)}</div>
<div class="delivery">{escape(_delivery(offer))}</div></div>
<div class="buy"><div><div class="price">{money(offer.price)}</div><div class="meta">{_stock(left)}</div></div>
<form method="post" action="/buy">{_place(window)}<input type="hidden" name="offer" value="{offer.offer_id}">
<input type="number" name="quantity" value="1" min="1" max="{left}" aria-label="Quantity"><button>Buy</button></form></div>
</li>"""


def _initials(title: str) -> str:
    letters = [word[0] for word in title.split() if word[0].isalnum()]
    return "".join(letters[:2]).upper() or "?"


def _condition(offer: Offer) -> str:
    return offer.condition_name.replace("_", " ").capitalize()


def _delivery(offer: Offer) -> str:
    if offer.fulfilment["method"] == "FBB":
        return "Sent by the platform"
    promise = offer.fulfilment.get("deliveryPromise")
    if promise is None:
        return "Delivery as agreed with the seller"
    if promise.get("ultimateOrderTime"):
        return f"Ordered before {promise['ultimateOrderTime']}, delivered tomorrow"
    return f"Delivered in {promise['minimumDaysToCustomer']}-{promise['maximumDaysToCustomer']} days"


def _stock(left: int) -> str:
    return f"only {left} left" if left <= FEW else f"{left} in stock"


def _place(window: Window) -> str:
    """Hidden fields that lead back to the same page of the same search."""
    return (
        f'<input type="hidden" name="q" value="{escape(window.query)}">'
        f'<input type="hidden" name="page" value="{window.page}">'
    )


def _pages(window: Window) -> str:
    earlier = _link(window, window.page - 1, "← Previous") if window.page > 1 else "<span></span>"
    later = _link(window, window.page + 1, "Next →") if window.page * PAGE_SIZE < window.found else ""
    return earlier + later


def _link(window: Window, page: int, text: str) -> str:
    return f'<a href="/?{escape(urlencode({"q": window.query, "page": page}))}">{text}</a>'


def _order(state: State, order: Order, window: Window) -> str:
    address = order.customer.address
    who = f"{address['firstName']} {address['surname']}, {address['city']} ({address['countryCode']})"
    company = order.customer.business.get("company")
    point = order.customer.pickup_point
    where = f" · to {point}" if point else " · sent by the platform" if _is_sent_by_bol(order) else ""
    items = "<br>".join(f"{item.quantity} &times; {escape(item.title)}" for item in order.items)
    chips = f'<span class="chips">{_state(order)}{_coming_back(state, order)}</span>'
    return f"""<li><div class="top"><strong>{escape(order.order_id)}</strong>{chips}</div>
<div>{items}</div>
<div class="meta">{escape(who)}{f" · {escape(company)}" if company else ""}{escape(where)} · {_time(order)}</div>
{_cancel_button(order, window)}{_return_button(state, order, window)}</li>"""


def _is_sent_by_bol(order: Order) -> bool:
    return all(item.method == "FBB" for item in order.items)


def _time(order: Order) -> str:
    return order.placed_at.astimezone(AMSTERDAM).strftime("%d %b %H:%M")


def _state(order: Order) -> str:
    shipped = sum(item.shipped for item in order.items)
    cancelled = sum(item.cancelled for item in order.items)
    if order.is_open:
        asked = any(item.cancellation_request for item in order.items)
        text = "customer wants to cancel" if asked else "partly handled" if shipped or cancelled else "open"
        return f'<span class="chip open">{text}</span>'
    if shipped:
        return f'<span class="chip shipped">{"shipped, partly cancelled" if cancelled else "shipped"}</span>'
    return '<span class="chip cancelled">cancelled</span>'


def _coming_back(state: State, order: Order) -> str:
    """A chip for what the customer sends back: on its way, or dealt with."""
    found = [item for line in order.items for item in state.returns.by_item.get(line.item_id, [])]
    if not found:
        return ""
    if all(item.handled for item in found):
        return '<span class="chip plain">return handled</span>'
    return '<span class="chip open">coming back</span>'


def _cancel_button(order: Order, window: Window) -> str:
    if not order.is_open or any(item.cancellation_request for item in order.items):
        return ""
    return _button("/ask-to-cancel", "Ask to cancel", order, window)


def _return_button(state: State, order: Order, window: Window) -> str:
    if not any(returnable(state, item) for item in order.items):
        return ""
    return _button("/send-back", "Send back", order, window)


def _button(action: str, text: str, order: Order, window: Window) -> str:
    field = f'<input type="hidden" name="order" value="{escape(order.order_id)}">'
    return f'<form method="post" action="{action}">{_place(window)}{field}<button>{text}</button></form>'


def _effect(effect: Json) -> str:
    when = datetime.fromisoformat(effect["at"]).astimezone(AMSTERDAM).strftime("%d %b %H:%M:%S")
    cells = [effect["n"], when, effect["retailer"], effect["effect"], effect["subject"], tell(effect)]
    return "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>"
