"""The pages about what we sell."""

from offers.admin.batch import ChangeBatchAdmin
from offers.admin.imports import ImportRunAdmin
from offers.admin.offer import OfferAdmin
from offers.admin.product import ProductAdmin
from offers.admin.project import ProjectAdmin

__all__ = ["ChangeBatchAdmin", "ImportRunAdmin", "OfferAdmin", "ProductAdmin", "ProjectAdmin"]
