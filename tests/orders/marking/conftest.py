"""How a person goes through the pages that mark parcels shipped."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from orders.models import Order

LIST = "/admin/orders/order/"
MARK = "/admin/orders/order/mark-shipped/"
PASTE = "/admin/orders/order/parcel-list/"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
TEXT = re.compile(r'<textarea name="text"[^>]*>\n?(.*?)</textarea>', re.DOTALL)


def typed(
    orders: Sequence[Order], codes: Sequence[str], transporter: str = "TNT", step: str = "check", **more: Any
) -> dict[str, Any]:
    """What the page sends where a code was typed for each order."""
    data: dict[str, Any] = {"order": [order.pk for order in orders], "transporter_code": transporter}
    codes_typed = {
        f"order-{order.pk}-track_and_trace": code for order, code in zip(orders, codes, strict=True)
    }
    return data | codes_typed | {"step": step} | more


def hidden(page: str) -> dict[str, list[str]]:
    """What a page hands on by itself."""
    found: dict[str, list[str]] = {}
    for name, text in HIDDEN.findall(page):
        if name != "csrfmiddlewaretoken":
            found.setdefault(name, []).append(html.unescape(text))
    return found


def confirm(browser, data: dict[str, Any], path: str = MARK, **options: Any):
    """Send what was typed, look at the page that follows, and press its button."""
    page = browser.post(path, data).content.decode()
    assert 'value="confirm"' in page, re.sub(r"\s+", " ", page[page.find("<main") :])[:3000]
    return browser.post(path, hidden(page) | {"step": "confirm"}, **options)


def list_in(page: str) -> str:
    """What stands in the field for the list."""
    found = TEXT.search(page)
    assert found
    return html.unescape(found.group(1))
