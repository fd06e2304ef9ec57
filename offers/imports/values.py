"""What the text of a cell means: pure functions from text to a value.

All take text that is not blank and raise ValueError with a sentence that says what is wrong and what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offers import rules
from offers.choices import Condition, DeliveryCode, FulfilmentMethod
from offers.state import price_text

PLAIN_DIGITS = re.compile(r"[0-9]+")
# What a spreadsheet makes of a long number: 8.71851E+12, or 8718510000000.0.
NUMBER_FORM = re.compile(r"[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?")
ISBN_10 = re.compile(r"[0-9]{9}[0-9Xx]")

CURRENCY = re.compile(r"^(?:€|EUR)\s*|\s*(?:€|EUR)$", re.IGNORECASE)
PLAIN_AMOUNT = re.compile(r"-?[0-9]{1,9}(?:[.,][0-9]{1,2})?")
DUTCH_AMOUNT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{1,2}")
ENGLISH_AMOUNT = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]{1,2}")
THREE_DECIMALS = re.compile(r"-?[0-9]+[.,][0-9]{3}")

WHOLE = re.compile(r"(-?[0-9]{1,18})(?:[.,]0{1,2})?")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
VOLUME_PRICE = re.compile(r"([0-9]{1,6}) ?[:=x] ?(\S.*)")
NONE = {"none", "geen"}

YES = {"true", "1", "yes", "y", "ja", "j", "waar"}
NO = {"false", "0", "no", "n", "nee", "onwaar"}
CONDITION_WORDS = {
    **{word.casefold(): word for word in Condition.values},
    "nieuw": Condition.NEW,
    "als_nieuw": Condition.AS_NEW,
    "goed": Condition.GOOD,
    "redelijk": Condition.REASONABLE,
    "matig": Condition.MODERATE,
}
# LVB, Logistiek via bol, is what FBB is called in Dutch.
METHOD_WORDS = {"fbr": FulfilmentMethod.FBR, "fbb": FulfilmentMethod.FBB, "lvb": FulfilmentMethod.FBB}
COUNTRY_WORDS = {
    **dict.fromkeys(("nl", "nld", "nederland", "netherlands"), "NL"),
    **dict.fromkeys(("be", "bel", "belgië", "belgie", "belgium"), "BE"),
}
DELIVERY_CODES = {code.casefold(): code for code in DeliveryCode.values}
NOT_A_CONDITION = gettext_lazy("“%(text)s” is not a condition. Write one of: %(choices)s.")
NOT_A_METHOD = gettext_lazy("“%(text)s” is not a fulfilment method. Write one of: %(choices)s.")
NOT_A_DELIVERY_CODE = gettext_lazy("“%(text)s” is not a delivery code of bol. Write one of: %(choices)s.")


def parse_ean(text: str) -> str:
    """Return 13 digits for an EAN-13, UPC-A (12), EAN-8, ISBN-13 or ISBN-10; refuse what a spreadsheet has changed."""
    code = text.strip().removeprefix("'").strip()
    if ISBN_10.fullmatch(code):
        return _from_isbn_10(code.upper())
    if not PLAIN_DIGITS.fullmatch(code):
        raise ValueError(_why_not_digits(code))
    if len(code) not in {8, 12, 13}:
        raise ValueError(
            _(
                "“%(ean)s” has %(count)d digits and an EAN has 13. A spreadsheet drops leading zeros: "
                "format the column as text and write all digits."
            )
            % {"ean": code[:40], "count": len(code)}
        )
    ean = code.zfill(rules.EAN_LENGTH)
    # About one in ten numbers that were rounded passes the check of the last digit.
    if ean.endswith("000000"):
        raise ValueError(_changed_by_spreadsheet(code))
    return str(_obey(rules.validate_ean, ean))


def parse_price(text: str) -> Decimal:
    """Return euros for 12.95, 12,95, € 12,95, 1.299,00 or 1,299.00; three decimals could be thousands and are refused."""
    amount = CURRENCY.sub("", text.strip()).strip()
    if THREE_DECIMALS.fullmatch(amount):
        raise ValueError(
            _("“%(price)s” can be read in two ways: thousands, or three decimals. Write 1299.00 or 12.95.")
            % {"price": _short(text)}
        )
    if PLAIN_AMOUNT.fullmatch(amount):
        digits = amount.replace(",", ".")
    elif DUTCH_AMOUNT.fullmatch(amount):
        digits = amount.replace(".", "").replace(",", ".")
    elif ENGLISH_AMOUNT.fullmatch(amount):
        digits = amount.replace(",", "")
    else:
        raise ValueError(
            _("“%(price)s” is not a price. Write a number such as 12.95.") % {"price": _short(text)}
        )
    price = Decimal(digits)
    _obey(rules.validate_price, price)
    return price.quantize(Decimal("0.01"))


def parse_stock(text: str) -> int:
    """Return a whole number from 0; 3.0 is what a spreadsheet makes of 3."""
    found = WHOLE.fullmatch(text.strip())
    if not found:
        raise ValueError(
            _("“%(stock)s” is not a stock. Write a whole number such as 12.") % {"stock": _short(text)}
        )
    stock = int(found[1])
    if stock > rules.MAX_OWN_STOCK:
        raise ValueError(
            _("“%(stock)s” is too much: at most %(limit)d.") % {"stock": stock, "limit": rules.MAX_OWN_STOCK}
        )
    _obey(rules.validate_stock, stock)
    return stock


def parse_yes_or_no(text: str) -> bool:
    """Return True for yes and False for no, in English or Dutch."""
    word = text.strip().casefold()
    if word in YES | NO:
        return word in YES
    raise ValueError(_("“%(text)s” is not a yes or a no. Write yes or no.") % {"text": _short(text)})


def parse_condition(text: str) -> str:
    """Return bol's name of a condition, given in any case, in English or Dutch."""
    return _choose(CONDITION_WORDS, text, NOT_A_CONDITION)


def parse_method(text: str) -> str:
    """Return FBR or FBB."""
    return _choose(METHOD_WORDS, text, NOT_A_METHOD)


def parse_delivery_code(text: str) -> str:
    """Return bol's delivery code, given in any case."""
    return _choose(DELIVERY_CODES, text, NOT_A_DELIVERY_CODE)


def parse_volume_prices(text: str) -> list[dict[str, Any]]:
    """Return the steps of "6: 11,00; 12: 10,50" (from that quantity on, each at that price), or none for "none"."""
    if text.strip().casefold() in NONE:
        return []
    steps = [_volume_price(step.strip()) for step in text.split(";") if step.strip()]
    quantities = [step["quantity"] for step in steps]
    if not steps or quantities[0] < 2 or quantities != sorted(set(quantities)):
        raise ValueError(
            _("“%(text)s” must name rising quantities from 2 on. Write for instance 6: 11.00; 12: 10.50.")
            % {"text": _short(text)}
        )
    return steps


def parse_countries(text: str) -> str:
    """Return NL, BE or NL,BE for any way to write these."""
    words = {word for word in re.split(r"[\s,;+/&|]+", text.strip().casefold()) if word}
    if not words or words - COUNTRY_WORDS.keys():
        raise ValueError(
            _("“%(text)s” is not a choice of countries. Write NL, BE or NL,BE.") % {"text": _short(text)}
        )
    return ",".join(sorted({COUNTRY_WORDS[word] for word in words}, reverse=True))


def comment_parser(limit: int) -> Callable[[str], str]:
    """Return a parser of text of any number of lines and at most `limit` characters."""
    return text_parser(limit, CONTROL_BUT_LINES)


def text_parser(limit: int, control: re.Pattern[str] = CONTROL) -> Callable[[str], str]:
    """Return a parser of one line of text of at most `limit` characters."""

    def parse(text: str) -> str:
        text = text.strip()
        if len(text) > limit:
            raise ValueError(
                _("This text has %(count)d characters. Write at most %(limit)d.")
                % {"count": len(text), "limit": limit}
            )
        if control.search(text):
            raise ValueError(_("This text contains a line break or control character. Write it on one line."))
        return text

    return parse


def _volume_price(step: str) -> dict[str, Any]:
    found = VOLUME_PRICE.fullmatch(step)
    if not found:
        raise ValueError(
            _("“%(text)s” is not a quantity with its price. Write for instance 6: 11.00; 12: 10.50.")
            % {"text": _short(step)}
        )
    return {"quantity": int(found[1]), "unit_price": price_text(parse_price(found[2]))}


def _from_isbn_10(code: str) -> str:
    digits = [10 if digit == "X" else int(digit) for digit in code]
    if sum(digit * weight for digit, weight in zip(digits, range(10, 0, -1), strict=True)) % 11:
        raise ValueError(
            _("“%(ean)s” is not an ISBN: its last digit does not fit. Was a digit mistyped?") % {"ean": code}
        )
    body = f"978{code[:9]}"
    return body + rules.check_digit(body)


def _why_not_digits(code: str) -> str:
    if NUMBER_FORM.fullmatch(code):
        return _changed_by_spreadsheet(code)
    return _("“%(ean)s” is not an EAN. Write its 13 digits and nothing else.") % {"ean": _short(code)}


def _changed_by_spreadsheet(code: str) -> str:
    return _(
        "“%(ean)s” was changed by the spreadsheet: digits are lost. Format the column as text and write all 13 digits."
    ) % {"ean": _short(code)}


def _choose(words: Mapping[str, str], text: str, refusal: Any) -> str:
    word = text.strip().casefold()
    chosen = words.get(word) or words.get(re.sub(r"[\s_-]+", "_", word))
    if chosen is None:
        choices = ", ".join(dict.fromkeys(map(str, words.values())))
        raise ValueError(refusal % {"text": _short(text), "choices": choices})
    return str(chosen)


def _obey(rule: Callable[[Any], None], value: Any) -> Any:
    """Return the value where the rule accepts it; its refusal becomes a ValueError with the same words."""
    try:
        rule(value)
    except ValidationError as error:
        raise ValueError(" ".join(error.messages)) from error
    return value


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 40 else f"{text[:40]}…"
