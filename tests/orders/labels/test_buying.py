"""A label costs money: it is bought once, or not at all."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from connections.clients import client_for
from connections.models import MessageState, OutboxMessage
from connections.services import send_again
from orders.labels.offering import LabelOffer
from orders.labels.services import (
    buy_chosen,
    buy_labels,
    settle_as_bought,
    settle_as_not_bought,
    ship_with_labels,
)
from orders.models import LabelChoice, Order, ShippingLabel
from orders.operations.labels import read_options
from orders.services import Parcel, mark_shipped

pytestmark = pytest.mark.django_db(transaction=True)

POST = {"method": "POST", "path": "/retailer/shipping-labels"}


def buy(*orders: Order, choice: str = LabelChoice.RECOMMENDED, **more):
    return buy_labels([order.pk for order in orders], choice, **more)


def labels() -> list[tuple[str, str]]:
    return list(ShippingLabel.objects.order_by("id").values_list("state", "name"))


def test_a_label_is_bought_and_its_pdf_kept(shop, via_bol, relay, bought_labels, staff):
    order = via_bol(2)
    buy_labels([order.pk], LabelChoice.RECOMMENDED, by=staff)

    relay(shop)

    label = ShippingLabel.objects.get()
    assert bought_labels() == [(order.order_id, label.name)]
    assert (label.state, label.created_by) == ("ready", staff)
    assert label.price > 0
    assert label.hand_over_before is not None
    assert label.track_and_trace.startswith("3SBOL")
    assert len(PdfReader(BytesIO(bytes(label.document.pdf))).pages) == 1


@pytest.mark.parametrize(
    ("choice", "kind", "price"),
    [
        (LabelChoice.RECOMMENDED, "PARCEL", "4.41"),
        (LabelChoice.CHEAPEST_PARCEL, "PARCEL", "4.25"),
        (LabelChoice.CHEAPEST_MAILBOX, "MAILBOX_LIGHT", "2.61"),
    ],
)
def test_the_choice_decides_which_label_it_is(shop, via_bol, relay, choice, kind, price):
    buy(via_bol(), choice=choice)
    relay(shop)

    label = ShippingLabel.objects.get()
    assert (label.label_type, label.price) == (kind, Decimal(price))


def test_above_the_limit_no_label_is_bought(shop, via_bol, relay, bought_labels):
    buy(via_bol(), highest_price=Decimal("4.00"))
    relay(shop)

    assert bought_labels() == []
    label = ShippingLabel.objects.get()
    assert label.state == "refused"
    assert "4.41, more than the € 4.00" in label.reason


def test_the_very_offer_that_was_chosen_is_bought(shop, via_bol, relay, bought_labels):
    order = via_bol(2)
    item = order.items.get()
    with client_for(shop) as client:
        options = read_options(client, {item.order_item_id: 1})
    buy_chosen(order.pk, {item.pk: 1}, LabelOffer.read(LabelOffer.of(options[2]).sign()))

    relay(shop)

    assert bought_labels() == [(order.order_id, options[2].label_display_name)]
    assert ShippingLabel.objects.get().quantities() == {item.pk: 1}


def test_an_order_gets_no_second_label_while_it_has_one(shop, via_bol, relay, bought_labels):
    order = via_bol()
    buy(order)

    again = buy(order)
    relay(shop)
    later = buy(order)

    assert [refusal.order for refusal in [*again.refusals, *later.refusals]] == [order.pk, order.pk]
    assert "not used yet" in later.refusals[0].reason
    assert len(bought_labels()) == 1


def test_what_is_not_sent_via_bol_gets_no_label(shop, bought, relay, bought_labels):
    done = buy(bought())
    relay(shop)

    assert "is not sent via bol" in done.refusals[0].reason
    assert bought_labels() == []


@pytest.mark.parametrize(
    ("rule", "sold"),
    [
        ({**POST, "kind": "reset", "when": "after"}, 1),
        ({**POST, "kind": "reset", "when": "before"}, 0),
        ({**POST, "kind": "html", "status": 502, "when": "after"}, 1),
        ({"kind": "process", "event_type": "CREATE_SHIPPING_LABEL", "outcome": "TIMEOUT", "effect": True}, 1),
        ({"kind": "process", "event_type": "CREATE_SHIPPING_LABEL", "outcome": "LOST", "effect": True}, 1),
    ],
    ids=["reset after", "reset before", "502 after", "TIMEOUT with effect", "status lost"],
)
def test_a_purchase_that_nobody_answered_waits_for_a_person(
    shop, via_bol, relay, sandbox, bought_labels, rule, sold
):
    sandbox.add_fault(rule)
    buy(via_bol())

    relay(shop)
    send_again(OutboxMessage.objects.failed())
    relay(shop)

    assert len(bought_labels()) == sold
    label = ShippingLabel.objects.get()
    assert label.state == "unknown"
    message = OutboxMessage.objects.get(operation="CREATE_SHIPPING_LABEL")
    assert message.state == MessageState.FAILED
    assert "Look in bol's own screens" in message.advice


def test_a_person_saw_that_it_was_bought(shop, via_bol, relay, sandbox, shipped, staff):
    sandbox.add_fault({**POST, "kind": "reset", "when": "after"})
    order = via_bol()
    buy(order)
    relay(shop)
    label = ShippingLabel.objects.get()

    settle_as_bought(label, "TNT", "3SBOL000000001", by=staff)
    done = ship_with_labels([ShippingLabel.objects.get()], by=staff)
    relay(shop)

    assert not done.refusals
    assert len(shipped()) == 1
    assert not OutboxMessage.objects.failed().exists()


def test_a_person_saw_that_it_was_not_bought(shop, via_bol, relay, sandbox, bought_labels, staff):
    sandbox.add_fault({**POST, "kind": "reset", "when": "before"})
    order = via_bol()
    buy(order)
    relay(shop)

    settle_as_not_bought(ShippingLabel.objects.get(), by=staff)
    buy(order)
    relay(shop)

    assert len(bought_labels()) == 1
    assert [state for state, _name in labels()] == ["refused", "ready"]


def test_nobody_settles_a_label_that_is_being_bought(shop, via_bol, staff):
    buy(via_bol())

    with pytest.raises(ValueError, match="being found out"):
        settle_as_not_bought(ShippingLabel.objects.get(), by=staff)


def test_a_refusal_is_shown_in_bols_words_and_another_label_can_be_bought(
    shop, via_bol, relay, sandbox, bought_labels
):
    sandbox.add_fault({"kind": "process", "event_type": "CREATE_SHIPPING_LABEL", "message": "Not today."})
    order = via_bol()
    buy(order)
    relay(shop)
    label = ShippingLabel.objects.get()
    assert (label.state, label.reason) == ("refused", "Not today.")

    buy(order)
    relay(shop)

    assert len(bought_labels()) == 1


def test_a_label_that_is_not_ready_at_once_is_asked_for_again(shop, via_bol, relay, sandbox):
    sandbox.add_fault(
        {"kind": "status", "method": "GET", "path": "/retailer/shipping-labels/*", "status": 404, "times": 2}
    )
    buy(via_bol())
    relay(shop)

    assert ShippingLabel.objects.get().state == "ready"


# Shipped with the label ---------------------------------------------------------------------------------


def test_a_parcel_is_announced_with_its_label(shop, via_bol, relay, fetch):
    order = via_bol(2, 1)
    buy(order)
    relay(shop)
    label = ShippingLabel.objects.get()

    done = ship_with_labels([label])
    relay(shop)
    fetch(shop)

    with client_for(shop) as client:
        [listed] = client.shipments.list(order_id=order.order_id)
        assert client.shipments.get(listed.shipment_id).transport.shipping_label_id == label.shipping_label_id
    label.refresh_from_db()
    assert label.shipment == done.shipments[0]
    assert label.shipment.track_and_trace == label.track_and_trace
    order.refresh_from_db()
    assert order.status == "shipped"


def test_a_label_is_on_one_parcel_only(shop, via_bol, relay, shipped):
    buy(via_bol(1))
    relay(shop)
    label = ShippingLabel.objects.get()
    ship_with_labels([label])

    again = ship_with_labels([label])
    relay(shop)

    assert again.refusals
    assert len(shipped()) == 1


def test_a_label_fits_its_own_order_and_articles(shop, via_bol, relay):
    order, other = via_bol(2), via_bol(2)
    buy(order)
    relay(shop)
    label = ShippingLabel.objects.get()
    wrong = [
        Parcel(other.pk, label.transporter_code, label.track_and_trace, label=label.pk),
        Parcel(
            order.pk,
            label.transporter_code,
            label.track_and_trace,
            quantities={order.items.get().pk: 1},
            label=label.pk,
        ),
    ]

    done = mark_shipped(wrong)

    assert [refusal.field for refusal in done.refusals] == ["label", "label"]
