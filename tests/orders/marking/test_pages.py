"""Orders are chosen, codes typed, the result looked at, and only then something is recorded."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User

from connections.models import OutboxMessage
from orders.models import Order, OrderItem, Shipment, ShipmentBatch
from tests.orders.conftest import make_order
from tests.orders.marking.conftest import LIST, MARK, confirm, hidden, typed


def choose(orders: list[Order], action: str = "mark_shipped") -> dict[str, Any]:
    return {"action": action, "_selected_action": [order.pk for order in orders]}


def codes() -> list[tuple[str, str, str]]:
    fields = ("order__order_id", "transporter_code", "track_and_trace")
    return sorted(Shipment.objects.values_list(*fields))


def test_the_action_leads_to_the_page_and_records_nothing(browser, orders):
    page = browser.post(LIST, choose(orders[:2])).content.decode()

    assert "2 orders to ship, pieces in all: 8." in page
    assert not Shipment.objects.exists()


def test_what_is_announced_to_how_many_is_shown_before_it_happens(browser, orders):
    page = browser.post(MARK, typed(orders[:2], ["3SABCD12345", "3SABCD12346"])).content.decode()

    for text in (
        "2 parcels are recorded as shipped and announced to bol. Pieces in them: 8.",
        "Test shop: 2",
        "PostNL: 2",
        "3SABCD12346",
        "2 × Olive Oil, 2 × Vinegar",  # noqa: RUF001 - as people write it
        "Mark 2 parcels shipped",
    ):
        assert text in page
    assert not Shipment.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_several_orders_are_marked_each_with_its_own_code(browser, orders):
    answer = confirm(browser, typed(orders[:2], ["3S1", "3S2"]))

    batch = ShipmentBatch.objects.get()
    assert answer.headers["Location"].startswith(f"/admin/orders/shipmentbatch/{batch.pk}/change/")
    assert codes() == [("A0", "TNT", "3S1"), ("A1", "TNT", "3S2")]
    assert OutboxMessage.objects.count() == 2
    assert Shipment.objects.filter(created_by__username="staff", batch=batch).count() == 2


def test_a_single_parcel_leads_back_to_its_order(browser, orders):
    answer = confirm(browser, typed(orders[:1], ["3S1"]))

    assert answer.headers["Location"] == f"/admin/orders/order/{orders[0].pk}/change/"


def test_each_code_tells_its_carrier(browser, orders):
    numbers = ["3SABCD1234567", "JVGL0612345678", "05222894123456"]

    page = browser.post(MARK, typed(orders, numbers, transporter="")).content.decode()
    assert page.count("(by its code)") == 3
    confirm(browser, typed(orders, numbers, transporter=""))

    assert [code for _order, code, _tt in codes()] == ["TNT", "DHLFORYOU", "DPD-NL"]


def test_a_carrier_of_its_own_goes_before_what_the_code_tells(browser, orders):
    own = {f"order-{orders[0].pk}-transporter": "Trunkrs"}

    confirm(browser, typed(orders[:2], ["3SABCD1234567", "3SABCD1234568"], transporter="", **own))

    assert [code for _order, code, _tt in codes()] == ["TRUNKRS", "TNT"]


def test_where_a_code_does_not_tell_it_is_the_carrier_of_last_time(browser, orders):
    confirm(browser, typed(orders[:1], ["X1"], transporter="BUDBEE"))

    page = browser.post(MARK, typed(orders[1:2], ["X2"], transporter="")).content.decode()
    assert "(as last time)" in page
    confirm(browser, typed(orders[1:2], ["X2"], transporter=""))

    assert [code for _order, code, _tt in codes()] == ["BUDBEE", "BUDBEE"]


def test_blanks_in_a_code_are_not_part_of_it(browser, orders):
    confirm(browser, typed(orders[:1], [" 3SAB CD12\u200b345 "]))

    assert codes() == [("A0", "TNT", "3SABCD12345")]


@pytest.mark.parametrize(
    ("code", "transporter", "reason"),
    [
        ("", "TNT", "PostNL needs a track and trace code."),
        ("", "", "Type the track and trace code"),
        ("HELLO", "", "Choose a carrier: the code does not tell which one it is."),
        ("5,22289E+13", "DPD-NL", "was rounded by a spreadsheet"),
        ("323212345600012000000000", "BPOST_BE", "was rounded by a spreadsheet"),
    ],
)
def test_what_is_refused_stays_with_what_was_typed(browser, orders, code, transporter, reason):
    data = typed(orders[:2], ["3SABCD12345", code], transporter="")
    data[f"order-{orders[1].pk}-transporter"] = transporter

    page = browser.post(MARK, data).content.decode()
    assert "1 order is not recorded" in page
    assert reason in page
    page = confirm(browser, data).content.decode()

    assert codes() == [("A0", "TNT", "3SABCD12345")]
    assert "1 parcel is marked shipped." in page
    assert reason in page
    assert f'name="order-{orders[1].pk}-track_and_trace"' in page
    assert not code or f'value="{code}"' in page
    assert f'name="order" value="{orders[0].pk}"' not in page

    confirm(browser, typed(orders[1:2], ["3S2"]))
    assert len(codes()) == 2


def test_an_unknown_carrier_is_refused_beside_its_field(browser, orders):
    own = {f"order-{orders[0].pk}-transporter": "pigeon"}

    page = browser.post(MARK, typed(orders[:1], ["3SKEPT"], **own)).content.decode()

    assert "bol knows no carrier “pigeon”. Choose one of the list." in page
    assert 'value="3SKEPT"' in page
    assert 'value="pigeon"' in page
    assert not Shipment.objects.exists()


def test_going_back_loses_nothing(browser, orders):
    page = browser.post(MARK, typed(orders[:2], ["3SKEPT1", "3SKEPT2"])).content.decode()

    page = browser.post(MARK, hidden(page) | {"step": "edit"}).content.decode()

    assert 'value="3SKEPT1"' in page
    assert 'value="3SKEPT2"' in page
    assert '<option value="TNT" selected>' in page


def test_one_order_can_be_shipped_in_parts(browser, orders):
    order = orders[0]
    oil, vinegar = order.items.all()
    page = browser.get(MARK, {"order": order.pk}).content.decode()
    assert f'name="order-{order.pk}-quantity-{oil.pk}"' in page
    quantities = {f"order-{order.pk}-quantity-{oil.pk}": "1", f"order-{order.pk}-quantity-{vinegar.pk}": ""}

    confirm(browser, typed([order], ["3S1"], in_parts="yes", **quantities))

    packed = Shipment.objects.get().items.get()
    assert (packed.item, packed.quantity) == (oil, 1)
    order.refresh_from_db()
    assert order.status == Order.Status.PARTLY_SHIPPED


def test_one_order_can_leave_in_several_parcels(browser, orders):
    order = orders[0]
    oil, vinegar = order.items.all()
    first = {f"order-{order.pk}-quantity-{oil.pk}": "2"}
    page = browser.post(
        MARK, typed([order], ["3SFIRST"], in_parts="yes", parcels="1", step="add", **first)
    ).content.decode()
    assert f'name="order-{order.pk}-2-track_and_trace"' in page
    assert 'value="3SFIRST"' in page
    second = {
        f"order-{order.pk}-2-track_and_trace": "3SSECOND",
        f"order-{order.pk}-2-quantity-{vinegar.pk}": "2",
    }

    confirm(browser, typed([order], ["3SFIRST"], in_parts="yes", parcels="2", **first, **second))

    parcels = Shipment.objects.order_by("id")
    assert [(parcel.track_and_trace, parcel.contents) for parcel in parcels] == [
        ("3SFIRST", "2 × Olive Oil"),  # noqa: RUF001 - as people write it
        ("3SSECOND", "2 × Vinegar"),  # noqa: RUF001 - as people write it
    ]


def test_a_further_parcel_that_was_not_used_is_left_out(browser, orders):
    order = orders[0]
    oil = order.items.earliest("id")
    first = {f"order-{order.pk}-quantity-{oil.pk}": "2"}

    confirm(browser, typed([order], ["3SFIRST"], in_parts="yes", parcels="2", **first))

    assert Shipment.objects.count() == 1


def test_more_than_is_open_is_refused(browser, orders):
    order = orders[0]
    oil = order.items.earliest("id")

    page = browser.post(
        MARK, typed([order], ["3S1"], in_parts="yes", **{f"order-{order.pk}-quantity-{oil.pk}": "3"})
    ).content.decode()

    assert "Only 2 of “Olive Oil” are open." in page
    assert 'value="confirm"' not in page


def test_a_second_click_ships_nothing_more(browser, orders):
    order = orders[0]
    oil = order.items.earliest("id")
    part = {f"order-{order.pk}-quantity-{oil.pk}": "1"}
    page = browser.post(MARK, typed([order], ["3S1"], in_parts="yes", **part)).content.decode()

    for _ in range(2):
        answer = browser.post(MARK, hidden(page) | {"step": "confirm"})

    assert answer.headers["Location"] == f"/admin/orders/order/{order.pk}/change/"
    assert Shipment.objects.count() == 1


def test_what_changed_since_it_was_looked_at_is_shown_again(browser, orders):
    page = browser.post(MARK, typed(orders[:2], ["3S1", "3S2"])).content.decode()
    vinegar = orders[0].items.get(title="Vinegar")
    OrderItem.objects.filter(pk=vinegar.pk).update(quantity_cancelled=2)

    page = browser.post(MARK, hidden(page) | {"step": "confirm"}).content.decode()

    assert "this is not what you saw any more" in page
    assert "A0: 2 × Vinegar was cancelled." in page  # noqa: RUF001 - as people write it
    assert not Shipment.objects.exists()
    browser.post(MARK, hidden(page) | {"step": "confirm"})
    assert Shipment.objects.count() == 2


def test_what_bol_carries_itself_is_pointed_out(browser, orders):
    orders[0].items.update(distribution_party="BOL")

    page = browser.post(MARK, typed(orders[:2], ["3S1", "3S2"])).content.decode()

    assert page.count("it needs a label bought at bol") == 1


def test_a_code_that_looks_like_another_carriers_is_pointed_out(browser, orders):
    page = browser.post(MARK, typed(orders[:1], ["JVGL0612345678"], transporter="TNT")).content.decode()

    assert "looks like a code of DHL, and the carrier is PostNL" in page


def test_a_customers_wish_to_cancel_is_asked_about(browser, orders):
    orders[0].items.update(cancellation_requested=True)
    assert "The customer asked to cancel." in browser.get(MARK, {"order": orders[0].pk}).content.decode()

    page = browser.post(MARK, typed(orders[:1], ["3S1"])).content.decode()
    assert "Accept that, or say that you ship it anyway." in page
    assert 'value="confirm"' not in page
    confirm(browser, typed(orders[:1], ["3S1"]) | {f"order-{orders[0].pk}-despite_request": "on"})

    assert Shipment.objects.count() == 1


def test_ship_anyway_is_an_action_of_its_own(browser, orders):
    orders[0].items.update(cancellation_requested=True)

    page = browser.post(LIST, choose(orders[:1], "ship_anyway")).content.decode()

    box = page[page.index(f'name="order-{orders[0].pk}-despite_request"') :]
    assert "checked" in box[: box.index(">")]


def test_the_way_back_is_the_list_as_it_was_filtered(browser, orders):
    page = browser.post(f"{LIST}?status__exact=open", choose(orders[:2])).content.decode()
    assert f'href="{LIST}?status__exact=open"' in page

    answer = confirm(browser, hidden(page) | typed(orders[:2], ["3S1", "3S2"]), follow=True)

    assert f'href="{LIST}?status__exact=open"' in answer.content.decode()


def test_the_button_on_the_order_leads_to_the_page(browser, orders):
    answer = browser.get(f"{LIST}{orders[0].pk}/open-mark-shipped", follow=True)

    assert answer.redirect_chain[-1][0].endswith(f"?order={orders[0].pk}")


def test_who_may_only_look_marks_nothing(client, orders):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_order"))
    client.force_login(viewer)

    assert client.get(LIST).status_code == 200
    for step in ("check", "confirm"):
        assert client.post(MARK, typed(orders[:1], ["3S1"], step=step)).status_code == 403
    client.post(LIST, choose(orders[:1]))
    assert not Shipment.objects.exists()


def test_five_hundred_orders_take_as_many_queries_as_fifty(browser, merchant, django_assert_max_num_queries):
    orders = [make_order(merchant, f"A{number}") for number in range(500)]
    data = typed(orders, [f"3SABCD{number:06}" for number in range(500)])
    page = browser.post(MARK, data).content.decode()

    with django_assert_max_num_queries(80):
        browser.post(MARK, hidden(page) | {"step": "confirm"})

    assert Shipment.objects.count() == OutboxMessage.objects.count() == 500
