"""The cast of the tests about EAN conflicts: olive oil that is for sale twice, in either dialect."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from connections.models import Connection, OffersApi
from offers import services
from offers.models import EanConflict, Offer, Product, Project
from tests.conftest import RunningSandbox
from tests.offers.conftest import EAN, at_bol

Relay = Callable[[Connection], None]
MakeOffer = Callable[..., Offer]


@pytest.fixture(params=[OffersApi.V11, OffersApi.V10])
def connection(request: pytest.FixtureRequest, make_connection: Callable[..., Connection]) -> Connection:
    """A live connection that speaks either dialect."""
    return make_connection(offers_api=request.param)


@pytest.fixture
def other_product(db: None) -> Product:
    """The same olive oil, entered a second time by mistake."""
    return Product.objects.create(reference="OIL-COPY", ean=EAN, title="Oil of Olives")


@pytest.fixture
def other_project(connection: Connection) -> Project:
    """A second feed on the same account."""
    return Project.objects.create(name="Second feed", connection=connection)


@pytest.fixture
def sell() -> MakeOffer:
    """Offer a product in a project, as the form does."""

    def make(project: Project, product: Product, price: str = "12.50", **wanted: Any) -> Offer:
        return services.create_offer(project, product, None, price=Decimal(price), stock=5, **wanted)

    return make


@pytest.fixture
def oil(sell: MakeOffer, project: Project, product: Product) -> Offer:
    return sell(project, product)


@pytest.fixture
def copy(oil: Offer, sell: MakeOffer, project: Project, other_product: Product) -> Offer:
    """Another product with the EAN of the oil; from here on the two are in conflict."""
    return sell(project, other_product, "19.95")


def fresh(offer: Offer) -> Offer:
    return Offer.objects.with_all().get(pk=offer.pk)


def the_conflict() -> EanConflict:
    return EanConflict.objects.get()


def price_at_bol(sandbox: RunningSandbox) -> Decimal:
    (shown,) = at_bol(sandbox)
    return Decimal(str(shown["pricing"]["bundlePrices"][0]["unitPrice"]))
