"""Subscriptions: where bol posts what happens, and the keys that sign it (Retailer API v10, Subscriptions)."""

from __future__ import annotations

from collections.abc import Sequence

from connections.bol.answers import Answer, Body, json_as
from connections.bol.resources.process_statuses import ProcessStatus, accepted
from connections.bol.resources.resource import Resource
from connections.bol.transport import segment

WEBHOOK = "WEBHOOK"
# What bol offers, and which of it reaches a webhook; the others go to GCP_PUBSUB and AWS_SQS only (Subscriptions API,
# supported event types). There is none for returns.
WEBHOOK_RESOURCES = ("PROCESS_STATUS", "ORDER", "SHIPMENT")
_PATH = "/retailer/subscriptions"


class Subscription(Answer):
    """A subscription as bol has it; `resources` may also list TEST, and words that bol added since."""

    id: str
    resources: list[str] = []
    url: str = ""
    subscription_type: str = ""
    enabled: bool = True
    identity: str | None = None


class SignatureKey(Answer):
    """A key that signs notifications: `public_key` is the base64 of a DER SubjectPublicKeyInfo, without PEM lines."""

    id: str | int
    type: str = ""
    public_key: str = ""


class SubscriptionRequest(Body):
    """All that bol keeps of a subscription: an update replaces the whole."""

    resources: list[str]
    url: str
    subscription_type: str
    enabled: bool


class _Subscriptions(Answer):
    subscriptions: list[Subscription] = []


class _Keys(Answer):
    signature_keys: list[SignatureKey] = []


_read_one = json_as(Subscription)
_read_many = json_as(_Subscriptions)
_read_keys = json_as(_Keys)


class Subscriptions(Resource):
    """Makes, reads, changes and removes subscriptions. Commands end with a process status, whose entity is the id."""

    def list(self) -> list[Subscription]:
        """Give all subscriptions of the account, those of other systems too."""
        return self._get(_PATH, _read_many).subscriptions

    def get(self, subscription_id: str) -> Subscription:
        """Give one subscription. Raises NotFound."""
        return self._get(f"{_PATH}/{segment(subscription_id)}", _read_one)

    def create(self, url: str, resources: Sequence[str]) -> ProcessStatus:
        """Ask bol to post these resources to an address from now on; bol takes https only."""
        return self._send("POST", _PATH, accepted, _webhook(url, resources, enabled=True))

    def update(
        self, subscription_id: str, url: str, resources: Sequence[str], *, enabled: bool
    ) -> ProcessStatus:
        """Ask bol to replace a subscription; what is not named here is no part of it any more."""
        body = _webhook(url, resources, enabled=enabled)
        return self._send("PUT", f"{_PATH}/{segment(subscription_id)}", accepted, body)

    def delete(self, subscription_id: str) -> ProcessStatus:
        """Ask bol to remove a subscription."""
        return self._send("DELETE", f"{_PATH}/{segment(subscription_id)}", accepted)

    def test(self, subscription_id: str) -> ProcessStatus:
        """Ask bol to post a notification about the resource TEST."""
        return self._send("POST", f"{_PATH}/test/{segment(subscription_id)}", accepted)

    def signature_keys(self) -> dict[str, str]:
        """Give the public keys by id, as `notifications.read` takes them. Ten requests an hour are allowed."""
        return {
            str(key.id): key.public_key
            for key in self._get(f"{_PATH}/signature-keys", _read_keys).signature_keys
        }


def _webhook(url: str, resources: Sequence[str], *, enabled: bool) -> SubscriptionRequest:
    return SubscriptionRequest(list(resources), url, WEBHOOK, enabled)
