"""What bol's error types, reason codes and categories mean, and what to do about each, in our own words.

bol's own text is always shown beside it, untouched; for what is not listed here it stands alone. Sources: Offers API
v11, NotForSaleReasons and its problem types; Retailer API v10, notPublishableReasons, Problem, ProcessStatus and
Shipments; bol's pages on authentication and rate limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from connections import bol


@dataclass(frozen=True)
class Entry:
    """Why it is so, and how to mend it."""

    cause: Any
    fix: Any


class Category(models.TextChoices):
    """bol's kinds of reasons why an offer is not for sale (Offers API v11, NotForSaleReasons)."""

    CONTENT = "CONTENT", _("Product information")
    PRICE = "PRICE", _("Price")
    STOCK = "STOCK", _("Stock")
    SHOP_STATUS = "SHOP_STATUS", _("Shop closed")
    SELLING_RIGHTS = "SELLING_RIGHTS", _("Selling rights")
    ACCOUNT_RIGHTS = "ACCOUNT_RIGHTS", _("Account rights")
    ON_HOLD = "ON_HOLD", _("On hold")
    ASSORTMENT_POLICY = "ASSORTMENT_POLICY", _("Assortment policy")
    OFFER = "OFFER", _("Offer")


_CATEGORIES: Mapping[str, Entry] = {
    Category.CONTENT: Entry(
        _("bol knows too little about the article to show it."),
        _("Complete the product information at bol; the attributes that are missing are named."),
    ),
    Category.PRICE: Entry(
        _("bol does not sell at this price."),
        _("Compare it with other sellers and with the recommended price, and change it here."),
    ),
    Category.STOCK: Entry(
        _("There is nothing left to sell: the stock is 0, or open orders take the rest."),
        _("Enter the new stock as soon as there is some."),
    ),
    Category.SHOP_STATUS: Entry(
        _("The whole shop is closed at bol, for a holiday or by a decision of bol."),
        _("Open the shop in bol's partner platform, or ask partner service why it is closed."),
    ),
    Category.SELLING_RIGHTS: Entry(
        _("The account may not sell this brand or category."),
        _("Ask for the selling rights in bol's partner platform, or take the offer out of the assortment."),
    ),
    Category.ACCOUNT_RIGHTS: Entry(
        _("The account may not do what this offer asks for, such as delivery by bol."),
        _("Ask partner service for the right, or let yourself deliver this offer (FBR)."),
    ),
    Category.ON_HOLD: Entry(
        _("The offer is on hold."),
        _("Release it when it may be sold again."),
    ),
    Category.ASSORTMENT_POLICY: Entry(
        _("bol's rules do not allow the article as it is offered now."),
        _("Read what bol says; often the economic operator is missing or not complete."),
    ),
    Category.OFFER: Entry(
        _("Something about the offer itself keeps it from being sold."),
        _("Read what bol says, correct the offer, then send it again."),
    ),
}

# Codes that say more than their category. Version 10 writes numbers of four digits, some with a word behind them.
_CODES: Mapping[str, tuple[Category, Entry]] = {
    "4004-2": (
        Category.CONTENT,
        Entry(
            _("Product information is missing."),
            _("Add the attributes that bol names to the product, in bol's own screens."),
        ),
    ),
    "4000-1": (
        Category.PRICE,
        Entry(
            _("bol finds the price too high compared with others."),
            _("Lower the price, or leave it: the offer stays out of the shop until the market changes."),
        ),
    ),
    "4003-3": (Category.STOCK, _CATEGORIES[Category.STOCK]),
    "4003-2": (
        Category.SHOP_STATUS,
        Entry(_("The shop is on holiday at bol."), _("End the holiday in bol's partner platform.")),
    ),
    "3001-39": (
        Category.SELLING_RIGHTS,
        Entry(
            _("The account has no right to sell in this category."),
            _("Ask bol for the selling rights of this category."),
        ),
    ),
    "5002-1": (
        Category.ACCOUNT_RIGHTS,
        Entry(
            _("The account may not let bol deliver (FBB)."),
            _("Change the fulfilment to FBR, or ask bol for delivery by bol."),
        ),
    ),
    "4003-1": (Category.ON_HOLD, _CATEGORIES[Category.ON_HOLD]),
    "3001-99": (
        Category.ASSORTMENT_POLICY,
        Entry(
            _("The economic operator of the product is missing or not complete."),
            _(
                "Register the economic operator at bol, and choose it on this offer or as the project's default."
            ),
        ),
    ),
    "4004-10": (
        Category.OFFER,
        Entry(
            _("The offer has expired at bol."),
            _("Send it again; where that does not help, check the article and its EAN."),
        ),
    ),
    "1000": (
        Category.OFFER,
        Entry(
            _("bol does not accept the EAN or ISBN."),
            _(
                "Check the number on the article. It cannot be changed on an offer: add a product with the right one."
            ),
        ),
    ),
    "1001": (
        Category.OFFER,
        Entry(
            _("bol does not accept the condition."),
            _("Make a new offer in a condition that bol allows for this article."),
        ),
    ),
    "1002": (
        Category.PRICE,
        Entry(
            _("bol does not accept the price."), _("Enter a price from 1 to 9999 with at most two decimals.")
        ),
    ),
    "1003": (
        Category.STOCK,
        Entry(
            _("bol does not accept the stock."), _("Enter a whole number from 0 up; bol is told at most 999.")
        ),
    ),
    "1007": (
        Category.OFFER,
        Entry(
            _("bol does not accept a value of this offer."),
            _("Read what bol says, correct that value, then save."),
        ),
    ),
    "1010": (
        Category.OFFER,
        Entry(
            _("The calendar of the own delivery promise is not in order."),
            _("Complete the delivery promise at bol, or choose another delivery code."),
        ),
    ),
    "3000": (
        Category.ACCOUNT_RIGHTS,
        Entry(
            _("The account may not let bol deliver (FBB)."),
            _("Change the fulfilment to FBR, or ask bol for delivery by bol."),
        ),
    ),
    "4003": (
        Category.SHOP_STATUS,
        Entry(
            _("The offer is on hold, or the shop is on holiday."),
            _("Release the offer here, or end the holiday in bol's partner platform."),
        ),
    ),
    "PRICE_NOT_COMPETITIVE": (
        Category.PRICE,
        Entry(_("bol finds the price too high compared with others."), _("Lower the price.")),
    ),
    "MISSING_RIGHTS_CATEGORY_BRAND": (
        Category.SELLING_RIGHTS,
        Entry(
            _("The account has no right to sell this brand or category."),
            _("Ask bol for the selling rights, or take the offer out of the assortment."),
        ),
    ),
}

_TYPES: Mapping[str, Entry] = {
    "offer-exists": Entry(
        _("bol has an offer with this EAN in this condition already."),
        _("Nothing: it is looked up and taken over by itself."),
    ),
    "validation-failed": Entry(
        _("A value does not meet bol's rules."),
        _("Correct the fields that bol names, then save: it is sent again by itself."),
    ),
}

_STATUSES: Mapping[int, Entry] = {
    400: _TYPES["validation-failed"],
    401: Entry(
        _("bol does not accept the token or the login."),
        _("Check the client ID and secret on the page of the connection."),
    ),
    403: Entry(
        _("The account is not active, or lacks the right for this."),
        _("Ask bol's partner service, then resume the connection."),
    ),
    404: Entry(
        _("bol does not have this (any more)."),
        _("Compare the assortment with bol, then decide whether it is published again."),
    ),
    406: Entry(
        _("bol does not speak this version of its API here."),
        _("This needs an update of the back office, or the other Offers API on the page of the connection."),
    ),
    409: Entry(
        _("bol has something that contradicts this."),
        _("Check it at bol, then send it again."),
    ),
    415: Entry(
        _("bol does not speak this version of its API here."),
        _("This needs an update of the back office, or the other Offers API on the page of the connection."),
    ),
    429: Entry(
        _("bol was asked too often for a moment."),
        _("Nothing: it is sent again by itself as soon as bol allows."),
    ),
    500: Entry(
        _("Something at bol is out of order."),
        _("Nothing: it is tried again by itself."),
    ),
    503: Entry(
        _("bol cannot be reached for the moment."),
        _("Nothing: it is tried again by itself."),
    ),
}

# By the field that a violation names, without its place in a list: "orderItems[0].reasonCode" is "reasonCode".
_FIELDS: Mapping[str, Entry] = {
    "ean": Entry(
        _("bol does not accept the EAN."),
        _("Check the number on the article; it must have 13 digits, of which the last one fits the others."),
    ),
    "transporterCode": Entry(
        _("bol does not know this transporter."),
        _("Choose a transporter from the list, or OTHER, then send it again."),
    ),
    "shipmentReference": Entry(
        _("bol does not accept the reference of the shipment."),
        _("Give it 1 to 90 characters, or none at all."),
    ),
    "reasonCode": Entry(
        _("bol does not know this reason for a cancellation."),
        _("Choose one of the reasons that bol names."),
    ),
    "process-status-event-type": Entry(
        _("bol does not know the kind of process that was asked for."),
        _("This needs an update of the back office."),
    ),
}

_PROCESSES: Mapping[str, Entry] = {
    "PENDING": Entry(
        _("bol took it on and is still at it, which may take hours."),
        _("Nothing: bol is asked again by itself."),
    ),
    "SUCCESS": Entry(_("bol did it."), _("Nothing.")),
    "FAILURE": Entry(
        _("bol took it on and then refused it."),
        _("Read what bol says, correct it, then send it again."),
    ),
    "TIMEOUT": Entry(
        _("bol does not know itself what became of it."),
        _("Nothing: it is looked up at bol before anything is repeated."),
    ),
}


def for_category(category: str) -> Entry | None:
    """Return what a category means, None for one that is not known."""
    return _CATEGORIES.get(category)


def for_code(code: str) -> Entry | None:
    """Return what a reason code of either version means, None for one that is not known."""
    found = _CODES.get(code)
    return found[1] if found else None


def for_reason(code: str, category: str = "") -> Entry | None:
    """Return what a reason means: by its code, else by its category."""
    return for_code(code) or for_category(category)


def category_of(code: str) -> str:
    """Return the category that a code belongs to, "" for one that is not known: version 10 names none."""
    found = _CODES.get(code)
    return found[0].value if found else ""


def for_type(problem_type: str) -> Entry | None:
    """Return what the type of a problem means, such as "/problems/offer-exists"."""
    return _TYPES.get(problem_type.rstrip("/").rsplit("/", 1)[-1])


def for_status(status: int) -> Entry | None:
    """Return what an HTTP status of bol means."""
    return _STATUSES.get(status)


def for_field(name: str) -> Entry | None:
    """Return what a violation of this field means, None for a field without an entry."""
    return _FIELDS.get(name.rsplit(".", 1)[-1])


def for_process(status: str) -> Entry | None:
    """Return what the state of a process means."""
    return _PROCESSES.get(status)


def for_error(error: bol.BolError) -> Entry | None:
    """Return what a refusal means: by the field it names, else by its type, else by its status."""
    if not isinstance(error, bol.ApiError):
        return None
    fields = (for_field(violation.name) for violation in error.problem.violations)
    named = next(filter(None, fields), None)
    return named or for_type(error.problem.type) or for_status(error.status)
