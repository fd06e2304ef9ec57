"""The pages about what we sell."""

from offers.admin.bulk_run import BulkRunAdmin
from offers.admin.conflict import EanConflictAdmin
from offers.admin.imports import ImportRunAdmin
from offers.admin.offer import OfferAdmin
from offers.admin.product import ProductAdmin
from offers.admin.project import ProjectAdmin

__all__ = ["BulkRunAdmin", "EanConflictAdmin", "ImportRunAdmin", "OfferAdmin", "ProductAdmin", "ProjectAdmin"]
