"""bol's words for an offer, with what people read for them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Condition(models.TextChoices):
    """The condition of the article: version 10's names, and the refurbished grades that only version 11 has.

    (Retailer API v10, Condition; Offers API v11, RefurbishedCondition.)
    """

    NEW = "NEW", _("New")
    AS_NEW = "AS_NEW", _("As new")
    GOOD = "GOOD", _("Good")
    REASONABLE = "REASONABLE", _("Reasonable")
    MODERATE = "MODERATE", _("Moderate")
    REFURBISHED_A = "REFURBISHED_A", _("Refurbished, grade A")
    REFURBISHED_B = "REFURBISHED_B", _("Refurbished, grade B")
    REFURBISHED_C = "REFURBISHED_C", _("Refurbished, grade C")

    @property
    def is_refurbished(self) -> bool:
        return self in {Condition.REFURBISHED_A, Condition.REFURBISHED_B, Condition.REFURBISHED_C}


class FulfilmentMethod(models.TextChoices):
    """Who stores and delivers (Retailer API v10, Fulfilment)."""

    FBR = "FBR", _("By us (FBR)")
    FBB = "FBB", _("By bol (FBB)")


class DeliveryCode(models.TextChoices):
    """What is promised to the customer; only for FBR (Retailer API v10, Fulfilment)."""

    BEFORE_23 = "24uurs-23", _("Ordered before 23:00, delivered tomorrow")
    BEFORE_22 = "24uurs-22", _("Ordered before 22:00, delivered tomorrow")
    BEFORE_21 = "24uurs-21", _("Ordered before 21:00, delivered tomorrow")
    BEFORE_20 = "24uurs-20", _("Ordered before 20:00, delivered tomorrow")
    BEFORE_19 = "24uurs-19", _("Ordered before 19:00, delivered tomorrow")
    BEFORE_18 = "24uurs-18", _("Ordered before 18:00, delivered tomorrow")
    BEFORE_17 = "24uurs-17", _("Ordered before 17:00, delivered tomorrow")
    BEFORE_16 = "24uurs-16", _("Ordered before 16:00, delivered tomorrow")
    BEFORE_15 = "24uurs-15", _("Ordered before 15:00, delivered tomorrow")
    BEFORE_14 = "24uurs-14", _("Ordered before 14:00, delivered tomorrow")
    BEFORE_13 = "24uurs-13", _("Ordered before 13:00, delivered tomorrow")
    BEFORE_12 = "24uurs-12", _("Ordered before 12:00, delivered tomorrow")
    DAYS_1_2 = "1-2d", _("1 to 2 days")
    DAYS_2_3 = "2-3d", _("2 to 3 days")
    DAYS_3_5 = "3-5d", _("3 to 5 days")
    DAYS_4_8 = "4-8d", _("4 to 8 days")
    DAYS_1_8 = "1-8d", _("1 to 8 days")
    OWN_PROMISE = "MijnLeverbelofte", _("My delivery promise, as set up at bol")
    VIA_BOL = "VVB", _("Shipping via bol (VVB)")


class Countries(models.TextChoices):
    """Where an offer is meant to be for sale (Offers API v11, CreateCountryAvailability)."""

    NL = "NL", _("Netherlands")
    BE = "BE", _("Belgium")
    NL_BE = "NL,BE", _("Netherlands and Belgium")


class OfferStatus(models.TextChoices):
    """Where an offer stands between us and bol."""

    NEW = "new", _("Not sent yet")
    PUBLISHING = "publishing", _("Being published")
    ON_SALE = "on_sale", _("On sale")
    NOT_FOR_SALE = "not_for_sale", _("Not for sale")
    ON_HOLD = "on_hold", _("On hold")
    REFUSED = "refused", _("Refused by bol")
    OUTCOME_UNKNOWN = "unknown", _("Outcome unknown")
    EAN_CONFLICT = "conflict", _("EAN conflict")
    GONE = "gone", _("Gone at bol")
    PARKED = "parked", _("Parked")


STATUS_COLOURS = {
    OfferStatus.NEW: "info",
    OfferStatus.PUBLISHING: "info",
    OfferStatus.ON_SALE: "success",
    OfferStatus.NOT_FOR_SALE: "warning",
    OfferStatus.ON_HOLD: "warning",
    OfferStatus.REFUSED: "danger",
    OfferStatus.OUTCOME_UNKNOWN: "warning",
    OfferStatus.EAN_CONFLICT: "danger",
    OfferStatus.GONE: "danger",
    OfferStatus.PARKED: "default",
}
