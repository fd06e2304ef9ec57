"""The page of a thing tells its story: who changed what, what was said to bol, what bol answered."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from offers import services as offers
from offers.models import Offer, Product, Project

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def offer(connection, staff, relay) -> Offer:
    """Olive oil that a person made, published, and made dearer."""
    project = Project.objects.create(name="Pantry", connection=connection)
    product = Product.objects.create(reference="OIL", ean="8710400000013", title="Olive Oil")
    offer = offers.create_offer(project, product, staff, price=Decimal("12.50"), stock=5)
    relay(connection)
    offer = Offer.objects.with_all().get()
    offers.change_offer(offer, staff, price=Decimal("13.00"))
    relay(connection)
    return offer


def test_an_offer_tells_who_changed_it_what_was_said_and_what_bol_answered(client, staff, offer):
    client.force_login(staff)

    text = client.get(reverse("admin:offers_offer_change", args=[offer.pk])).content.decode()

    assert "Price 12.50 → 13.00" in text
    assert f"PATCH /retailer/offers/{offer.offer_id} → 204" in text
    assert text.index("PATCH /retailer/offers/") < text.index("POST /retailer/offers → 201")  # newest first


def test_a_story_takes_as_many_queries_for_much_as_for_little(
    client, staff, offer, connection, relay, django_assert_max_num_queries
):
    client.force_login(staff)
    address = reverse("admin:offers_offer_change", args=[offer.pk])
    client.get(address)
    with django_assert_max_num_queries(100) as few:
        client.get(address)
    for number in range(5):
        offers.change_offer(Offer.objects.with_all().get(), staff, price=Decimal(14 + number))
        relay(connection)

    with django_assert_max_num_queries(len(few)):
        client.get(address)
