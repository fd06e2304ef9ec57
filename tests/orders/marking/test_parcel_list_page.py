"""A list is pasted or uploaded, checked line by line, and the good lines recorded; nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from connections.clients import client_for
from orders.models import Order, Shipment, ShipmentBatch, ShipmentState
from tests.orders.conftest import mark
from tests.orders.marking.conftest import LIST, PASTE, hidden, list_in

TWO = "A0\t3SABCD1234567\nA1\t05222894123456"


def paste(browser, text: str, step: str = "check", **more) -> str:
    return browser.post(PASTE, {"text": text, "step": step} | more).content.decode()


def press(browser, page: str, **options):
    """Press the button that records."""
    return browser.post(PASTE, hidden(page) | {"text": list_in(page), "step": "confirm"}, **options)


def test_the_list_of_orders_leads_to_the_page(browser, orders):
    assert "parcel" in browser.get(LIST).content.decode()
    assert "Orders and codes" in browser.get(f"{LIST}open_parcel_list", follow=True).content.decode()


def test_a_list_is_shown_before_it_is_recorded(browser, orders):
    page = paste(browser, TWO)

    for text in (
        "2 parcels are recorded",
        "PostNL",
        "DPD Netherlands",
        "Mark 2 parcels shipped",
        "by its code",
    ):
        assert text in page
    assert not Shipment.objects.exists()


def test_a_list_is_recorded_as_one_batch(browser, orders):
    answer = press(browser, paste(browser, TWO))

    batch = ShipmentBatch.objects.get()
    assert answer.headers["Location"].startswith(f"/admin/orders/shipmentbatch/{batch.pk}/change/")
    assert batch.shipments.count() == 2


def test_good_lines_are_recorded_and_bad_ones_stay(browser, orders):
    page = paste(browser, f"{TWO}\nNONE\t3S9\nA2\t\tTNT")
    for text in (
        "2 lines are not recorded",
        "There is no order “NONE” here",
        "PostNL needs a track and trace",
    ):
        assert text in page
    assert list_in(page) == f"{TWO}\nNONE\t3S9\nA2\t\tTNT"

    page = press(browser, page).content.decode()

    assert Shipment.objects.count() == 2
    assert "2 parcels are marked shipped." in page
    assert list_in(page) == "NONE\t3S9\nA2\t\tTNT"
    assert "2 lines are not recorded" in page
    page = paste(browser, list_in(page).replace("\t\tTNT", "\t3SABCD1234569\tTNT"))
    press(browser, page)
    assert Shipment.objects.count() == 3


def test_a_file_is_put_where_it_can_be_corrected(browser, orders):
    upload = SimpleUploadedFile("left today.csv", b"Bestelnummer;Track & Trace\nA0;3SABCD1234567\nNONE;3S2\n")
    page = browser.post(PASTE, {"text": "", "file": upload, "step": "check"}).content.decode()
    assert list_in(page) == "Bestelnummer\tTrack & Trace\nA0\t3SABCD1234567\nNONE\t3S2"

    page = press(browser, page).content.decode()

    assert ShipmentBatch.objects.get().source == "left today.csv"
    assert list_in(page) == "Bestelnummer\tTrack & Trace\nNONE\t3S2"


def test_a_file_that_cannot_be_read_is_said_beside_its_field(browser, orders):
    upload = SimpleUploadedFile("old.xls", b"\xd0\xcf\x11\xe0old")

    page = browser.post(PASTE, {"text": "A0\t3S1", "file": upload, "step": "check"}).content.decode()

    assert "old Excel file" in page
    assert list_in(page) == "A0\t3S1"


@pytest.mark.parametrize("text", ["", "order;carrier\nA0;TNT"])
def test_a_list_that_cannot_be_read_is_said_beside_its_field(browser, orders, text):
    page = paste(browser, text)

    assert 'role="alert"' in page
    assert list_in(page) == text


def test_a_list_that_was_changed_after_looking_is_shown_again(browser, orders):
    page = paste(browser, TWO)

    page = browser.post(
        PASTE, hidden(page) | {"text": TWO.replace("4567", "9999"), "step": "confirm"}
    ).content.decode()

    assert "this is not what you saw any more" in page
    assert not Shipment.objects.exists()


def test_a_second_click_records_nothing_more(browser, orders):
    page = paste(browser, "order;code;item;quantity\nA0;3SABCD1234567;A0-0;1")

    for _ in range(2):
        press(browser, page)

    assert Shipment.objects.count() == 1


def test_codes_for_parcels_that_left_already_are_saved(browser, orders):
    [shipment] = mark(orders[0], code="3SWRONG12345").shipments
    shipment.move(ShipmentState.CONFIRMED)
    page = paste(browser, f"{shipment.reference}\t3SABCD1234567")
    assert "1 parcel that left already gets a new code" in page

    press(browser, page)

    shipment.refresh_from_db()
    assert (shipment.track_and_trace, shipment.transport_state) == ("3SABCD1234567", "waiting")
    assert not ShipmentBatch.objects.exists()


def test_who_may_only_look_marks_nothing(client, orders):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_order"))
    client.force_login(viewer)

    assert client.post(PASTE, {"text": TWO, "step": "check"}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_what_was_cancelled_at_bol_meanwhile_is_a_bad_line(browser, shop, bought):
    kept, gone = bought(), bought()
    Order.objects.update(read_at=timezone.now() - timedelta(minutes=2))
    with client_for(shop) as client:
        client.orders.cancel(gone.items.get().order_item_id, "OTHER")

    page = paste(browser, f"{kept.order_id}\t3SABCD1234567\n{gone.order_id}\t3SABCD1234568")

    assert "2 orders were read at bol just now." in page
    assert "was cancelled: do not send it" in page
    assert "Mark 1 parcel shipped" in page
