"""Arithmetic of prices: a price moved by an amount or a percentage, and ended as shops like to end it. Decimal only."""

from __future__ import annotations

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

CENT, FIVE_CENTS, EURO = Decimal("0.01"), Decimal("0.05"), Decimal(1)


class Move(models.TextChoices):
    """How a price or a stock is changed."""

    SET = "set", _("Set to")
    ADD = "add", _("Change by an amount (a minus sign lowers)")
    PERCENT = "percent", _("Change by a percentage (a minus sign lowers)")


class Rounding(models.TextChoices):
    """How the new price ends."""

    NONE = "none", _("As it comes, to the cent")
    TO_99 = "99", _("To the nearest price that ends in .99")
    TO_95 = "95", _("To the nearest price that ends in .95")
    TO_05 = "05", _("To the nearest 5 cents")


ENDINGS = {Rounding.TO_99: Decimal("0.99"), Rounding.TO_95: Decimal("0.95")}


def moved(price: Decimal, move: str, amount: Decimal, rounding: str = Rounding.NONE) -> Decimal:
    """Return the new price in euros to the cent; it may lie outside of what bol accepts.

    `amount` is in euros for SET and ADD, and in percent for PERCENT.
    """
    return rounded(_exact(price, move, amount), rounding)


def rounded(price: Decimal, rounding: str) -> Decimal:
    """Return the price that ends as asked and is nearest; of two equally near the higher one."""
    if rounding == Rounding.TO_05:
        return _to_steps_of(price, FIVE_CENTS)
    if rounding in ENDINGS:
        return _ending_in(price, ENDINGS[Rounding(rounding)])
    return _to_steps_of(price, CENT)


def _exact(price: Decimal, move: str, amount: Decimal) -> Decimal:
    if move == Move.SET:
        return amount
    return price + (amount if move == Move.ADD else price * amount / 100)


def _to_steps_of(price: Decimal, step: Decimal) -> Decimal:
    steps = (price / step).quantize(EURO, ROUND_HALF_UP)
    return (steps * step).quantize(CENT)


def _ending_in(price: Decimal, ending: Decimal) -> Decimal:
    below = (price - ending).to_integral_value(ROUND_FLOOR) + ending
    above = below + EURO
    return (above if above - price <= price - below else below).quantize(CENT)
