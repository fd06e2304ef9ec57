"""The shop page and its buttons."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from werkzeug.routing import Rule

from connections.bol.sandbox.entities import Offer, Order
from connections.bol.sandbox.selling.offers import is_for_sale, title_of
from connections.bol.sandbox.shop.page import PAGE_SIZE, Window, render
from connections.bol.sandbox.web.answers import HTML, Answer
from connections.bol.sandbox.web.calls import Call, route

if TYPE_CHECKING:
    from connections.bol.sandbox.sandbox import Sandbox

ORDERS_SHOWN = 12
EFFECTS_SHOWN = 50
CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"


class Shop:
    """What a customer sees and does; nobody has to log in."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def routes(self) -> list[Rule]:
        """The route table of the shop."""
        return [
            route("GET", "/", self.show, HTML),
            route("POST", "/buy", self.buy, HTML),
            route("POST", "/ask-to-cancel", self.ask_to_cancel, HTML),
            route("POST", "/send-back", self.send_back, HTML),
            route("POST", "/clock", self.advance, HTML),
        ]

    def show(self, call: Call) -> Answer:
        """The page: offers for sale, recent orders, the clock and the ledger."""
        found = self._search(call.query("q") or "")
        page = call.number("page", 1)
        first = (page - 1) * PAGE_SIZE
        window = Window(
            offers=found[first : first + PAGE_SIZE],
            found=len(found),
            page=page,
            query=call.query("q") or "",
            message=call.query("message") or "",
            orders=self._recent_orders(),
            effects=self.sandbox.ledger()[: -EFFECTS_SHOWN - 1 : -1],
        )
        return Answer(200, render(call.state, window), headers={"Content-Security-Policy": CONTENT_POLICY})

    def _search(self, query: str) -> list[Offer]:
        words = query.lower().split()
        offers = self.sandbox.state.offers.of(None)
        return [
            offer for offer in offers if _matches(offer, words) and is_for_sale(self.sandbox.state, offer)
        ]

    def _recent_orders(self) -> list[Order]:
        return list(islice(reversed(self.sandbox.state.orders.by_id.values()), ORDERS_SHOWN))

    def buy(self, call: Call) -> Answer:
        """Place an order with an invented customer."""
        form = call.request.form
        item = {"offerId": form.get("offer"), "quantity": form.get("quantity", "1")}
        try:
            order_id = self.sandbox.place_orders(items=[item])[0]
        except (LookupError, ValueError):
            return _back(call, "Somebody was faster: that many are no longer for sale.")
        return _back(call, f"Ordered. Order {order_id} is waiting for its seller.")

    def ask_to_cancel(self, call: Call) -> Answer:
        """Let the customer ask to cancel an order."""
        order_id = call.request.form.get("order", "")
        try:
            self.sandbox.request_cancellation(order_id)
        except LookupError:
            return _back(call, "There is no such order.")
        return _back(call, f"The customer of order {order_id} asked to cancel it.")

    def send_back(self, call: Call) -> Answer:
        """Let the customer of an order send back what was received."""
        order_id = call.request.form.get("order", "")
        try:
            [return_id] = self.sandbox.return_items(order_id=order_id)
        except LookupError:
            return _back(call, "There is nothing to send back.")
        return _back(call, f"The customer of order {order_id} sends it back: return {return_id}.")

    def advance(self, call: Call) -> Answer:
        """Let some hours pass."""
        hours = call.request.form.get("hours", type=int) or 0
        self.sandbox.advance(timedelta(hours=max(0, hours)))
        return _back(call, "")


def _matches(offer: Offer, words: list[str]) -> bool:
    text = f"{title_of(offer)} {offer.ean}".lower()
    return all(word in text for word in words)


def _back(call: Call, message: str) -> Answer:
    """To the same page of the same search, with a word about what happened."""
    kept = {name: call.request.form[name] for name in ("q", "page") if call.request.form.get(name)}
    query = urlencode(kept | ({"message": message} if message else {}))
    return Answer(303, headers={"Location": f"/?{query}" if query else "/"})
