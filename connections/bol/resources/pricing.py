"""Bundle prices: the one way bol prices an offer, in both versions of its offers."""

from __future__ import annotations

from decimal import Decimal

from connections.bol.answers import Body, require_money


class BundlePrice(Body):
    """What one unit costs, VAT included, from this quantity on (Retailer API, Offers: BundlePrice).

    bol wants an entry for quantity 1, rising quantities, falling prices, each from 1 to 9999 in whole cents.
    Raises TypeError for a price that is no finite Decimal.
    """

    quantity: int
    unit_price: Decimal

    def __post_init__(self) -> None:
        require_money(self.unit_price)


class Pricing(Body):
    """The whole price list of an offer; sending one replaces the other."""

    bundle_prices: list[BundlePrice]
