"""Offers, version 11: everything happens at once. Offers API version 11.5."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice

from connections.bol.sandbox.api.offer_rules import check_create, check_patch
from connections.bol.sandbox.clock import in_microseconds
from connections.bol.sandbox.entities import Json, Offer, name_of, without_none
from connections.bol.sandbox.selling import offers
from connections.bol.sandbox.state import State
from connections.bol.sandbox.web.answers import V11, Answer, Problem, not_found
from connections.bol.sandbox.web.calls import Call, route, wrong_parameter

LARGEST_PAGE = 100
SMALLEST_PAGE_NAMED = 25


def list_offers(call: Call) -> Answer:
    """A page of the retailer's offers in order of creation, with a cursor when there are more."""
    size = call.number("page-size", LARGEST_PAGE, highest=LARGEST_PAGE)
    found = list(islice(filter(_Filter(call).accepts, _candidates(call)), size + 1))
    page: Json = {"pageSize": size if size >= SMALLEST_PAGE_NAMED else None}
    if len(found) > size:
        page |= {"nextCursor": _cursor_after(found[size - 1])}
    shown = [show(call.state, offer) for offer in found[:size]]
    return Answer(200, {"offers": shown, "page": without_none(page)})


def _candidates(call: Call) -> Iterable[Offer]:
    number = _cursor_of(call)
    ids, eans = _listed(call, "offer-ids"), _listed(call, "eans")
    if ids:
        found = [call.state.offers.find(call.account, offer_id) for offer_id in ids]
    elif eans:
        found = [offer for ean in eans for offer in call.state.offers.with_ean(call.account, ean)]
    else:
        return call.state.offers.after(call.account, number)
    later = {offer.number: offer for offer in found if offer and offer.number > number}
    return [later[number] for number in sorted(later)]


def _listed(call: Call, name: str) -> list[str]:
    """The values of a repeated parameter; commas are understood as well."""
    return [value for text in call.request.args.getlist(name) for value in text.split(",") if value]


class _Filter:
    """The query parameters that an offer has to satisfy."""

    def __init__(self, call: Call) -> None:
        self.state = call.state
        self.eans = set(_listed(call, "eans"))
        self.reference = call.query("reference")
        self.for_sale = call.flag("for-sale")
        self.since = _since(call)

    def accepts(self, offer: Offer) -> bool:
        if self.eans and offer.ean not in self.eans:
            return False
        if self.reference is not None and offer.reference != self.reference:
            return False
        if self.since and offer.modified_at < self.since:
            return False
        return self.for_sale is None or offers.is_for_sale(self.state, offer) is self.for_sale


def _since(call: Call) -> datetime | None:
    text = call.query("last-modified-date-time")
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise wrong_parameter("last-modified-date-time", text) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _cursor_after(offer: Offer) -> str:
    return base64.urlsafe_b64encode(f"after:{offer.number}".encode()).decode()


def _cursor_of(call: Call) -> int:
    text = call.query("cursor")
    if text is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(text).decode().removeprefix("after:"))
    except ValueError:
        raise wrong_parameter("cursor", text) from None


def create_offer(call: Call) -> Answer:
    """Create an offer, or 409 when the EAN is offered in this condition already."""
    wanted = check_create(call.json())
    same = call.state.offers.same(call.account, wanted["ean"], name_of(wanted["condition"]))
    if same:
        raise _exists(call, same)
    offer = offers.create(call.state, call.account, wanted)
    return Answer(201, {"offerId": offer.offer_id})


def _exists(call: Call, offer: Offer) -> Problem:
    retailer_id = call.state.retailers[call.account].retailer_id
    detail = (
        f"Offer with EAN {offer.ean} and condition {offer.condition_name} already exists "
        f"for retailer {retailer_id} with OfferUid {offer.offer_id}."
    )
    return Problem(409, "Offer already exists", detail, problem_type="/problems/offer-exists")


def get_offer(call: Call) -> Answer:
    return Answer(200, show(call.state, find_offer(call)))


def update_offer(call: Call) -> Answer:
    """Change the parts that the request names, and nothing else."""
    offer = find_offer(call)
    offers.update(call.state, offer, check_patch(call.json()))
    return Answer(204)


def delete_offer(call: Call) -> Answer:
    offers.delete(call.state, find_offer(call))
    return Answer(204)


def get_not_for_sale_reasons(call: Call) -> Answer:
    """Why the offer is not for sale, per country; 204 when there is no reason."""
    offer = find_offer(call)
    found = offers.reasons(call.state, offer)
    if not found and call.state.options.assumptions.no_reasons_is_no_content:
        return Answer(204)
    countries = [{"countryCode": country, "reasons": found} for country in offer.countries if found]
    return Answer(200, {"offerId": offer.offer_id, "countries": countries})


def find_offer(call: Call) -> Offer:
    """The offer of the path; raises Problem 404 when it is not the retailer's."""
    offer_id = call.arguments["offer_id"]
    offer = call.state.offers.find(call.account, offer_id)
    if offer is None:
        raise not_found(f"Offer with id {offer_id} not found.")
    return offer


def show(state: State, offer: Offer) -> Json:
    """An OfferResponse."""
    for_sale = offers.is_for_sale(state, offer)
    shown = {
        "offerId": offer.offer_id,
        "ean": offer.ean,
        "lastModifiedDateTime": in_microseconds(offer.modified_at),
        "reference": offer.reference,
        "onHoldByRetailer": offer.on_hold,
        "economicOperatorId": offer.economic_operator_id,
        "unknownProductTitle": offer.title,
        "stock": show_stock(offer),
        "countryAvailabilities": [{"countryCode": code, "forSale": for_sale} for code in offer.countries],
        "condition": offer.condition,
        "product": {"bolProductId": f"9300{offer.number:012d}"},
        "pricing": offer.pricing,
        "fulfilment": offer.fulfilment,
    }
    return without_none(shown)


def show_stock(offer: Offer) -> Json:
    """The stock, the same in both dialects."""
    corrected = offers.corrected_stock(offer)
    return {
        "amount": offer.amount,
        "correctedStock": corrected,
        "managedByRetailer": offer.managed_by_retailer,
    }


ROUTES = [
    route("GET", "/retailer/offers", list_offers, V11),
    route("POST", "/retailer/offers", create_offer, V11),
    route("GET", "/retailer/offers/<offer_id>", get_offer, V11),
    route("PATCH", "/retailer/offers/<offer_id>", update_offer, V11),
    route("DELETE", "/retailer/offers/<offer_id>", delete_offer, V11),
    route("GET", "/retailer/offers/<offer_id>/not-for-sale-reasons", get_not_for_sale_reasons, V11),
]
