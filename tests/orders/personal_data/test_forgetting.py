"""After its time an order keeps no person, in no table, and no later answer of bol's brings one back."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connections.clients import client_for
from connections.models import Connection, MessageState, OutboxMessage, RequestLogEntry
from orders import noting
from orders.cancelling import cancel_items
from orders.models import (
    Cancellation,
    Order,
    Return,
    ReturnCreation,
    ReturnHandling,
    ReturnItem,
    Shipment,
    Tombstone,
)
from orders.returns.services import Decision, create_return, handle_returns
from orders.storing import store
from tests.conftest import CLIENT_ID
from tests.orders.conftest import mark
from tests.orders.personal_data.conftest import (
    COMMENT,
    COMPANY,
    LONG_AGO,
    OF_THE_ORDER,
    PERSON,
    TRACKED,
    TRACKED_BACK,
    age,
    anonymise,
    fetch_again,
)
from tests.searching import places_of

pytestmark = pytest.mark.django_db(transaction=True)

# What bol says when it refuses, and what a person typed: any of it may name the customer.
REFUSALS = {
    "CREATE_SHIPMENT": f"Canaryshipment {PERSON['surname']}",
    "CANCEL_ORDER": "Canarycancellation",
    "HANDLE_RETURN_ITEM": "Canaryhandling",
    "CREATE_RETURN_ITEM": "Canarycreation",
}
TYPED = "Canaryhistory"
EVERYTHING = [
    *OF_THE_ORDER,
    COMMENT,
    TRACKED_BACK,
    TYPED,
    *(said.partition(" ")[0] for said in REFUSALS.values()),
]
LOGGERS = ("", "backoffice", "connections", "offers", "orders")


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Any:
    """Everything that is logged anywhere; our own loggers tell nobody above them."""
    for name in LOGGERS:
        caplog.set_level(logging.DEBUG, logger=name or None)
        logging.getLogger(name).addHandler(caplog.handler)
    yield lambda: caplog.text
    for name in LOGGERS[1:]:
        logging.getLogger(name).removeHandler(caplog.handler)


@dataclass
class Life:
    """One order with refusals, errors, a parcel, a cancellation, returns, a history, and every page and file of it."""

    shop: Connection
    sandbox: Any
    relay: Callable[[Connection], None]
    fetch: Callable[[Connection], Any]
    staff: User

    def ship_and_cancel(self, order: Order) -> None:
        """Ship one item and cancel the other; bol refuses either the first time."""
        first, second = order.items.order_by("id")
        for _attempt in range(2):
            mark(order, quantities={first.pk: 2}, code=TRACKED)
            cancel_items([second.pk], "REQUESTED_BY_CUSTOMER", by=self.staff)
            self.relay(self.shop)

    def send_back(self, parcel: Return) -> None:
        """Handle what came back and create a return; bol refuses either the first time."""
        item = parcel.items.get()
        for _attempt in range(2):
            create_return(item.order_item, 1, "RETURN_RECEIVED")
            handle_returns([Decision(item.pk, "RETURN_RECEIVED", 1)], by=self.staff)
            self.relay(self.shop)

    def meet_an_error(self, order: Order) -> None:
        """Have bol answer with an error that names the customer."""
        where = {"kind": "status", "method": "GET", "path": f"/retailer/orders/{order.order_id}"}
        body = {"title": PERSON["surname"], "detail": str(PERSON)}
        self.sandbox.add_fault(where | {"status": 400, "body": body})
        fetch_again(order.order_id, self.shop, self.fetch)
        fetch_again(order.order_id, self.shop, self.fetch)

    def write_history(self, order: Order) -> None:
        """Have a person type what should not have been typed."""
        kind = ContentType.objects.get_for_model(Order)
        typed = f"{TYPED}: {PERSON['firstName']} called"
        LogEntry.objects.create(
            user=self.staff, content_type=kind, object_id=str(order.pk), action_flag=2, change_message=typed
        )


@pytest.fixture
def live_through_everything(
    shop, bought_by_somebody, sent_back, fetch_returns, sandbox, relay, fetch, client, staff, tmp_path
) -> Callable[[], Order]:
    """Make an order that has seen everything."""

    def live() -> Order:
        life = Life(shop, sandbox, relay, fetch, staff)
        for kind, said in REFUSALS.items():
            sandbox.add_fault({"kind": "process", "event_type": kind, "outcome": "FAILURE", "message": said})
        order = bought_by_somebody(2, 1)
        life.ship_and_cancel(order)
        life.meet_an_error(order)
        life.send_back(sent_back(order))
        fetch_returns()
        life.write_history(order)
        client.force_login(staff)
        look_at_everything(order, client, tmp_path)
        order.refresh_from_db()
        assert order.status == Order.Status.SHIPPED
        assert not ReturnItem.objects.filter(is_handled=False).exists()
        return order

    return live


def look_at_everything(order: Order, client: Client, folder: Path) -> None:
    """Open every page that shows the customer, and make every file."""
    assert PERSON["surname"] in client.get(reverse("admin:orders_order_change", args=[order.pk])).text
    assert order.order_id in client.get("/admin/orders/order/", {"q": PERSON["surname"]}).text
    assert client.get(f"/admin/orders/order/{order.pk}/packing-slip/").status_code == 200
    assert b"".join(client.get(reverse("admin:orders_order_export_csv")))
    call_command("export_orders", str(folder / "orders.xlsx"), stdout=io.StringIO())


def facts(order: Order) -> Any:
    """Return what the bookkeeping needs of an order, whoever bought it."""
    row = Order.objects.get(order_id=order.order_id)
    names = ("ean", "title", "quantity", "quantity_shipped", "unit_price", "total_price", "commission")
    return (
        row.status,
        row.shipping_country,
        row.fulfilment_method,
        list(row.items.order_by("id").values(*names)),
        list(row.shipments.order_by("id").values_list("reference", "transporter_code", "state")),
        list(ReturnItem.objects.values_list("rma_id", "main_reason", "is_handled", "results")),
    )


def test_a_customer_is_found_nowhere_in_the_database_any_more(
    live_through_everything, shop, fetch, fetch_returns, log, settings, tmp_path
):
    settings.STATIC_ROOT = tmp_path
    order = live_through_everything()
    kept = facts(order)
    assert set(places_of(EVERYTHING)) == set(EVERYTHING), "a word that was never there proves nothing"
    assert _words_in(RequestLogEntry.objects.values_list()) == set()

    age(LONG_AGO)
    assert "of 1 orders and 2 returns" in anonymise()

    assert places_of(EVERYTHING) == {}
    assert facts(order) == kept

    Return.objects.update(read_in_full_at=None)
    fetch_again(order.order_id, shop, fetch)
    fetch_returns()
    assert places_of(EVERYTHING) == {}
    assert facts(order) == kept
    assert log()
    assert _words_in([log()]) == set()


def test_rows_that_were_deleted_come_back_without_the_customer(
    live_through_everything, shop, fetch, fetch_returns, settings, tmp_path
):
    settings.STATIC_ROOT = tmp_path
    order = live_through_everything()
    age(LONG_AGO)
    anonymise()
    OutboxMessage.objects.update(state=MessageState.SUCCEEDED, waiting_key=None)
    for model in (ReturnHandling, ReturnCreation, Return, Shipment, Cancellation, Order):
        model._default_manager.all().delete()

    again = fetch_again(order.order_id, shop, fetch)
    fetch_returns()

    assert places_of(EVERYTHING) == {}
    assert again.anonymised_at == Tombstone.objects.get().anonymised_at
    assert [item.quantity_shipped for item in again.items.order_by("id")] == [2, 0]
    assert Return.objects.exists()


def _words_in(rows: Any) -> set[str]:
    return {word for row in rows for word in EVERYTHING if word in str(row)}


def test_the_vat_data_of_a_business_stays_and_its_own_words_go(handled):
    order = handled(business={"vatNumber": "NL001B01", "kvkNumber": "12345678"})

    anonymise()

    order.refresh_from_db()
    assert order.billing_details == {
        "countryCode": order.shipping_country,
        "company": COMPANY["company"],
        "vatNumber": "NL001B01",
        "kvkNumber": "12345678",
    }
    assert order.shipping_details == {"countryCode": order.shipping_country}
    assert places_of([*PERSON.values(), COMPANY["orderReference"]]) == {}


def test_a_company_without_a_number_may_be_a_person(handled):
    handled()

    anonymise()

    assert places_of([COMPANY["company"]]) == {}


def test_an_answer_that_was_on_its_way_brings_nobody_back(handled, shop):
    order = handled()
    with client_for(shop) as client:
        answer = client.orders.get(order.order_id)

    anonymise()
    store(shop, answer, timezone.now())

    assert places_of(OF_THE_ORDER) == {}


def test_a_reduced_answer_after_it_changes_only_what_it_tells(handled, shop, fetch, sandbox):
    order = handled()
    anonymise()
    at_bol = sandbox.state.orders.find(CLIENT_ID, order.order_id)
    at_bol.customer.address = {"countryCode": "NL", "surname": PERSON["surname"]}

    again = fetch_again(order.order_id, shop, fetch)

    assert places_of(OF_THE_ORDER) == {}
    assert again.status == Order.Status.SHIPPED


def test_a_note_that_waits_to_be_fetched_holds_no_person(handled, shop):
    order = handled()
    noting.note(shop, [order.order_id])

    anonymise()

    assert places_of(OF_THE_ORDER) == {}
