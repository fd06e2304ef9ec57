"""What we have already of the things a part of a spreadsheet names, fetched in a few queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from connections.models import Connection
from offers.models import Offer, Product, Project

OfferKey = tuple[int, int, str]


@dataclass
class Known:
    """Projects by name, products by reference, offers by project, product and condition."""

    connection: Connection
    projects: dict[str, Project] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    offers: dict[OfferKey, Offer] = field(default_factory=dict)
    # Products of which bol has an offer, or may be getting one at this moment.
    at_bol: set[int] = field(default_factory=set)

    @classmethod
    def about(cls, connection: Connection, projects: Iterable[str], references: Iterable[str]) -> Known:
        """Fetch what these names and references stand for."""
        products = Product.objects.filter(reference__in=set(references))
        known = cls(
            connection,
            {project.name: project for project in Project.objects.filter(name__in=set(projects))},
            {product.reference: product for product in products},
        )
        for offer in Offer.objects.filter(product__in=known.products.values()):
            known.offers[offer.project_id, offer.product_id, offer.condition] = offer
            if offer.is_at_bol:
                known.at_bol.add(offer.product_id)
        return known

    def project(self, name: str) -> Project:
        """Return the project of this name, or a new one under the connection, not saved."""
        return self.projects.get(name) or Project(name=name, connection=self.connection)

    def offer(self, project: Project, product: Product | None, condition: str) -> Offer | None:
        """Return the offer, if we have it."""
        if project.pk is None or product is None:
            return None
        return self.offers.get((project.pk, product.pk, condition))
