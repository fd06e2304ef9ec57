"""Whose the fields of an offer are: what people decide, and what only bol's answers change."""

from __future__ import annotations

WANTED_FIELDS = (
    "price",
    "volume_prices",
    "stock",
    "reference_code",
    "unknown_product_title",
    "on_hold",
    "fulfilment_method",
    "delivery_code",
    "countries",
    "economic_operator_id",
    "delivery_profile_id",
)

# Kept with a hold and forgotten with it; bol does not hear of them.
HOLD_FIELDS = ("hold_reason", "hold_until")

KNOWN_FIELDS = (
    "offer_id",
    "known_details",
    "known_price",
    "known_stock",
    "details_in_doubt",
    "price_in_doubt",
    "stock_in_doubt",
    "known_at",
    "sending",
    "refused",
    "refusal",
    "is_unanswered",
    "duplicate_of",
    "gone_at",
    "status",
)
