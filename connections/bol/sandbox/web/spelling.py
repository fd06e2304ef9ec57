"""How answers were spelled in earlier years, for those who must read both."""

from __future__ import annotations

OLDER = {"pickupPoint": "pickUpPoint", "processStatusId": "id"}


def spell_as_before(body: object) -> object:
    """The same JSON data with the older names."""
    if isinstance(body, list):
        return [spell_as_before(entry) for entry in body]
    if isinstance(body, dict):
        return {OLDER.get(key, key): spell_as_before(value) for key, value in body.items()}
    return body
