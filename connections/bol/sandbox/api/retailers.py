"""Retailers: who sells, oneself by the word "current". Retailer API v10, Retailers."""

from __future__ import annotations

from connections.bol.sandbox.entities import Json, Retailer
from connections.bol.sandbox.web.answers import Answer, not_found
from connections.bol.sandbox.web.calls import Call, route

CURRENT = "current"


def get_retailer(call: Call) -> Answer:
    """The account that asks, or another by its id."""
    wanted = call.arguments["retailer_id"]
    for retailer in call.state.retailers.values():
        if wanted == str(retailer.retailer_id) or (wanted == CURRENT and retailer is call.retailer):
            return Answer(200, show(retailer))
    raise not_found(f"Retailer with id {wanted} not found.")


def show(retailer: Retailer) -> Json:
    """A RetailerInformationResponse of an invented company."""
    return {
        "retailerId": str(retailer.retailer_id),
        "displayName": retailer.client_id,
        "companyName": retailer.client_id,
        "vatNumber": f"NL{retailer.retailer_id:09}B01",
        "kvkNumber": f"{retailer.retailer_id:08}",
        "registrationDate": "2020-01-01",
        "topRetailer": False,
    }


ROUTES = [route("GET", "/retailer/retailers/<retailer_id>", get_retailer)]
