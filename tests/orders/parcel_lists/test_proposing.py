"""What a list comes to, line by line; nothing is guessed, and every line that is not recorded says why."""

from __future__ import annotations

import pytest

from connections.models import Connection
from orders.models import Order, Shipment, ShipmentState
from orders.parcel_lists.proposing import Proposed, Wishes, propose_list
from orders.parcel_lists.reading import read_text
from tests.orders.conftest import make_order, mark


def propose(text: str, **wishes) -> Proposed:
    return propose_list(read_text(text), Wishes(**wishes))


def parcels(proposed: Proposed) -> list[tuple[str, str, str, str]]:
    return [
        (
            proposal.order.order_id,
            proposal.carrier.code,
            proposal.parcel.track_and_trace,
            proposal.contents_in_words.replace("×", "x"),  # noqa: RUF001 - as people write it
        )
        for proposal in proposed.parcels
    ]


def problems(proposed: Proposed) -> list[tuple[int, str, str]]:
    return [(problem.line.number, problem.field, problem.reason) for problem in proposed.problems]


@pytest.fixture
def single(merchant) -> Order:
    """An order of three pieces of one article."""
    order = make_order(merchant, "C1")
    order.items.filter(title="Vinegar").delete()
    order.items.update(quantity=3)
    return order


def test_each_line_is_a_parcel_with_all_that_is_open(orders):
    proposed = propose("a0\t3SABCD1234567\nA1\t05222894123456\nA2\tX1\tbudbee")

    everything = "2 x Olive Oil, 2 x Vinegar"
    assert parcels(proposed) == [
        ("A0", "TNT", "3SABCD1234567", everything),
        ("A1", "DPD-NL", "05222894123456", everything),
        ("A2", "BUDBEE", "X1", everything),
    ]
    assert not proposed.problems


def test_a_carrier_said_of_the_whole_list_is_for_lines_that_name_none(orders):
    proposed = propose("A0\t3SABCD1234567\nA1\t3SABCD1234568\tDHL", transporter_code="TNT_BRIEF")

    assert [carrier for _order, carrier, *_rest in parcels(proposed)] == ["TNT_BRIEF", "DHL"]


@pytest.mark.parametrize(
    ("line", "field", "words"),
    [
        ("NONE\t3S1", "order", "There is no order “NONE” here"),
        ("\t3S1", "order", "The order is missing."),
        ("A0\t\tTNT", "track_and_trace", "PostNL needs a track and trace code."),
        ("A0\t", "track_and_trace", "Type the track and trace code"),
        ("A0\tHELLO", "transporter_code", "does not tell which one"),
        ("A0\t3SABCD1234567\tpigeon", "transporter", "bol knows no carrier “pigeon”."),
        ("A0\t1,23457E+13", "track_and_trace", "rounded by a spreadsheet"),
        ("A0\t" + "X" * 101 + "\tTNT", "track_and_trace", "At most 100 characters."),
        ("A0\t3S1\tTNT\t4", "", "This line has 4 cells"),
    ],
)
def test_a_bad_line_says_which_column_and_why(orders, line, field, words):
    proposed = propose(f"A1\t3SABCD1234560\n{line}")

    [(number, found, reason)] = problems(proposed)
    assert number == 2
    assert found == field.replace("transporter_code", "transporter")
    assert words in reason
    assert len(proposed.parcels) == 1


def test_a_long_reference_and_one_that_is_taken_are_refused(orders):
    mark(orders[2])
    Shipment.objects.update(reference="WMS-1")

    proposed = propose(f"order;code;reference\nA0;3SABCD1234567;{'R' * 91}\nA1;3SABCD1234568;WMS-1")

    assert [(number, field) for number, field, _reason in problems(proposed)] == [
        (2, "reference"),
        (3, "reference"),
    ]


def test_a_reference_of_ones_own_is_kept(orders):
    [proposal] = propose("order;code;reference\nA0;3SABCD1234567;WMS-1").parcels

    assert proposal.parcel.reference == "WMS-1"


# Connections --------------------------------------------------------------------------------------------


@pytest.fixture
def other(db) -> Connection:
    return Connection.objects.create(name="Other shop", client_id="other")


def test_an_order_of_another_connection_is_refused(orders, merchant, other):
    proposed = propose("A0\t3SABCD1234567", connection=other)

    assert problems(proposed) == [
        (
            1,
            "connection",
            "“A0” belongs to the connection “Test shop”, not to “Other shop”.",
        )
    ]


def test_a_line_may_name_its_connection(orders, merchant, other):
    mine = make_order(other, "A0")
    text = "order;code;connection\nA0;3SABCD1234567;{}"

    assert propose(text.format("other SHOP")).parcels[0].order == mine
    assert propose(text.format("Test shop")).parcels[0].order == orders[0]
    assert problems(propose(text.format("")))[0][1] == "connection"
    assert "“Third”" in problems(propose(text.format("Third")))[0][2]


# Several parcels of one order ---------------------------------------------------------------------------


def test_as_many_parcels_as_pieces_hold_one_each(single):
    proposed = propose("C1\t3SABCD1\nC1\t3SABCD2\nC1\t3SABCD3", transporter_code="TNT")

    assert [contents for *_rest, contents in parcels(proposed)] == ["1 x Olive Oil"] * 3


def test_otherwise_it_must_be_said_what_is_in_which(single, orders):
    proposed = propose("C1\t3SABCD1\nC1\t3SABCD2\nA0\t3SABCD3\nA0\t3SABCD4", transporter_code="TNT")

    assert not proposed.parcels
    assert [(number, field) for number, field, _reason in problems(proposed)] == [
        (1, "quantity"),
        (2, "quantity"),
        (3, "quantity"),
        (4, "quantity"),
    ]
    assert "Lines 1, 2 are parcels of one order" in problems(proposed)[0][2]


def test_quantities_say_it(single):
    proposed = propose("order;code;quantity\nC1;3SABCD1;2\nC1;3SABCD2;1", transporter_code="TNT")

    assert [contents for *_rest, contents in parcels(proposed)] == ["2 x Olive Oil", "1 x Olive Oil"]


def test_lines_with_one_code_are_one_parcel(orders):
    text = "order;code;item;quantity\nA0;3SABCD1;A0-0;2\nA0;3SABCD1;8710000000001;1\nA0;3SABCD2;A0-1;1"

    proposed = propose(text, transporter_code="TNT")

    assert [proposal.lines for proposal in proposed.parcels] == [(2, 3), (4,)]
    assert [contents for *_rest, contents in parcels(proposed)] == [
        "2 x Olive Oil, 1 x Vinegar",
        "1 x Vinegar",
    ]


def test_an_item_may_stand_for_its_order(orders):
    proposed = propose("A0-1\t3SABCD1", transporter_code="TNT")

    assert parcels(proposed)[0][3] == "2 x Vinegar"


@pytest.mark.parametrize(
    ("cells", "field", "words"),
    [
        ("A0-0;3", "quantity", "Only 2 of “Olive Oil” are open."),
        ("A0-0;0", "quantity", "“0” is no number of pieces."),
        ("A0-0;two", "quantity", "“two” is no number of pieces."),
        ("NONE;1", "item", "This order has no item “NONE”."),
        (";1", "item", "This order has several items"),
    ],
)
def test_what_is_in_a_parcel_is_checked(orders, cells, field, words):
    proposed = propose(f"order;code;item;quantity\nA0;3SABCD1;{cells}", transporter_code="TNT")

    assert problems(proposed)[0][1] == field
    assert words in problems(proposed)[0][2]


def test_with_one_wrong_line_of_an_order_the_others_wait(orders):
    text = "order;code;item;quantity\nA0;3SABCD1;A0-0;two\nA0;3SABCD2;A0-1;1"

    proposed = propose(text, transporter_code="TNT")

    assert not proposed.parcels
    assert problems(proposed)[1] == (3, "", "Line 2, about the same order, has to be corrected first.")


# What is known already ----------------------------------------------------------------------------------


def test_the_same_list_again_is_known(orders):
    mark(orders[0], code="3SABCD1234567")

    proposed = propose("A0\t3SABCD1234567\nA1\t3SABCD1234568")

    assert [line.number for line, _shipment in proposed.known] == [1]
    assert len(proposed.parcels) == 1
    assert not proposed.problems


def test_an_order_of_which_nothing_is_open_says_so(orders):
    mark(orders[0], code="3SOTHER12345")

    [(_number, field, reason)] = problems(propose("A0\t3SABCD1234567"))

    assert field == "order"
    assert "everything was marked shipped before" in reason


def test_a_customers_wish_to_cancel_is_not_overlooked(orders):
    orders[0].items.update(cancellation_requested=True)

    [(_number, field, reason)] = problems(propose("A0\t3SABCD1234567"))

    assert field == "order"
    assert "The customer asked to cancel" in reason
    assert propose("A0\t3SABCD1234567", despite_request=True).parcels


def test_the_reference_of_a_parcel_that_left_gives_it_a_new_code(orders):
    [shipment] = mark(orders[0], code="3SOTHER12345").shipments
    shipment.move(ShipmentState.CONFIRMED)

    [new] = propose(f"{shipment.reference}\t3SABCD1234567").new_codes

    assert (new.shipment, new.carrier.code, new.track_and_trace) == (shipment, "TNT", "3SABCD1234567")


def test_a_refused_parcel_gets_no_code(orders):
    [shipment] = mark(orders[0], code="3SOTHER12345").shipments
    shipment.move(ShipmentState.REFUSED)

    assert "refused this parcel" in problems(propose(f"{shipment.reference}\t3SABCD1234567"))[0][2]


def test_a_code_of_two_orders_is_pointed_out(orders):
    proposed = propose("A0\t3SABCD1234567\nA1\t3SABCD1234567\nA2\t3SABCD1234568")

    assert proposed.shared_codes == {"3SABCD1234567": ["A0", "A1"]}


def test_many_lines_take_few_queries(merchant, django_assert_max_num_queries):
    for number in range(300):
        make_order(merchant, f"M{number}")
    text = "\n".join(f"M{number}\t3SABCD{number:06}" for number in range(300))

    with django_assert_max_num_queries(10):
        assert len(propose(text).parcels) == 300
