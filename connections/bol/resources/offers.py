"""Offers, v11: bol does at once what it is asked, and pages by cursor (Retailer API, Offers v11)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import UNSET, UnsetType

from connections.bol.answers import Answer, Body, Moment, json_as, nothing
from connections.bol.paging import by_cursor
from connections.bol.resources.pricing import Pricing
from connections.bol.resources.resource import V11, Query, Resource
from connections.bol.transport import segment
from connections.bol.wire import Reply

MAX_PAGE_SIZE = 100
_PATH = "/retailer/offers"


class Condition(Body):
    """The condition of the article: NEW alone; SECONDHAND with `state`; REFURBISHED with `grade` and `margin`."""

    category: str
    state: str | None = None
    comment: str | None = None
    grade: str | None = None
    margin: bool | None = None


class DeliveryPromise(Body):
    """Days to the customer, and the last whole hour ("14:00") at which an order still leaves the same day."""

    minimum_days_to_customer: int
    maximum_days_to_customer: int
    ultimate_order_time: str | None = None


class Fulfilment(Body):
    """Who delivers: FBR (the retailer, with a `schedule`) or FBB (bol).

    `schedule` is BOL_DELIVERY_PROMISE (with `delivery_promise`), MY_DELIVERY_PROMISE or SHIPPING_VIA_BOL.
    """

    method: str
    schedule: str | None = None
    delivery_promise: DeliveryPromise | None = None
    profile_id: str | None = None


class CountryAvailability(Body):
    """A country (NL, BE) the offer is meant for; `for_sale` is what bol decided, and only bol says it."""

    country_code: str
    for_sale: bool | None = None


class CreateStock(Body):
    """Stock of a new offer. `managed_by_retailer`: the amount is free stock, without what bol already sold."""

    amount: int
    managed_by_retailer: bool


class UpdateStock(Body):
    """Stock of an offer; what is unset stays as it is."""

    amount: int | UnsetType = UNSET
    managed_by_retailer: bool | UnsetType = UNSET


class CreateOffer(Body, kw_only=True):
    """A new offer; what is unset is left to bol."""

    ean: str
    condition: Condition
    pricing: Pricing
    fulfilment: Fulfilment
    stock: CreateStock | UnsetType = UNSET
    country_availabilities: list[CountryAvailability] | UnsetType = UNSET
    reference: str | UnsetType = UNSET
    unknown_product_title: str | UnsetType = UNSET
    economic_operator_id: str | UnsetType = UNSET
    on_hold_by_retailer: bool | UnsetType = UNSET


class PatchOffer(Body, kw_only=True):
    """What changes on an offer; what is unset stays as it is. `pricing` replaces the whole price list."""

    pricing: Pricing | UnsetType = UNSET
    stock: UpdateStock | UnsetType = UNSET
    fulfilment: Fulfilment | UnsetType = UNSET
    country_availabilities: list[CountryAvailability] | UnsetType = UNSET
    reference: str | UnsetType = UNSET
    unknown_product_title: str | UnsetType = UNSET
    economic_operator_id: str | UnsetType = UNSET
    on_hold_by_retailer: bool | UnsetType = UNSET


class Stock(Answer):
    """`amount` as we last sent it; `corrected_stock` is what bol still sells of it."""

    amount: int | None = None
    corrected_stock: int | None = None
    managed_by_retailer: bool | None = None


class Product(Answer):
    """bol's own article behind the offer."""

    bol_product_id: str | None = None


class Offer(Answer):
    """An offer as bol has it. `last_modified_date_time` moves with bol's own changes too."""

    offer_id: str
    ean: str | None = None
    last_modified_date_time: Moment | None = None
    reference: str | None = None
    on_hold_by_retailer: bool | None = None
    economic_operator_id: str | None = None
    unknown_product_title: str | None = None
    stock: Stock | None = None
    country_availabilities: list[CountryAvailability] = []
    condition: Condition | None = None
    product: Product | None = None
    pricing: Pricing | None = None
    fulfilment: Fulfilment | None = None


class Page(Answer):
    """Where a list goes on; no `next_cursor` on its last page."""

    page_size: int | None = None
    next_cursor: str | None = None


class OfferPage(Answer):
    """One page of offers."""

    offers: list[Offer] = []
    page: Page | None = None

    @property
    def next_cursor(self) -> str | None:
        """Give the cursor of the next page, None on the last."""
        return self.page.next_cursor if self.page else None


class MissingAttribute(Answer):
    """Product information that bol wants before it sells."""

    name: str = ""


class Reason(Answer):
    """Why an offer is not for sale. Code and text are bol's, new ones appear without notice."""

    category: str = ""
    code: str = ""
    description: str = ""
    missing_attributes: list[MissingAttribute] = []


class CountryReasons(Answer):
    """The reasons in one country."""

    country_code: str
    reasons: list[Reason] = []


class _NotForSale(Answer):
    countries: list[CountryReasons] = []


class _Created(Answer):
    offer_id: str


_read_offer = json_as(Offer)
_read_page = json_as(OfferPage)
_read_created = json_as(_Created)
_read_not_for_sale = json_as(_NotForSale)


class Offers(Resource):
    """Offers in the v11 dialect: 201 and 204 at once, 409 for an offer that exists already."""

    media_type = V11

    def get(self, offer_id: str) -> Offer:
        """Give one offer. Raises NotFound."""
        return self._get(f"{_PATH}/{segment(offer_id)}", _read_offer)

    def not_for_sale_reasons(self, offer_id: str) -> list[CountryReasons]:
        """Give per country why the offer is not for sale; empty where bol has no reasons."""
        return self._get(f"{_PATH}/{segment(offer_id)}/not-for-sale-reasons", _read_reasons)

    def create(self, offer: CreateOffer) -> str:
        """Make an offer and give its id. Raises Conflict where this EAN in this condition has one already."""
        return self._send("POST", _PATH, _read_created, offer).offer_id

    def update(self, offer_id: str, change: PatchOffer) -> None:
        """Change what is set in `change`, at once."""
        self._send("PATCH", f"{_PATH}/{segment(offer_id)}", nothing, change)

    def delete(self, offer_id: str) -> None:
        """Remove the offer for good."""
        self._send("DELETE", f"{_PATH}/{segment(offer_id)}", nothing)

    def list(
        self,
        *,
        eans: Sequence[str] = (),
        offer_ids: Sequence[str] = (),
        reference: str | None = None,
        for_sale: bool | None = None,
        last_modified_since: datetime | None = None,
        page_size: int = MAX_PAGE_SIZE,
        cursor: str | None = None,
    ) -> OfferPage:
        """Give one page of the offers that meet all the filters."""
        query: Query = {
            "eans": eans,
            "offer-ids": offer_ids,
            "reference": reference,
            "for-sale": for_sale,
            "last-modified-date-time": last_modified_since,
            "page-size": page_size,
            "cursor": cursor,
        }
        return self._get(_PATH, _read_page, query)

    def iterate(
        self,
        *,
        eans: Sequence[str] = (),
        offer_ids: Sequence[str] = (),
        reference: str | None = None,
        for_sale: bool | None = None,
        last_modified_since: datetime | None = None,
        page_size: int = MAX_PAGE_SIZE,
    ) -> Iterator[Offer]:
        """Give all offers that meet all the filters, page by page. Raises Unreadable when a cursor comes back."""

        def fetch(cursor: str | None) -> tuple[list[Offer], str | None]:
            page = self.list(
                eans=eans,
                offer_ids=offer_ids,
                reference=reference,
                for_sale=for_sale,
                last_modified_since=last_modified_since,
                page_size=page_size,
                cursor=cursor,
            )
            return page.offers, page.next_cursor

        return by_cursor(fetch)


def _read_reasons(reply: Reply) -> list[CountryReasons]:
    return [] if reply.status == 204 else _read_not_for_sale(reply).countries
