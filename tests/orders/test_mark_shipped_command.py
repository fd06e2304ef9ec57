"""Marking shipped from the command line: one order, or a list of them; what is wrong is said with its column."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from connections.models import OutboxMessage
from orders.models import Shipment, ShipmentBatch, ShipmentState
from tests.orders.conftest import make_order, mark


def run(*arguments: str, **options) -> None:
    call_command("mark_shipped", *arguments, **options)


def test_a_part_is_marked(orders, capsys):
    run("A1", transporter="TNT", track_and_trace="3S1", item=["A1-0:1"], reference="WMS-1")

    shipment = Shipment.objects.get()
    assert (shipment.reference, shipment.items.get().quantity) == ("WMS-1", 1)
    assert "waits to be announced" in capsys.readouterr().out
    assert OutboxMessage.objects.get().source == "mark_shipped"


def test_the_code_tells_the_carrier(orders):
    run("A1", track_and_trace="05222894123456")

    assert Shipment.objects.get().transporter_code == "DPD-NL"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"transporter": "TNT"}, "track_and_trace: PostNL needs a track and trace code"),
        ({"transporter": "PIGEON"}, "transporter_code: bol knows no carrier “PIGEON”"),
        ({"track_and_trace": "HELLO"}, "transporter_code: Choose a carrier"),
        ({"transporter": "OTHER", "item": ["A1-0"]}, "not of the form ID:QTY"),
        ({"transporter": "OTHER", "item": ["X:1"]}, "has no item X"),
        ({"transporter": "OTHER", "item": ["A1-0:9"]}, "quantities: Only 2 of"),
        ({"transporter": "OTHER", "reference": "R" * 91}, "reference: At most 90 characters"),
        ({"transporter": "OTHER", "connection": "Nobody"}, "There is no connection “Nobody”"),
    ],
)
def test_what_is_wrong_is_said(orders, arguments, words):
    with pytest.raises(CommandError, match=words):
        run("A1", **arguments)

    assert not Shipment.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_an_order_of_another_connection_is_refused(orders, make_connection):
    make_connection("Other shop", client_id="other")

    with pytest.raises(
        CommandError, match="connection: order A1 belongs to “Test shop”, not to “Other shop”"
    ):
        run("A1", transporter="OTHER", connection="Other shop")


def test_an_unknown_order_is_said(orders):
    with pytest.raises(CommandError, match="There is no order NONE"):
        run("NONE", transporter="OTHER")


def test_of_two_orders_with_one_number_the_connection_tells(orders, make_connection):
    other = make_connection("Other shop", client_id="other")
    make_order(other, "A1")

    with pytest.raises(CommandError, match="--connection"):
        run("A1", transporter="OTHER")
    run("A1", transporter="OTHER", connection="Other shop")

    assert Shipment.objects.get().order.connection == other


def test_what_a_customer_asked_to_cancel_is_shipped_only_on_purpose(orders):
    orders[1].items.update(cancellation_requested=True)

    with pytest.raises(CommandError, match="asked to cancel"):
        run("A1", transporter="OTHER")
    run("A1", transporter="OTHER", ship_anyway=True)

    assert Shipment.objects.exists()


# Lists --------------------------------------------------------------------------------------------------


@pytest.fixture
def listed(tmp_path):
    """A file with these lines."""

    def write(*lines: str) -> str:
        path = tmp_path / "left.csv"
        path.write_text("\n".join(lines))
        return str(path)

    return write


def test_a_list_is_recorded_and_its_bad_lines_named(orders, listed, capsys):
    file = listed("A0;3SABCD1234567", "NONE;3S2", "A1;;TNT", "A2;05222894123456")

    with pytest.raises(CommandError, match="2 lines were not recorded"):
        run(file=file)

    told = capsys.readouterr()
    assert "2 parcels are recorded" in told.out
    assert "line 2, order: There is no order “NONE” here" in told.err
    assert "line 3, track and trace: PostNL needs a track and trace code." in told.err
    assert ShipmentBatch.objects.get().source == "left.csv"
    assert Shipment.objects.count() == 2


def test_the_same_list_again_records_nothing_more(orders, listed, capsys):
    file = listed("A0;3SABCD1234567", "A1;3SABCD1234568")
    run(file=file)

    run(file=file)

    assert Shipment.objects.count() == 2
    assert "2 lines were recorded before." in capsys.readouterr().out


def test_an_order_of_another_connection_is_a_bad_line(orders, listed, make_connection, capsys):
    make_connection("Other shop", client_id="other")

    with pytest.raises(CommandError, match="1 lines were not recorded"):
        run(file=listed("A0;3SABCD1234567"), connection="Other shop")

    assert "line 1, connection: “A0” belongs to the connection “Test shop”" in capsys.readouterr().err
    assert not Shipment.objects.exists()


def test_a_parcel_that_left_gets_its_code(orders, listed, capsys):
    [shipment] = mark(orders[0], code="3SWRONG12345").shipments
    shipment.move(ShipmentState.CONFIRMED)

    run(file=listed(f"{shipment.reference};3SABCD1234567"))

    shipment.refresh_from_db()
    assert shipment.track_and_trace == "3SABCD1234567"
    assert "1 parcels that left already have their new codes." in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "options"), [((), {}), (("A1",), {"file": "left.csv"})])
def test_one_order_or_one_list(orders, arguments, options):
    with pytest.raises(CommandError, match="one of the two"):
        run(*arguments, **options)


@pytest.mark.parametrize("content", ["", "order;carrier\nA1;TNT"])
def test_a_list_that_cannot_be_read_is_said(orders, listed, content):
    with pytest.raises(CommandError, match=r"empty|none is"):
        run(file=listed(content))


def test_a_file_that_is_not_there_is_said(orders, tmp_path):
    with pytest.raises(CommandError, match=r"nothing\.csv"):
        run(file=str(tmp_path / "nothing.csv"))
