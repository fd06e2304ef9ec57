"""The two ways to talk to bol about offers, behind one interface."""

from __future__ import annotations

from connections.models import Connection, OffersApi
from offers.dialects.dialect import Dialect, Found
from offers.dialects.v10 import V10
from offers.dialects.v11 import V11

__all__ = ["Dialect", "Found", "dialect_of"]

_DIALECTS: dict[str, Dialect] = {OffersApi.V10: V10(), OffersApi.V11: V11()}


def dialect_of(connection: Connection) -> Dialect:
    """Return the dialect that a connection speaks."""
    return _DIALECTS[connection.offers_api]
