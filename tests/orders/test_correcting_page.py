"""The carrier and the code of a parcel are corrected on a page that says what bol has."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User

from connections.models import OutboxMessage
from orders.models import Shipment, ShipmentState
from tests.orders.conftest import mark


@pytest.fixture
def parcel(orders) -> Shipment:
    """A parcel that bol confirmed with a wrong code."""
    [shipment] = mark(orders[0], code="3SWRONG12345").shipments
    OutboxMessage.objects.all().delete()
    shipment.move(ShipmentState.CONFIRMED, known_transporter_code="TNT", known_track_and_trace="3SWRONG12345")
    return shipment


def address(parcel: Shipment) -> str:
    return f"/admin/orders/shipment/{parcel.pk}/correct/"


def save(browser, parcel: Shipment, code: str, transporter: str = "TNT") -> str:
    typed = {"transporter_code": transporter, "track_and_trace": code}
    return browser.post(address(parcel), typed, follow=True).content.decode()


def test_the_page_shows_what_bol_has(browser, parcel):
    page = browser.get(address(parcel)).content.decode()

    assert "bol has: PostNL, 3SWRONG12345." in page


def test_a_correction_is_saved_and_its_state_shown(browser, parcel):
    page = save(browser, parcel, " 3SRIGHT 12345 ")

    parcel.refresh_from_db()
    assert parcel.track_and_trace == "3SRIGHT12345"
    assert OutboxMessage.objects.get().operation == "CHANGE_TRANSPORT"
    for text in ("bol is told at once.", "Waiting to be sent", "3SWRONG12345", "3SRIGHT12345"):
        assert text in page
    assert "Correct code" in browser.get(f"/admin/orders/order/{parcel.order_id}/change/").content.decode()


def test_a_code_that_looks_like_another_carriers_is_pointed_out(browser, parcel):
    assert "looks like a code of DHL" in save(browser, parcel, "JVGL0612345678")


@pytest.mark.parametrize(
    ("code", "reason"), [("", "Type a track and trace code"), ("1,2E+13", "rounded by a spreadsheet")]
)
def test_what_is_wrong_is_said_and_stays(browser, parcel, code, reason):
    page = save(browser, parcel, code, transporter="DHL")

    assert reason in page
    assert '<option value="DHL" selected>' in page
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ShipmentState.WAITING, "The parcel is announced to bol with this code."),
        (ShipmentState.SENT, "the correction follows when bol has confirmed it"),
        (ShipmentState.REFUSED, "bol refused this parcel"),
    ],
)
def test_what_follows_depends_on_the_parcel(browser, parcel, state, words):
    parcel.move(state)

    assert words in save(browser, parcel, "3SRIGHT12345")


def test_a_read_only_connection_is_said(browser, parcel, merchant):
    merchant.is_live = False
    merchant.save()

    assert "as soon as the connection may send" in save(browser, parcel, "3SRIGHT12345")


def test_the_same_once_more_changes_nothing(browser, parcel):
    assert "Nothing changed" in save(browser, parcel, "3SWRONG12345")
    assert not OutboxMessage.objects.exists()


def test_who_may_only_look_corrects_nothing(client, parcel):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_shipment"))
    client.force_login(viewer)

    assert (
        client.post(address(parcel), {"transporter_code": "TNT", "track_and_trace": "3S"}).status_code == 403
    )
