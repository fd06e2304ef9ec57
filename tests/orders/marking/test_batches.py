"""What was marked together is followed together, until bol has said a word about every parcel."""

from __future__ import annotations

import re
import uuid

import pytest
from django.contrib.auth.models import User

from connections.models import MessageState, OutboxMessage
from orders.models import Shipment, ShipmentBatch, ShipmentState
from orders.services import Parcel, mark_batch
from orders.standing import update_standing
from tests.orders.conftest import make_order

REFRESH = 'http-equiv="refresh"'


@pytest.fixture
def batch(merchant, staff) -> ShipmentBatch:
    """Five parcels, each in another state."""
    orders = [make_order(merchant, f"A{number}") for number in range(5)]
    made, _done = mark_batch(
        [Parcel(order.pk, "TNT", f"3SCODE{order.order_id}") for order in orders], token=uuid.uuid4(), by=staff
    )
    for shipment, state in zip(Shipment.objects.order_by("id"), ShipmentState, strict=True):
        shipment.move(state)
    Shipment.objects.filter(state="refused").update(reason="It was cancelled.")
    return made


def page_of(browser, batch: ShipmentBatch, query: str = "") -> str:
    return browser.get(f"/admin/orders/shipmentbatch/{batch.pk}/change/{query}").content.decode()


def test_the_page_counts_and_keeps_itself_up_to_date(browser, batch):
    page = page_of(browser, batch)

    assert REFRESH in page
    assert "2 of 5 parcels are settled." in page
    for told in ("recorded (5)", "bol not told yet (1)", "not confirmed yet (2)", "refused (1)"):
        assert told in page
    assert "It was cancelled." in page


def test_when_all_are_settled_the_page_rests(browser, batch):
    batch.shipments.exclude(state="refused").update(state=ShipmentState.CONFIRMED)
    page = page_of(browser, batch)
    assert REFRESH not in page
    assert "1 parcel was refused: below is why." in page

    batch.shipments.update(state=ShipmentState.CONFIRMED)
    assert "bol has confirmed every parcel." in page_of(browser, batch)


@pytest.mark.parametrize(
    ("tab", "code"), [("waiting", "A0"), ("told", "A1"), ("confirmed", "A3"), ("refused", "A4")]
)
def test_the_parcels_of_one_kind_can_be_looked_at(browser, batch, tab, code):
    page = page_of(browser, batch, f"?show={tab}")

    assert f"3SCODE{code}" in page
    assert page.count("3SCODE") == (2 if tab == "told" else 1)


def test_a_connection_that_may_not_send_is_named_and_nothing_spins(browser, batch, merchant):
    batch.shipments.update(state=ShipmentState.WAITING)
    merchant.is_live = False
    merchant.save()

    page = page_of(browser, batch)

    assert "5 parcels wait until the connection “Test shop” may send." in page
    assert REFRESH not in page


def test_what_was_recorded_once_is_not_recorded_again(orders, staff):
    token = uuid.uuid4()
    parcels = [Parcel(orders[0].pk, "TNT", "3S1", {orders[0].items.earliest("id").pk: 1})]

    first, done = mark_batch(parcels, token=token, by=staff)
    second, nothing = mark_batch(parcels, token=token, by=staff)

    assert (first, nothing) == (second, None)
    assert done
    assert len(done.shipments) == Shipment.objects.count() == 1


def test_where_nothing_can_be_recorded_there_is_no_batch(orders, staff):
    _batch, done = mark_batch([Parcel(orders[0].pk, "PIGEON", "3S1")], token=uuid.uuid4(), by=staff)

    assert done
    assert done.refusals[0].field == "transporter_code"
    assert not ShipmentBatch.objects.exists()


def test_who_may_not_see_parcels_sees_no_batch(client, batch):
    client.force_login(User.objects.create_user("nobody", is_staff=True))

    assert client.get(f"/admin/orders/shipmentbatch/{batch.pk}/change/").status_code == 403


def test_the_page_of_many_parcels_takes_few_queries(browser, merchant, staff, django_assert_max_num_queries):
    orders = [make_order(merchant, f"A{number}") for number in range(150)]
    batch, _done = mark_batch(
        [Parcel(order.pk, "TNT", "3S1") for order in orders], token=uuid.uuid4(), by=staff
    )
    page_of(browser, batch)

    with django_assert_max_num_queries(20):
        page = page_of(browser, batch)

    assert "Page 1 of 2" in page


def test_what_was_refused_names_the_next_step(browser, batch):
    refused = batch.shipments.get(state="refused")
    about = OutboxMessage.objects.filter(subject=refused.subject)
    about.update(state=MessageState.FAILED, waiting_key=None, advice="Get the parcel back.")
    update_standing([refused.order_id])

    page = page_of(browser, batch, "?show=refused")

    assert "Get the parcel back." in page
    assert f"mark-shipped/?order={refused.order_id}" in page


def test_the_list_of_batches_counts_their_parcels(browser, batch, django_assert_max_num_queries):
    for _ in range(20):
        ShipmentBatch.objects.create()
    browser.get("/admin/orders/shipmentbatch/")

    with django_assert_max_num_queries(12):
        page = browser.get("/admin/orders/shipmentbatch/").content.decode()

    row = page[page.index(f"/admin/orders/shipmentbatch/{batch.pk}/change/") :]
    cells = re.findall(
        r'class="field-show_(?:parcels|unsettled|refused)[^>]*>\s*(\d+)', row[: row.index("</tr>")]
    )
    assert cells == ["5", "3", "1"]
