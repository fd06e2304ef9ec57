"""Offers, v10: the older dialect; each write is answered by a process status (Retailer API v10, Offers)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from msgspec import UNSET, UnsetType

from connections.bol.answers import Answer, Body, csv_in, json_as
from connections.bol.resources.pricing import BundlePrice, Pricing
from connections.bol.resources.process_statuses import ProcessStatus, accepted
from connections.bol.resources.resource import V10_CSV, Resource
from connections.bol.transport import segment
from connections.bol.wire import MEBIBYTE

_PATH = "/retailer/offers"
_EXPORT_PATH = f"{_PATH}/export"
_MAX_EXPORT = 512 * MEBIBYTE


class Condition(Body):
    """The condition: NEW, AS_NEW, GOOD, REASONABLE or MODERATE; bol derives the category."""

    name: str
    category: str | None = None
    comment: str | None = None


class Fulfilment(Body):
    """FBB, or FBR with a delivery code such as 24uurs-23, 1-2d, MijnLeverbelofte or VVB."""

    method: str
    delivery_code: str | None = None


class Stock(Body):
    """Stock to set, 0 to 999. `managed_by_retailer`: the amount is free stock, without what bol already sold."""

    amount: int
    managed_by_retailer: bool


class CreateOffer(Body, kw_only=True):
    """A new offer; what is unset is left to bol."""

    ean: str
    condition: Condition
    pricing: Pricing
    stock: Stock
    fulfilment: Fulfilment
    reference: str | UnsetType = UNSET
    unknown_product_title: str | UnsetType = UNSET
    economic_operator_id: str | UnsetType = UNSET
    on_hold_by_retailer: bool | UnsetType = UNSET


class UpdateOffer(Body, kw_only=True):
    """The details of an offer. bol does not say whether it keeps what is left out: send them all."""

    fulfilment: Fulfilment
    reference: str | UnsetType = UNSET
    unknown_product_title: str | UnsetType = UNSET
    economic_operator_id: str | UnsetType = UNSET
    on_hold_by_retailer: bool | UnsetType = UNSET


class _UpdatePrice(Body):
    pricing: Pricing


class _RequestExport(Body):
    # No default: a field that keeps its default is not sent.
    format: str


class KnownStock(Answer):
    """`amount` as we last sent it; `corrected_stock` is what bol still sells of it."""

    amount: int | None = None
    corrected_stock: int | None = None
    managed_by_retailer: bool | None = None


class Country(Answer):
    """A country in which the offer is visible."""

    country_code: str


class Store(Answer):
    """How the shop shows the offer."""

    product_title: str | None = None
    visible: list[Country] = []


class NotPublishableReason(Answer):
    """Why bol does not publish the offer; code and text are bol's."""

    code: str = ""
    description: str = ""


class RetailerOffer(Answer):
    """An offer as bol has it."""

    offer_id: str
    ean: str | None = None
    reference: str | None = None
    on_hold_by_retailer: bool | None = None
    economic_operator_id: str | None = None
    unknown_product_title: str | None = None
    pricing: Pricing | None = None
    stock: KnownStock | None = None
    fulfilment: Fulfilment | None = None
    store: Store | None = None
    condition: Condition | None = None
    not_publishable_reasons: list[NotPublishableReason] = []


_read_offer = json_as(RetailerOffer)


class OffersV10(Resource):
    """Offers in the v10 dialect. There is no list and no search: only the export knows all offers."""

    def create(self, offer: CreateOffer) -> ProcessStatus:
        """Ask bol to make an offer. A duplicate shows only in the process status, as a FAILURE naming the other."""
        return self._send("POST", _PATH, accepted, offer)

    def get(self, offer_id: str) -> RetailerOffer:
        """Give one offer. Raises NotFound."""
        return self._get(f"{_PATH}/{segment(offer_id)}", _read_offer)

    def update(self, offer_id: str, details: UpdateOffer) -> ProcessStatus:
        """Ask bol to replace the details: everything but price and stock."""
        return self._send("PUT", f"{_PATH}/{segment(offer_id)}", accepted, details)

    def update_price(self, offer_id: str, bundle_prices: Sequence[BundlePrice]) -> ProcessStatus:
        """Ask bol to replace the whole price list."""
        body = _UpdatePrice(Pricing(list(bundle_prices)))
        return self._send("PUT", f"{_PATH}/{segment(offer_id)}/price", accepted, body)

    def update_stock(self, offer_id: str, amount: int, *, managed_by_retailer: bool) -> ProcessStatus:
        """Ask bol to set the stock, 0 to 999."""
        body = Stock(amount, managed_by_retailer)
        return self._send("PUT", f"{_PATH}/{segment(offer_id)}/stock", accepted, body)

    def delete(self, offer_id: str) -> ProcessStatus:
        """Ask bol to remove the offer for good."""
        return self._send("DELETE", f"{_PATH}/{segment(offer_id)}", accepted)

    def request_export(self) -> ProcessStatus:
        """Ask bol for a report of all offers; the `entity_id` of its SUCCESS is the report's id."""
        return self._send("POST", _EXPORT_PATH, accepted, _RequestExport(format="CSV"))

    def fetch_export(self, report_id: str, into: BinaryIO) -> None:
        """Write the report to a file, which can be read from its beginning afterwards; memory stays small.

        It is UTF-8 text, perhaps with a mark: CSV with a header; read columns by name, bol may add some.
        Raises NotFound, and Unreadable for what is no report.
        """
        path = f"{_EXPORT_PATH}/{segment(report_id)}"
        self._get(path, csv_in(into), accept=V10_CSV, max_bytes=_MAX_EXPORT, into=into)
