"""Tells an entry of the ledger in a few words, for the shop page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connections.bol.sandbox.entities import Json


def tell(effect: Json) -> str:
    """What happened, and who did it when that was not the retailer."""
    words = TELL[effect["effect"]](effect)
    by = effect.get("by", "retailer")
    return words if by in ("retailer", "customer") else f"{words} (by {by})"


def money(amount: Any) -> str:
    """An amount in euros."""
    return f"€ {amount:,.2f}"


def _created(effect: Json) -> str:
    return f"EAN {effect['ean']}: {_changes(effect['offer'])}"


def _updated(effect: Json) -> str:
    return f"EAN {effect['ean']}: {_changes(effect['changed'])}"


def _changes(changed: Json) -> str:
    return ", ".join(_change(key, value) for key, value in changed.items() if key in NAMES)


def _change(key: str, value: Any) -> str:
    if key == "pricing":
        value = " / ".join(_step(step) for step in value["bundlePrices"])
    if key == "stock":
        value = value.get("amount", "as it was")
    if key == "fulfilment":
        value = value.get("schedule", value["method"])
    return f"{NAMES[key]} {value}"


def _step(step: Json) -> str:
    price = money(step["unitPrice"])
    return price if step["quantity"] == 1 else f"{price} from {step['quantity']}"


def _deleted(effect: Json) -> str:
    return f"EAN {effect['ean']}"


def _placed(effect: Json) -> str:
    return ", ".join(f"{item['quantity']} of EAN {item['ean']}" for item in effect["items"])


def _shipped(effect: Json) -> str:
    how = [effect["transporter"], effect["track_and_trace"], effect["reference"]]
    known = " ".join(word for word in how if word)
    return f"{effect['quantity']} of EAN {effect['ean']} of order {effect['order']}, {known or 'without tracking'}"


def _cancelled(effect: Json) -> str:
    return f"{effect['quantity']} of EAN {effect['ean']} of order {effect['order']}: {effect['reason']}"


def _asked(effect: Json) -> str:
    return f"order {effect['order']}"


def _moved(effect: Json) -> str:
    return f"order {effect['order']} now travels with {effect['transporter']} {effect['track_and_trace']}"


def _coming_back(effect: Json) -> str:
    lines = (
        f"{item['quantity']} of EAN {item['ean']} of order {item['order']}, “{item['reason']}”"
        for item in effect["items"]
    )
    return ", ".join(lines)


def _result(effect: Json) -> str:
    return f"{effect['quantity']} of EAN {effect['ean']} of order {effect['order']}: {effect['result']}"


def _bought(effect: Json) -> str:
    how = f"{effect['transporter']} {effect['track_and_trace']}"
    return f"{effect['name']} for order {effect['order']}, {how}, {money(effect['price'])}"


NAMES = {
    "pricing": "price",
    "stock": "stock",
    "reference": "reference",
    "unknownProductTitle": "title",
    "onHoldByRetailer": "on hold",
    "economicOperatorId": "economic operator",
    "fulfilment": "fulfilment",
}


def _operator(effect: Json) -> str:
    return f"Economic operator {effect['name']}: {effect['status']}"


def _subscription(effect: Json) -> str:
    state = "" if effect["enabled"] else ", switched off"
    return f"{', '.join(effect['resources'])} to {effect['url']}{state}"


TELL: dict[str, Callable[[Json], str]] = {
    "OFFER_CREATED": _created,
    "OFFER_UPDATED": _updated,
    "OFFER_DELETED": _deleted,
    "ORDER_PLACED": _placed,
    "CANCELLATION_REQUESTED": _asked,
    "ITEM_SHIPPED": _shipped,
    "ITEM_CANCELLED": _cancelled,
    "TRANSPORT_CHANGED": _moved,
    "LABEL_BOUGHT": _bought,
    "RETURN_REGISTERED": _coming_back,
    "RETURN_CREATED": _coming_back,
    "RETURN_HANDLED": _result,
    "RETURN_CANCELLED": _result,
    "CUSTOMER_EMAILED": lambda effect: f"about {effect['about']} {effect['return_id']}",
    "OPERATOR_CREATED": _operator,
    "OPERATOR_CHANGED": _operator,
    "SUBSCRIPTION_CREATED": _subscription,
    "SUBSCRIPTION_UPDATED": _subscription,
    "SUBSCRIPTION_DISABLED": _subscription,
    "SUBSCRIPTION_DELETED": _subscription,
    "OPERATOR_DELETED": lambda effect: f"Economic operator {effect['subject']} removed",
}
