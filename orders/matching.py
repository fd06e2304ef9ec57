"""Finds the offer that was bought: by bol's offer id, else by our reference, else by EAN where that leaves one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from connections import bol
from connections.models import Connection
from offers.models import Offer

KEYS = ("offer_id", "reference_code", "product__ean")


def find_offers(connection: Connection, items: Sequence[bol.OrderItem]) -> dict[str, int]:
    """Return the key of the offer by order item id; what cannot be told is left out. One query."""
    wanted = {item.order_item_id: _known(item) for item in items}
    condition = Q()
    for name in KEYS:
        condition |= Q(**{f"{name}__in": {known[name] for known in wanted.values() if known[name]}})
    candidates = list(Offer.objects.filter(condition, project__connection=connection).values("pk", *KEYS))
    found = {item_id: _choose(known, candidates) for item_id, known in wanted.items()}
    return {item_id: key for item_id, key in found.items() if key is not None}


def _known(item: bol.OrderItem) -> dict[str, str]:
    return {
        "offer_id": (item.offer and item.offer.offer_id) or "",
        "reference_code": (item.offer and item.offer.reference) or "",
        "product__ean": (item.product and item.product.ean) or "",
    }


def _choose(known: dict[str, str], candidates: Sequence[dict[str, Any]]) -> int | None:
    for name in KEYS:
        same = [row["pk"] for row in candidates if known[name] and row[name] == known[name]]
        if len(same) == 1:
            return int(same[0])
    return None
