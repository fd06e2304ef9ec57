"""What bol accepts as an offer, in both dialects. Offers API version 11; Retailer API v10, offers."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from connections.bol.sandbox.assumptions import MAX_BUNDLE_PRICES, MAX_BUNDLE_QUANTITY, MAX_STOCK
from connections.bol.sandbox.entities import Json
from connections.bol.sandbox.selling.dialects import DELIVERY_CODES
from connections.bol.sandbox.web.answers import violation
from connections.bol.sandbox.web.calls import invalid, wrong_value
from connections.bol.sandbox.web.validation import Body, inspecting, is_number

V11_PROBLEM = "/problems/validation-failed"
METHODS = ("FBR", "FBB")
SCHEDULES = ("BOL_DELIVERY_PROMISE", "MY_DELIVERY_PROMISE", "SHIPPING_VIA_BOL")
STATES = ("AS_NEW", "GOOD", "REASONABLE", "MODERATE")
GRADES = ("A", "B", "C")
COUNTRIES = ("NL", "BE")
FULL_HOUR = re.compile(r"([01]\d|2[0-3]):00")
DIGITS = re.compile(r"\d{10,13}")
EMAIL_ADDRESS = re.compile(r"\S+@\S+\.\S+")
MAX_DAYS = 99
LOWEST_PRICE, HIGHEST_PRICE = 1, 9999

DETAILS = ("unknownProductTitle", "economicOperatorId", "onHoldByRetailer", "reference")
PATCHABLE = (*DETAILS, "countryAvailabilities", "pricing", "fulfilment", "stock")
CREATABLE = (*PATCHABLE, "ean", "condition")


def check_create(values: Json) -> Json:
    """A valid CreateOfferRequest of version 11, prices as Decimal; raises Problem 400."""
    with inspecting(values, V11_PROBLEM) as body:
        body.require("ean", "condition", "pricing", "fulfilment")
        body.only(*CREATABLE)
        check_ean(body)
        _check_condition(body.inside("condition"))
        _check_changeable(body)
        stock = body.inside("stock")
        if stock:
            stock.require("amount", "managedByRetailer")
    return with_decimals(values)


def check_patch(values: Json) -> Json:
    """A valid PatchOfferRequest of version 11, prices as Decimal; raises Problem 400."""
    with inspecting(values, V11_PROBLEM) as body:
        body.only(*PATCHABLE)
        _check_changeable(body)
    return with_decimals(values)


def _check_changeable(body: Body) -> None:
    check_details(body)
    _check_fulfilment(body.inside("fulfilment"))
    check_pricing(body.inside("pricing"))
    check_stock(body.inside("stock"))
    for country in body.each("countryAvailabilities", 0, len(COUNTRIES)):
        country.require("countryCode")
        country.one_of("countryCode", COUNTRIES)


def check_details(body: Body) -> None:
    """The simple fields that both dialects have."""
    body.text("unknownProductTitle", 500)
    body.text("economicOperatorId", 100)
    body.text("reference", 100)
    body.flag("onHoldByRetailer")


def check_ean(body: Body) -> None:
    """An EAN with a right check digit."""
    ean = body.values.get("ean")
    if ean and not (isinstance(ean, str) and DIGITS.fullmatch(ean) and _check_digit_fits(ean)):
        body.refuse("ean", wrong_value(ean))


def _check_digit_fits(ean: str) -> bool:
    digits = [int(digit) for digit in ean.zfill(13)]
    return (sum(digits[0::2]) + 3 * sum(digits[1::2])) % 10 == 0


def check_pricing(pricing: Body | None) -> None:
    """Bundle prices: 1 first, quantities rising, prices falling, two decimals at most."""
    if pricing is None:
        return
    pricing.require("bundlePrices")
    steps = pricing.each("bundlePrices", 1, MAX_BUNDLE_PRICES)
    found = len(pricing.violations)
    for step in steps:
        _check_step(step)
    if steps and len(pricing.violations) == found:
        _check_steps(pricing, [step.values for step in steps])


def _check_step(step: Body) -> None:
    step.require("quantity", "unitPrice")
    step.whole("quantity", 1, MAX_BUNDLE_QUANTITY)
    price = step.values.get("unitPrice")
    if price is None:
        return
    if not is_number(price) or not LOWEST_PRICE <= price <= HIGHEST_PRICE:
        step.refuse("unitPrice", f"The price must be between {LOWEST_PRICE} and {HIGHEST_PRICE}.")
    elif Decimal(price) != round(Decimal(price), 2):
        step.refuse("unitPrice", "The price can have at most 2 decimals.")


def _check_steps(pricing: Body, steps: list[dict[str, Any]]) -> None:
    quantities = [step["quantity"] for step in steps]
    prices = [step["unitPrice"] for step in steps]
    if 1 not in quantities:
        pricing.refuse("bundlePrices", "A price for quantity 1 is required.")
    if sorted(set(quantities)) != quantities:
        pricing.refuse("bundlePrices", "Quantities must be strictly increasing.")
    if sorted(set(prices), reverse=True) != prices:
        pricing.refuse("bundlePrices", "Prices must be strictly decreasing.")


def check_stock(stock: Body | None) -> None:
    """An amount within bounds, and who leads."""
    if stock is None:
        return
    stock.whole("amount", 0, MAX_STOCK)
    stock.flag("managedByRetailer")


def _check_condition(condition: Body | None) -> None:
    if condition is None:
        return
    checks = {"NEW": _check_new, "SECONDHAND": _check_secondhand, "REFURBISHED": _check_refurbished}
    condition.require("category")
    condition.one_of("category", tuple(checks))
    check = checks.get(str(condition.values.get("category")))
    if check:
        check(condition)


def _check_new(condition: Body) -> None:
    condition.only("category")


def _check_secondhand(condition: Body) -> None:
    condition.only("category", "state", "comment")
    condition.require("state")
    condition.one_of("state", STATES)
    check_comment(condition)


def check_comment(condition: Body) -> None:
    """A comment of 2000 characters at most, without e-mail addresses."""
    condition.text("comment", 2000)
    comment = condition.values.get("comment")
    if isinstance(comment, str) and EMAIL_ADDRESS.search(comment):
        condition.refuse("comment", "The comment may not contain e-mail addresses.")


def _check_refurbished(condition: Body) -> None:
    condition.only("category", "grade", "margin")
    condition.require("grade", "margin")
    condition.one_of("grade", GRADES)
    condition.flag("margin")


def _check_fulfilment(fulfilment: Body | None) -> None:
    if fulfilment is None:
        return
    fulfilment.only("method", "schedule", "deliveryPromise", "profileId")
    fulfilment.require("method")
    fulfilment.one_of("method", METHODS)
    fulfilment.one_of("schedule", SCHEDULES)
    fulfilment.text("profileId", 100)
    promise = fulfilment.inside("deliveryPromise")
    if promise is None:
        return
    _check_promise(promise)
    if fulfilment.values.get("method") != "FBR":
        fulfilment.refuse("deliveryPromise", "A delivery promise is only allowed with fulfilment method FBR.")


def _check_promise(promise: Body) -> None:
    days = ("minimumDaysToCustomer", "maximumDaysToCustomer")
    promise.only(*days, "ultimateOrderTime")
    promise.require(*days)
    for key in days:
        promise.whole(key, 0, MAX_DAYS)
    promise.matches("ultimateOrderTime", FULL_HOUR)
    least, most = (promise.values.get(key) for key in days)
    if isinstance(least, int) and isinstance(most, int) and least > most:
        promise.refuse(days[0], "The minimum exceeds the maximum.")


def check_v10_create(values: Json) -> Json:
    """A valid CreateOfferRequest of version 10, prices as Decimal; raises Problem 400."""
    with inspecting(values) as body:
        body.require("ean", "condition", "pricing", "stock", "fulfilment")
        check_ean(body)
        check_details(body)
        _check_v10_condition(body.inside("condition"))
        _check_v10_fulfilment(body.inside("fulfilment"))
        check_pricing(body.inside("pricing"))
        _check_v10_stock(body.inside("stock"))
    return with_decimals(values)


def check_v10_update(values: Json) -> Json:
    """A valid UpdateOfferRequest of version 10."""
    with inspecting(values) as body:
        body.require("fulfilment")
        check_details(body)
        _check_v10_fulfilment(body.inside("fulfilment"))
    return values


def check_v10_price(values: Json) -> Json:
    """A valid UpdateOfferPriceRequest of version 10, prices as Decimal."""
    with inspecting(values) as body:
        body.require("pricing")
        check_pricing(body.inside("pricing"))
    return with_decimals(values)


def check_v10_stock(values: Json) -> Json:
    """A valid UpdateOfferStockRequest of version 10."""
    with inspecting(values) as body:
        _check_v10_stock(body)
    return values


def _check_v10_stock(stock: Body | None) -> None:
    if stock:
        stock.require("amount", "managedByRetailer")
    check_stock(stock)


def _check_v10_condition(condition: Body | None) -> None:
    if condition is None:
        return
    condition.require("name")
    condition.one_of("name", ("NEW", *STATES))
    condition.one_of("category", ("NEW", "SECONDHAND"))
    check_comment(condition)
    if condition.values.get("name") == "NEW" and condition.values.get("comment"):
        condition.refuse("comment", "A comment is only allowed if the name is not NEW.")


def _check_v10_fulfilment(fulfilment: Body | None) -> None:
    if fulfilment is None:
        return
    fulfilment.require("method")
    fulfilment.one_of("method", METHODS)
    fulfilment.one_of("deliveryCode", DELIVERY_CODES)
    if fulfilment.values.get("method") == "FBB" and fulfilment.has("deliveryCode"):
        fulfilment.refuse("deliveryCode", "A delivery code is only allowed with fulfilment method FBR.")


def check_export(values: Json) -> None:
    """A valid CreateOfferExportRequest of version 10."""
    if values.get("format") != "CSV":
        raise invalid([violation("format", wrong_value(values.get("format"), ("CSV",)))])


def with_decimals(values: Json) -> Json:
    """The same, with every unit price as Decimal."""
    if "pricing" not in values:
        return values
    steps = values["pricing"]["bundlePrices"]
    exact = [{"quantity": step["quantity"], "unitPrice": Decimal(step["unitPrice"])} for step in steps]
    return values | {"pricing": {"bundlePrices": exact}}
