"""The pages about what we sell."""

from offers.admin.batch import ChangeBatchAdmin
from offers.admin.bulk_run import BulkRunAdmin
from offers.admin.conflict import EanConflictAdmin
from offers.admin.drift import DriftAdmin, ReconciliationAdmin
from offers.admin.imports import ImportRunAdmin
from offers.admin.offer import OfferAdmin
from offers.admin.operators import DeliveryProfileAdmin, EconomicOperatorAdmin
from offers.admin.product import ProductAdmin
from offers.admin.project import ProjectAdmin
from offers.admin.traffic import ConfirmedValueAdmin

__all__ = [
    "BulkRunAdmin",
    "ChangeBatchAdmin",
    "ConfirmedValueAdmin",
    "DeliveryProfileAdmin",
    "DriftAdmin",
    "EanConflictAdmin",
    "EconomicOperatorAdmin",
    "ImportRunAdmin",
    "OfferAdmin",
    "ProductAdmin",
    "ProjectAdmin",
    "ReconciliationAdmin",
]
