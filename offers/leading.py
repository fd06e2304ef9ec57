"""Stock that we lead: bol's orders are taken off it here.

bol then subtracts only what is ordered after the last update it got (Offers API v11, CreateStock, managedByRetailer), so
each number that leaves must have every earlier order off it. Where bol leads, it subtracts all orders by itself, and a
sale changes nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from connections import flows
from connections.operations import NotNow
from offers.choices import FulfilmentMethod
from offers.models import Offer
from offers.state import STOCK

WAIT_FOR_ORDERS = timedelta(minutes=1)


@dataclass(frozen=True)
class Sale:
    """Pieces of an offer (its key) that a customer ordered; below 0: pieces that stay here after all.

    `known_at` is since when people here can have known of it.
    """

    offer: int
    quantity: int
    known_at: datetime


def leads(offer: Offer) -> bool:
    """Tell whether bol's orders are taken off the stock of an offer here."""
    return offer.project.stock_managed_by_retailer and offer.fulfilment_method == FulfilmentMethod.FBR


def take(offer: Offer, sale: Sale) -> int:
    """Take a sale off the stock, never below 0; return by how much that lowered it.

    Who sets the stock takes off what is known; so a sale that was known by then is off it already.
    """
    if not leads(offer) or (sale.quantity > 0 and sale.known_at <= offer.stock_set_at):
        return 0
    taken = min(sale.quantity, offer.stock)
    offer.stock -= taken
    return taken


def hold_back(offer: Offer, components: frozenset[str]) -> tuple[frozenset[str], NotNow | None]:
    """Return what may go now of these components, and what the stock waits for.

    A number goes only while the orders are known, for bol forgets those before it. No stock at all may always go.
    """
    if STOCK not in components or not offer.stock or not leads(offer):
        return components, None
    if flows.knows_sales(offer.project.connection):
        return components, None
    reason = _(
        "The stock waits until the orders of this connection are fetched: bol would sell again what they have taken."
    )
    return components - {STOCK}, NotNow(reason, WAIT_FOR_ORDERS)
