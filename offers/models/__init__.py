"""What we sell, and what bol has of it."""

from offers.models.history import ConfirmedValue, Sense
from offers.models.imports import ImportProblem, ImportRun
from offers.models.offer import KNOWN_FIELDS, WANTED_FIELDS, Offer, OfferQuerySet
from offers.models.operator import DeliveryProfile, EconomicOperator, OperatorStatus
from offers.models.product import Product
from offers.models.project import Project

__all__ = [
    "KNOWN_FIELDS",
    "WANTED_FIELDS",
    "ConfirmedValue",
    "DeliveryProfile",
    "EconomicOperator",
    "ImportProblem",
    "ImportRun",
    "Offer",
    "OfferQuerySet",
    "OperatorStatus",
    "Product",
    "Project",
    "Sense",
]
