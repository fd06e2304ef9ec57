"""What we sell, and what bol has of it."""

from offers.models.bulk import BulkOutcome, BulkRun
from offers.models.conflict import ConflictMember, EanConflict, FoundBy
from offers.models.imports import ImportProblem, ImportRun
from offers.models.offer import HOLD_FIELDS, KNOWN_FIELDS, WANTED_FIELDS, Offer, OfferQuerySet
from offers.models.product import Product
from offers.models.project import Project

__all__ = [
    "HOLD_FIELDS",
    "KNOWN_FIELDS",
    "WANTED_FIELDS",
    "BulkOutcome",
    "BulkRun",
    "ConflictMember",
    "EanConflict",
    "FoundBy",
    "ImportProblem",
    "ImportRun",
    "Offer",
    "OfferQuerySet",
    "Product",
    "Project",
]
