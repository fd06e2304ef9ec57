"""The words of a state: the three components of an offer, in one canonical form for both dialects.

A component is plain JSON, so that it can be stored as it was sent and compared as it was stored:

    details  {"reference", "unknown_product_title", "on_hold", "fulfilment": {"method", "delivery_code"},
              "countries" and "delivery_profile_id" (v11 only), "economic_operator_id"}
             (the last two only where we name one)
    price    {"bundle_prices": [{"quantity": 1, "unit_price": "12.50"}, {"quantity": 6, "unit_price": "11.00"}]}
    stock    {"amount": 5, "managed_by_retailer": false}

A field that we have no opinion on is left out, and is then neither sent nor compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

Component = dict[str, Any]

DETAILS, PRICE, STOCK = "details", "price", "stock"
COMPONENTS = (DETAILS, PRICE, STOCK)

# Of version 10; version 11 names no maximum (Retailer API v10, StockCreate).
MAX_STOCK = 999


@dataclass(frozen=True)
class State:
    """Three components; None stands for one that is not there."""

    details: Component | None = None
    price: Component | None = None
    stock: Component | None = None

    def __getitem__(self, component: str) -> Component | None:
        return self.as_dict()[component]

    def as_dict(self) -> dict[str, Component | None]:
        return {DETAILS: self.details, PRICE: self.price, STOCK: self.stock}

    def only(self, components: Iterable[str]) -> dict[str, Component]:
        """Return the named components that are there."""
        chosen = set(components)
        return {name: found for name, found in self.as_dict().items() if name in chosen and found is not None}


def price_text(price: Decimal) -> str:
    """Return the one way to write a price: "12.50"."""
    return format(price.quantize(Decimal("0.01")), "f")


def price_of(unit_price: Decimal, volume_prices: Iterable[Mapping[str, Any]] = ()) -> Component:
    """Return the price component for the price of one, and what it costs from larger quantities on."""
    larger = [(step["quantity"], Decimal(step["unit_price"])) for step in volume_prices]
    return price_list([(1, unit_price), *larger])


def price_list(steps: Iterable[tuple[int, Decimal]]) -> Component:
    """Return the price component for (quantity, unit price) steps."""
    return {
        "bundle_prices": [
            {"quantity": quantity, "unit_price": price_text(price)} for quantity, price in steps
        ]
    }


def stock_of(amount: int, *, managed_by_retailer: bool) -> Component:
    """Return the stock component: what bol is told, which is never more than 999."""
    return {"amount": min(amount, MAX_STOCK), "managed_by_retailer": managed_by_retailer}


def details_of(
    *,
    reference: str,
    unknown_product_title: str,
    on_hold: bool,
    method: str,
    delivery_code: str,
    countries: Iterable[str] = (),
    economic_operator_id: str = "",
    delivery_profile_id: str = "",
) -> Component:
    """Return the details component; bol keeps the countries, economic operator or profile that we do not name."""
    details: Component = {
        "reference": reference,
        "unknown_product_title": unknown_product_title,
        "on_hold": on_hold,
        "fulfilment": {"method": method, "delivery_code": delivery_code},
    }
    if countries:
        details["countries"] = sorted(countries)
    if economic_operator_id:
        details["economic_operator_id"] = economic_operator_id
    if delivery_profile_id:
        details["delivery_profile_id"] = delivery_profile_id
    return details


def fold_in(known: Mapping[str, Any] | None, sent: Component) -> Component:
    """Return what bol has after it took `sent`: fields that were not sent stay as they were."""
    return {**(known or {}), **sent}


def without_title_drift(found: State, wanted: State) -> State:
    """Return what bol has, taking a title it does not show for ours.

    bol does not store the title of a product it knows, so that title would differ for ever
    (Offers API v11, unknownProductTitle).
    """
    if not found.details or not wanted.details or found.details["unknown_product_title"]:
        return found
    titled = {**found.details, "unknown_product_title": wanted.details["unknown_product_title"]}
    return replace(found, details=titled)
