"""bol's limits on an offer, checked before anything is saved: each rule refuses with a sentence for people.

Used by the models, the forms and the spreadsheet import. All raise ValidationError with a `code`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from offers.choices import DeliveryCode, FulfilmentMethod

EAN_LENGTH = 13
MIN_PRICE, MAX_PRICE = Decimal(1), Decimal(9999)
MAX_REFERENCE = 100
MAX_TITLE = 500
# What we keep ourselves; bol is told at most 999.
MAX_OWN_STOCK = 2_000_000_000


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
    try:
        check_delivery(wanted.get("fulfilment_method", ""), wanted.get("delivery_code", ""))
    except ValidationError as error:
        error.update_error_dict(errors)
    if errors:
        raise ValidationError(errors)


def _collect(errors: dict[str, Any], field: str, rule: Any, value: Any) -> None:
    try:
        rule(value)
    except ValidationError as error:
        errors[field] = error
