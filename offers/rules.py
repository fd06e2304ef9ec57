"""bol's limits on an offer, checked before anything is saved: each rule refuses with a sentence for people.

Used by the models, the forms and the spreadsheet import. All raise ValidationError with a `code`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from connections.models import OffersApi
from offers.choices import Condition, DeliveryCode, FulfilmentMethod

EAN_LENGTH = 13
MIN_PRICE, MAX_PRICE = Decimal(1), Decimal(9999)
MAX_REFERENCE = 100
MAX_TITLE = 500
MAX_COMMENT = 2000
# Beyond the price of one. Of version 10; version 11 names no maximum (Retailer API v10, Pricing and BundlePrice).
MAX_VOLUME_PRICES = 3
MIN_VOLUME, MAX_VOLUME = 2, 24
# What we keep ourselves; bol is told at most 999.
MAX_OWN_STOCK = 2_000_000_000

_EMAIL_ADDRESS = re.compile(r"\S+@\S+\.\S+")


def check_digit(digits: str) -> str:
    """Return the last digit of an EAN from the 12 before it (GS1, modulo 10)."""
    total = sum(int(digit) * (3 if position % 2 else 1) for position, digit in enumerate(digits))
    return str(-total % 10)


def validate_ean(ean: str) -> None:
    """Accept 13 plain digits of which the last one fits the others."""
    if len(ean) != EAN_LENGTH or not (ean.isascii() and ean.isdigit()):
        raise ValidationError(_("“%(ean)s” is not an EAN: it must have 13 digits."), "ean", {"ean": ean})
    if check_digit(ean[:-1]) != ean[-1]:
        raise ValidationError(
            _("“%(ean)s” is not an EAN: its last digit does not fit. Was a digit mistyped?"),
            "ean",
            {"ean": ean},
        )


def validate_price(price: Decimal) -> None:
    """Accept 1 to 9999 with at most two decimals (Retailer API v10, BundlePrice)."""
    if not price.is_finite() or not MIN_PRICE <= price <= MAX_PRICE:
        raise ValidationError(
            _("“%(price)s” is not a price bol accepts: it must be from 1 to 9999."), "price", {"price": price}
        )
    if price != price.quantize(Decimal("0.01")):
        raise ValidationError(_("“%(price)s” has more than two decimals."), "price", {"price": price})


def validate_stock(stock: int) -> None:
    """Accept whole numbers from 0; above 999 bol is told 999."""
    if not 0 <= stock <= MAX_OWN_STOCK:
        raise ValidationError(
            _("“%(stock)s” is not a stock: it cannot be below 0."), "stock", {"stock": stock}
        )


def validate_volume_prices(steps: Any) -> None:
    """Accept at most three prices from a quantity on: quantities of 2 to 24 rising, prices falling.

    `steps` is [{"quantity": 6, "unit_price": "11.00"}, ...]; the price of one is not among them.
    """
    if not isinstance(steps, list) or not all(_is_step(step) for step in steps):
        raise ValidationError(_("A volume price is a quantity and the price of one piece."), "volume_prices")
    if len(steps) > MAX_VOLUME_PRICES:
        raise ValidationError(
            _("bol takes at most %(limit)d volume prices."), "volume_prices", {"limit": MAX_VOLUME_PRICES}
        )
    for step in steps:
        _validate_volume(step["quantity"])
        validate_price(Decimal(step["unit_price"]))
    _check_order(steps)


def check_volume_prices(price: Decimal | None, steps: Sequence[Mapping[str, Any]]) -> None:
    """Refuse volume prices that bol would, or that are not below the price of one."""
    validate_volume_prices(steps)
    if price is not None and steps and Decimal(steps[0]["unit_price"]) >= price:
        raise ValidationError(
            _("From %(quantity)d a piece must cost less than the price of one, %(price)s."),
            "volume_prices",
            {"quantity": steps[0]["quantity"], "price": price},
        )


def check_condition(condition: str, comment: str, *, is_margin_good: bool) -> None:
    """Refuse a comment on what is not second hand, and a margin scheme on what is not refurbished; by field."""
    errors: dict[str, Any] = {}
    refurbished = condition in Condition.values and Condition(condition).is_refurbished
    if comment:
        _collect(errors, "condition_comment", validate_comment, comment)
        if condition == Condition.NEW or refurbished:
            errors["condition_comment"] = ValidationError(
                _("Only a second-hand article has a comment on its condition."), "comment"
            )
    if is_margin_good and not refurbished:
        errors["is_margin_good"] = ValidationError(
            _("bol only asks about the margin scheme for a refurbished article."), "margin"
        )
    if errors:
        raise ValidationError(errors)


def validate_comment(comment: str) -> None:
    """Accept up to 2000 characters without an e-mail address (Retailer API v10, Condition)."""
    if len(comment) > MAX_COMMENT:
        raise ValidationError(_("At most %(limit)d characters."), "length", {"limit": MAX_COMMENT})
    if _EMAIL_ADDRESS.search(comment):
        raise ValidationError(_("bol takes no e-mail address in a comment."), "comment")


def check_profile(delivery_code: str, profile_id: str) -> None:
    """Refuse a delivery profile where delivery is not promised by it."""
    if profile_id and delivery_code != DeliveryCode.OWN_PROMISE:
        raise ValidationError(
            {
                "delivery_profile_id": _(
                    "A delivery profile goes with “My delivery promise” only: choose that, or leave the profile empty."
                )
            },
            "profile",
        )


def check_words(offers_api: str, condition: str, *, profile_id: str) -> None:
    """Refuse what only version 11 has a word for on a connection that speaks version 10; by field."""
    if offers_api == OffersApi.V11:
        return
    errors = {}
    if condition in Condition.values and Condition(condition).is_refurbished:
        errors["condition"] = _only_in_v11(_("refurbished articles"))
    if profile_id:
        errors["delivery_profile_id"] = _only_in_v11(_("delivery profiles"))
    if errors:
        raise ValidationError(errors)


def check_delivery(method: str, delivery_code: str) -> None:
    """Refuse a delivery code that does not go with who delivers."""
    if method == FulfilmentMethod.FBB and delivery_code:
        raise ValidationError(
            {"delivery_code": _("bol delivers this offer (FBB): leave the delivery code empty.")},
            "delivery_code",
        )
    if method == FulfilmentMethod.FBR and delivery_code not in DeliveryCode.values:
        raise ValidationError(
            {
                "delivery_code": _(
                    "Choose what is promised to the customer: an offer that we deliver (FBR) needs a delivery code."
                )
            },
            "delivery_code",
        )


def check_wanted(wanted: Mapping[str, Any]) -> None:
    """Check the values of an offer against each other and against bol's limits; errors are named by field."""
    errors: dict[str, Any] = {}
    for field, rule in (("price", validate_price), ("stock", validate_stock)):
        if wanted.get(field) is not None:
            _collect(errors, field, rule, wanted[field])
    for field, limit in (("reference_code", MAX_REFERENCE), ("unknown_product_title", MAX_TITLE)):
        if len(wanted.get(field) or "") > limit:
            errors[field] = ValidationError(_("At most %(limit)d characters."), "length", {"limit": limit})
    if "price" not in errors:
        steps = wanted.get("volume_prices") or []
        _collect(
            errors, "volume_prices", lambda found: check_volume_prices(wanted.get("price"), found), steps
        )
    try:
        check_delivery(wanted.get("fulfilment_method", ""), wanted.get("delivery_code", ""))
    except ValidationError as error:
        error.update_error_dict(errors)
    if errors:
        raise ValidationError(errors)


def _is_step(step: Any) -> bool:
    if not isinstance(step, Mapping) or set(step) != {"quantity", "unit_price"}:
        return False
    try:
        Decimal(step["unit_price"])
    except (InvalidOperation, TypeError, ValueError):
        return False
    return isinstance(step["unit_price"], str) and type(step["quantity"]) is int


def _validate_volume(quantity: int) -> None:
    if not MIN_VOLUME <= quantity <= MAX_VOLUME:
        raise ValidationError(
            _("A volume price starts at a quantity from %(least)d to %(most)d, not at %(quantity)d."),
            "volume_prices",
            {"least": MIN_VOLUME, "most": MAX_VOLUME, "quantity": quantity},
        )


def _check_order(steps: Sequence[Mapping[str, Any]]) -> None:
    for before, after in pairwise(steps):
        if after["quantity"] <= before["quantity"]:
            raise ValidationError(_("Each quantity must be larger than the one before."), "volume_prices")
        if Decimal(after["unit_price"]) >= Decimal(before["unit_price"]):
            raise ValidationError(
                _("From %(quantity)d a piece must cost less than from %(before)d."),
                "volume_prices",
                {"quantity": after["quantity"], "before": before["quantity"]},
            )


def _only_in_v11(what: Any) -> ValidationError:
    return ValidationError(
        _("This connection speaks Offers v10, which has no word for %(what)s. Move it to Offers v11 first."),
        "words",
        {"what": what},
    )


def _collect(errors: dict[str, Any], field: str, rule: Any, value: Any) -> None:
    try:
        rule(value)
    except ValidationError as error:
        errors[field] = error
