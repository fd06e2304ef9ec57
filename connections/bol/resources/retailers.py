"""Retailers: whose account this is (Retailer API v10, Retailers)."""

from __future__ import annotations

from connections.bol.answers import Answer, json_as
from connections.bol.resources.resource import Resource
from connections.bol.transport import segment


class Retailer(Answer):
    """A seller on bol; of oneself bol tells more than is kept here."""

    retailer_id: str
    display_name: str = ""


_read = json_as(Retailer)


class Retailers(Resource):
    """Reads who sells."""

    def get(self, retailer_id: str = "current") -> Retailer:
        """Give a retailer, "current" being the account itself."""
        return self._get(f"/retailer/retailers/{segment(retailer_id)}", _read)
