"""Offers, version 10: every write is accepted now and carried out later. Retailer API v10, Offers."""

from __future__ import annotations

from connections.bol.sandbox.api import offer_rules as rules
from connections.bol.sandbox.api.offers_v11 import find_offer, show_stock
from connections.bol.sandbox.api.process_statuses import accepted
from connections.bol.sandbox.entities import Json, Offer, without_none
from connections.bol.sandbox.selling import dialects, exports, offers
from connections.bol.sandbox.selling.processes import Receipt
from connections.bol.sandbox.state import State
from connections.bol.sandbox.web.answers import V10_CSV, Answer, not_found
from connections.bol.sandbox.web.calls import Call, route

CLEARED: Json = {
    "reference": None,
    "economicOperatorId": None,
    "unknownProductTitle": None,
    "onHoldByRetailer": False,
}


def create_offer(call: Call) -> Answer:
    wanted = rules.check_v10_create(call.json())
    receipt = Receipt("CREATE_OFFER", f"Create an offer with ean {wanted['ean']}.")
    return accepted(call, receipt, _in_v11(wanted))


def _in_v11(wanted: Json) -> Json:
    known = {key: value for key, value in wanted.items() if key in rules.CREATABLE}
    condition = dialects.condition_from_v10(wanted["condition"])
    return known | {"condition": condition, "fulfilment": dialects.fulfilment_from_v10(wanted["fulfilment"])}


def get_offer(call: Call) -> Answer:
    return Answer(200, _show(call.state, find_offer(call)))


def update_offer(call: Call) -> Answer:
    """Change the details; whether an optional field that is left out is cleared is an assumption."""
    wanted = rules.check_v10_update(call.json())
    changes = {key: wanted[key] for key in rules.DETAILS if key in wanted}
    if not call.state.options.assumptions.omitted_fields_are_kept:
        changes = CLEARED | changes
    changes["fulfilment"] = dialects.fulfilment_from_v10(wanted["fulfilment"])
    return _accept_update(call, "UPDATE_OFFER", "Update an offer with offerId {}.", changes)


def update_price(call: Call) -> Answer:
    changes = {"pricing": rules.check_v10_price(call.json())["pricing"]}
    return _accept_update(call, "UPDATE_OFFER_PRICE", "Update price for offer with id {}.", changes)


def update_stock(call: Call) -> Answer:
    stock = rules.check_v10_stock(call.json())
    changes = {"stock": {"amount": stock["amount"], "managedByRetailer": stock["managedByRetailer"]}}
    return _accept_update(call, "UPDATE_OFFER_STOCK", "Update stock for offer with id {}.", changes)


def _accept_update(call: Call, event_type: str, description: str, changes: Json) -> Answer:
    offer_id = call.arguments["offer_id"]
    receipt = Receipt(event_type, description.format(offer_id), offer_id)
    return accepted(call, receipt, {"offerId": offer_id, "changes": changes})


def delete_offer(call: Call) -> Answer:
    offer_id = call.arguments["offer_id"]
    receipt = Receipt("DELETE_OFFER", f"Delete offer with id {offer_id}.", offer_id)
    return accepted(call, receipt, {"offerId": offer_id})


def request_export(call: Call) -> Answer:
    rules.check_export(call.json())
    return accepted(call, Receipt("CREATE_OFFER_EXPORT", "Create an offer export."), {})


def get_export(call: Call) -> Answer:
    export = exports.find(call.state, call.account, call.arguments["report_id"])
    if export is None:
        raise not_found()
    return Answer(200, export.text, V10_CSV)


def _show(state: State, offer: Offer) -> Json:
    shown = {
        "offerId": offer.offer_id,
        "ean": offer.ean,
        "reference": offer.reference,
        "onHoldByRetailer": offer.on_hold,
        "economicOperatorId": offer.economic_operator_id,
        "unknownProductTitle": offer.title,
        "pricing": offer.pricing,
        "stock": show_stock(offer),
        "fulfilment": dialects.fulfilment_for_v10(offer),
        "store": _show_store(state, offer),
        "condition": dialects.condition_for_v10(offer),
        "notPublishableReasons": _show_reasons(state, offer),
    }
    return without_none(shown)


def _show_store(state: State, offer: Offer) -> Json:
    countries = offer.countries if offers.is_for_sale(state, offer) else []
    return {"productTitle": offers.title_of(offer), "visible": [{"countryCode": code} for code in countries]}


def _show_reasons(state: State, offer: Offer) -> list[Json]:
    found = offers.reasons(state, offer)
    return [{"code": reason["code"], "description": reason["description"]} for reason in found]


ROUTES = [
    route("POST", "/retailer/offers", create_offer),
    route("POST", "/retailer/offers/export", request_export),
    route("GET", "/retailer/offers/export/<report_id>", get_export, V10_CSV),
    route("GET", "/retailer/offers/<offer_id>", get_offer),
    route("PUT", "/retailer/offers/<offer_id>", update_offer),
    route("PUT", "/retailer/offers/<offer_id>/price", update_price),
    route("PUT", "/retailer/offers/<offer_id>/stock", update_stock),
    route("DELETE", "/retailer/offers/<offer_id>", delete_offer),
]
