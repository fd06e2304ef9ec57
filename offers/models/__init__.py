"""What we sell, and what bol has of it."""

from offers.models.batch import ChangeBatch, ChangeBatchRow
from offers.models.bulk import BulkOutcome, BulkRun
from offers.models.conflict import ConflictMember, EanConflict, FoundBy
from offers.models.drift import DecisionOrder, Drift, Reconciliation
from offers.models.fields import HOLD_FIELDS, KNOWN_FIELDS, WANTED_FIELDS
from offers.models.history import ConfirmedValue, Sense
from offers.models.imports import ImportLine, ImportProblem, ImportRun
from offers.models.offer import Offer, OfferQuerySet
from offers.models.operator import DeliveryProfile, EconomicOperator, OperatorStatus
from offers.models.product import Product
from offers.models.project import Project, ProjectToAnnounce

__all__ = [
    "HOLD_FIELDS",
    "KNOWN_FIELDS",
    "WANTED_FIELDS",
    "BulkOutcome",
    "BulkRun",
    "ChangeBatch",
    "ChangeBatchRow",
    "ConfirmedValue",
    "ConflictMember",
    "DecisionOrder",
    "DeliveryProfile",
    "Drift",
    "EanConflict",
    "EconomicOperator",
    "FoundBy",
    "ImportLine",
    "ImportProblem",
    "ImportRun",
    "Offer",
    "OfferQuerySet",
    "OperatorStatus",
    "Product",
    "Project",
    "ProjectToAnnounce",
    "Reconciliation",
    "Sense",
]
