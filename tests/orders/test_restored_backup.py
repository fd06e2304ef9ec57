"""After a restore we know less than bol: nothing old is sent, what happened since is fetched, and nothing happens twice."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connections import flows
from connections.models import OutboxMessage
from offers import services
from offers.models import Drift, Offer, Product, Project
from orders.models import Order, Shipment
from tests.backups import restore_backup, take_backup
from tests.orders.conftest import mark

pytestmark = pytest.mark.django_db(transaction=True)

EAN = "0041497153718"


def test_what_a_restored_database_does_not_know_is_not_undone_or_repeated(
    shop, bought, buy, fetch, relay, sandbox, shipped, effects
):
    product = Product.objects.create(reference="OIL-1", ean=EAN, title="Oil")
    project = Project.objects.create(name="Pantry", connection=shop)
    offer = services.create_offer(project, product, None, price=Decimal("12.50"), stock=5)
    relay(shop)
    order = bought()
    backup = take_backup()

    services.change_offer(offer, None, price=Decimal("13.00"), stock=2)
    mark(order)
    relay(shop)
    later = buy()
    fetch(shop)
    before = effects("OFFER_CREATED", "OFFER_UPDATED", "ITEM_SHIPPED")
    restore_backup(backup)

    assert Offer.objects.get().price == Decimal("12.50")
    assert not Shipment.objects.exists()
    fetch(shop)
    relay(shop)
    flows.run_until_complete(shop, "reconcile-offers")
    relay(shop)

    assert effects("OFFER_CREATED", "OFFER_UPDATED", "ITEM_SHIPPED") == before
    assert not OutboxMessage.objects.open().exists()
    differing = Drift.objects.open().filter(offer__isnull=False)
    assert {drift.component for drift in differing} == {"price", "stock"}
    assert set(Order.objects.values_list("order_id", flat=True)) == {order.order_id, later}
    restored = Order.objects.get(order_id=order.order_id)
    assert restored.status == Order.Status.SHIPPED
    assert [refusal.reason for refusal in mark(restored).refusals] != []
    assert len(shipped()) == 1
