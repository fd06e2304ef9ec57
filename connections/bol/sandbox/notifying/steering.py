"""What a test or a demo does with subscriptions and notifications."""

from __future__ import annotations

from dataclasses import asdict

from connections.bol.sandbox.api import subscriptions as showing
from connections.bol.sandbox.entities import Delivery, Json
from connections.bol.sandbox.notifying import posting, signing, subscriptions
from connections.bol.sandbox.selling.offers import ELSEWHERE
from connections.bol.sandbox.selling.timeline import present
from connections.bol.sandbox.state import State


class NotificationDesk:
    """The part of a sandbox that tells others what happened. Every method is safe for threads."""

    state: State

    def subscriptions(self, retailer: str | None = None) -> list[Json]:
        """All subscriptions, each with its retailer."""
        with present(self.state):
            found = subscriptions.of(self.state, retailer)
            return [{"retailer": one.retailer} | showing.show(one) for one in found]

    def delete_subscription(self, subscription_id: str) -> None:
        """Somebody removes a subscription elsewhere. Raises KeyError."""
        with present(self.state):
            subscriptions.remove(self.state, subscription_id, ELSEWHERE)

    def disable_subscription(self, subscription_id: str) -> None:
        """bol switches a subscription off, as after notifications that could not be delivered. Raises KeyError."""
        with present(self.state):
            subscriptions.switch_off(self.state, subscription_id)

    def notifications(self, retailer: str | None = None, after: int = 0) -> list[Json]:
        """What was to be posted to whom, in order: body, signature, status and attempts; `after` is the last one known."""
        with present(self.state):
            found = [one for one in self.state.deliveries.values() if one.number > after]
            return [self._show(one) for one in found if retailer in (None, one.retailer)]

    def _show(self, delivery: Delivery) -> Json:
        posting.header_of(self.state, delivery)
        return asdict(delivery) | {"created_at": delivery.created_at.isoformat()}

    def replace_signature_key(self, keep_old: bool = True) -> str:
        """Let notifications be signed by a new key; its id. Without `keep_old` bol lists the new one alone."""
        with self.state.lock:
            return signing.replace(self.state, keep_old)
