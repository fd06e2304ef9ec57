"""What we sell, and what bol has of it."""

from offers.models.batch import ChangeBatch, ChangeBatchRow
from offers.models.imports import ImportLine, ImportProblem, ImportRun
from offers.models.offer import KNOWN_FIELDS, WANTED_FIELDS, Offer, OfferQuerySet
from offers.models.product import Product
from offers.models.project import Project

__all__ = [
    "KNOWN_FIELDS",
    "WANTED_FIELDS",
    "ChangeBatch",
    "ChangeBatchRow",
    "ImportLine",
    "ImportProblem",
    "ImportRun",
    "Offer",
    "OfferQuerySet",
    "Product",
    "Project",
]
