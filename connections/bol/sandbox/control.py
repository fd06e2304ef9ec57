"""The sandbox's own endpoints under /_sandbox/: what customers, other systems, time and bad luck do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from werkzeug.routing import Rule

from connections.bol.sandbox.web.answers import JSON, Answer, Problem
from connections.bol.sandbox.web.calls import Call, View, route

if TYPE_CHECKING:
    from connections.bol.sandbox.sandbox import Sandbox


class Control:
    """The endpoints by which tests and people steer the sandbox; nobody has to log in."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def routes(self) -> list[Rule]:
        """The route table of everything under /_sandbox/."""
        views: list[tuple[str, str, View]] = [
            ("GET", "ledger", self.get_ledger),
            ("GET", "requests", self.get_requests),
            ("GET", "stats", self.get_stats),
            ("GET", "retailers", self.get_retailers),
            ("POST", "retailers", self.add_retailer),
            ("POST", "tokens/expire", self.expire_tokens),
            ("GET", "orders", self.get_orders),
            ("POST", "orders", self.place_orders),
            ("POST", "orders/<order_id>/cancellation-request", self.request_cancellation),
            ("POST", "orders/<order_id>/cancellation", self.cancel_order),
            ("POST", "shipments/<shipment_id>/transport-events", self.report_transport),
            ("GET", "shipping-labels", self.get_shipping_labels),
            ("GET", "returns", self.get_returns),
            ("POST", "returns", self.return_items),
            ("GET", "offers", self.get_offers),
            ("POST", "offers", self.add_offer),
            ("PATCH", "offers/<offer_id>", self.change_offer),
            ("DELETE", "offers/<offer_id>", self.delete_offer),
            ("GET", "economic-operators", self.get_economic_operators),
            ("POST", "economic-operators", self.set_economic_operator),
            ("DELETE", "economic-operators/<operator_id>", self.delete_economic_operator),
            ("GET", "subscriptions", self.get_subscriptions),
            ("DELETE", "subscriptions/<subscription_id>", self.delete_subscription),
            ("POST", "subscriptions/<subscription_id>/disable", self.disable_subscription),
            ("GET", "notifications", self.get_notifications),
            ("POST", "signature-keys", self.replace_signature_key),
            ("GET", "clock", self.get_clock),
            ("POST", "clock", self.advance),
            ("GET", "faults", self.get_faults),
            ("POST", "faults", self.add_fault),
            ("DELETE", "faults", self.clear_faults),
            ("POST", "reset", self.reset),
        ]
        return [route(method, f"/_sandbox/{path}", _explaining(view), JSON) for method, path, view in views]

    def get_ledger(self, call: Call) -> Answer:
        entries = self.sandbox.ledger(call.query("retailer"), call.number("after", 0, lowest=0))
        return Answer(200, {"ledger": entries})

    def get_requests(self, call: Call) -> Answer:
        entries = self.sandbox.requests(call.query("retailer"), call.number("after", 0, lowest=0))
        return Answer(200, {"requests": entries})

    def get_stats(self, call: Call) -> Answer:
        return Answer(200, self.sandbox.stats(call.query("retailer")))

    def get_retailers(self, call: Call) -> Answer:
        return Answer(200, {"retailers": self.sandbox.retailers()})

    def add_retailer(self, call: Call) -> Answer:
        """``{"client_id", "client_secret", "active"?}``: makes an account known, or changes it."""
        return Answer(200, self.sandbox.add_retailer(**call.json()))

    def expire_tokens(self, call: Call) -> Answer:
        self.sandbox.expire_tokens()
        return Answer(204)

    def get_orders(self, call: Call) -> Answer:
        return Answer(200, {"orders": self.sandbox.orders(call.query("retailer"))})

    def place_orders(self, call: Call) -> Answer:
        """``{"count", ...}`` or ``{"items": [{"ean", "quantity"}], ...}``, or several in ``{"orders": [...]}``.

        What else may be said of an order is in `Sandbox.place_orders`.
        """
        body = call.json()
        wanted: list[dict[str, Any]] = body.get("orders", [body])
        placed = [order_id for order in wanted for order_id in self.sandbox.place_orders(**order)]
        return Answer(201, {"orderIds": placed})

    def request_cancellation(self, call: Call) -> Answer:
        """The customer asks to cancel: the order, or the ``{"item_ids": [...]}`` of it."""
        self.sandbox.request_cancellation(call.arguments["order_id"], **_options(call))
        return Answer(204)

    def cancel_order(self, call: Call) -> Answer:
        """The customer cancels, and nobody asks the retailer: the order, or the ``{"item_ids": [...]}`` of it."""
        self.sandbox.cancel_order(call.arguments["order_id"], **_options(call))
        return Answer(204)

    def report_transport(self, call: Call) -> Answer:
        """``{"eventCode": "RETURNED_TO_SENDER"}``: what the carrier of a parcel reports."""
        self.sandbox.report_transport(call.arguments["shipment_id"], call.json()["eventCode"])
        return Answer(204)

    def get_shipping_labels(self, call: Call) -> Answer:
        return Answer(200, {"shippingLabels": self.sandbox.shipping_labels(call.query("retailer"))})

    def get_returns(self, call: Call) -> Answer:
        return Answer(200, {"returns": self.sandbox.returns(call.query("retailer"))})

    def return_items(self, call: Call) -> Answer:
        """``{"items": [{"orderItemId", "quantity"?, ...}]}``, ``{"order_id"}`` or ``{"count"}``: parcels come back."""
        return Answer(201, {"returnIds": self.sandbox.return_items(**call.json())})

    def get_offers(self, call: Call) -> Answer:
        return Answer(200, {"offers": self.sandbox.offers(call.query("retailer"))})

    def add_offer(self, call: Call) -> Answer:
        """``{"retailer", "ean", "price", "stock", ...}``, other fields as in the offers API version 11."""
        fields = call.json()
        return Answer(201, {"offerId": self.sandbox.add_offer(fields.pop("retailer"), fields)})

    def change_offer(self, call: Call) -> Answer:
        self.sandbox.change_offer(call.arguments["offer_id"], call.json())
        return Answer(204)

    def delete_offer(self, call: Call) -> Answer:
        self.sandbox.delete_offer(call.arguments["offer_id"])
        return Answer(204)

    def get_economic_operators(self, call: Call) -> Answer:
        return Answer(200, {"operators": self.sandbox.economic_operators(call.query("retailer") or "")})

    def set_economic_operator(self, call: Call) -> Answer:
        """``{"retailer", "operator_id"?, "name"?, "status"?}``: makes an operator, or changes the one with this id."""
        return Answer(201, {"id": self.sandbox.set_economic_operator(**call.json())})

    def delete_economic_operator(self, call: Call) -> Answer:
        self.sandbox.delete_economic_operator(call.arguments["operator_id"])
        return Answer(204)

    def get_subscriptions(self, call: Call) -> Answer:
        return Answer(200, {"subscriptions": self.sandbox.subscriptions(call.query("retailer"))})

    def delete_subscription(self, call: Call) -> Answer:
        self.sandbox.delete_subscription(call.arguments["subscription_id"])
        return Answer(204)

    def disable_subscription(self, call: Call) -> Answer:
        self.sandbox.disable_subscription(call.arguments["subscription_id"])
        return Answer(204)

    def get_notifications(self, call: Call) -> Answer:
        found = self.sandbox.notifications(call.query("retailer"), call.number("after", 0, lowest=0))
        return Answer(200, {"notifications": found})

    def replace_signature_key(self, call: Call) -> Answer:
        """``{"keep_old"?}``: notifications are signed by a new key from now on."""
        return Answer(201, {"id": self.sandbox.replace_signature_key(**call.json())})

    def get_clock(self, call: Call) -> Answer:
        clock = call.state.clock
        return Answer(200, {"now": clock.now().isoformat(), "ahead_s": int(clock.offset.total_seconds())})

    def advance(self, call: Call) -> Answer:
        """``{"advance_s": 3600}`` moves the clock forward."""
        self.sandbox.advance(timedelta(seconds=float(call.json()["advance_s"])))
        return self.get_clock(call)

    def get_faults(self, call: Call) -> Answer:
        return Answer(200, {"faults": self.sandbox.faults()})

    def add_fault(self, call: Call) -> Answer:
        return Answer(201, self.sandbox.add_fault(call.json()))

    def clear_faults(self, call: Call) -> Answer:
        self.sandbox.clear_faults()
        return Answer(204)

    def reset(self, call: Call) -> Answer:
        self.sandbox.reset()
        return Answer(204)


def _options(call: Call) -> dict[str, Any]:
    """The body of a request that may do without."""
    return call.json() if call.request.get_data() else {}


def _explaining(view: View) -> View:
    """Turn a mistake in what was asked into an answer that says what it is."""

    def explained(call: Call) -> Answer:
        try:
            return view(call)
        except (KeyError, TypeError, ValueError, LookupError) as error:
            raise Problem(400, "The sandbox does not understand this.", str(error)) from error

    return explained
