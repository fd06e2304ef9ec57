"""What we sell, and what bol has of it."""

from offers.models.drift import Drift, Reconciliation
from offers.models.imports import ImportProblem, ImportRun
from offers.models.offer import KNOWN_FIELDS, WANTED_FIELDS, Offer, OfferQuerySet
from offers.models.product import Product
from offers.models.project import Project

__all__ = [
    "KNOWN_FIELDS",
    "WANTED_FIELDS",
    "Drift",
    "ImportProblem",
    "ImportRun",
    "Offer",
    "OfferQuerySet",
    "Product",
    "Project",
    "Reconciliation",
]
