"""The export for the bookkeeping: a row per order item with what bol says of money, and no customer in it."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.urls import reverse
from openpyxl import load_workbook

from connections import bol
from connections.models import Connection
from offers import spreadsheets
from orders.admin import exporting
from orders.models import Order, OrderItem
from orders.services import Parcel, mark_shipped
from orders.storing import store
from tests.conftest import CLIENT_ID
from tests.orders.conftest import EANS

LIST = "admin:orders_order_changelist"
PLACED = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)  # in Amsterdam it is July
PERSON = {
    "firstName": "Zwaantje",
    "surname": "Hazelhof",
    "streetName": "Wilgenpad",
    "houseNumber": "941",
    "zipCode": "9999ZZ",
    "city": "Roodeschool",
    "countryCode": "NL",
    "email": "zwaantje@verkopen.bol.com",
    "deliveryPhoneNumber": "0612345678",
}
BUSINESS = {
    "company": "Hout & Zo",
    "vatNumber": "NL001B01",
    "kvkNumber": "12345678",
    "orderReference": "INK-1",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def merchant() -> Connection:
    return Connection.objects.create(name="Shop", client_id="test-shop")


@pytest.fixture
def sold(merchant):
    """Make an order of one item as bol tells it."""

    def sell(order_id: str, *, billing: Any = None, connection: Connection = merchant, **item: Any) -> Order:
        facts = {
            "order_item_id": f"{order_id}-1",
            "quantity": 2,
            "unit_price": Decimal("12.50"),
            "total_price": Decimal("23.49"),
            "commission": Decimal("3.10"),
            "product": bol.orders.OrderProduct(ean="8710000000010", title="Olive Oil"),
            "offer": bol.orders.OrderOffer(reference="OIL"),
        }
        raw = {"shipmentDetails": PERSON, "billingDetails": PERSON | (billing or {})}
        answer = bol.Order(
            order_id=order_id,
            order_placed_date_time=PLACED,
            order_items=[bol.OrderItem(**facts | item)],
            raw=raw,
        )
        store(connection, answer, PLACED)
        return Order.objects.get(order_id=order_id)

    return sell


def exported(tmp_path: Path, **options: str) -> list[dict[str, str]]:
    path = tmp_path / "orders.csv"
    call_command("export_orders", str(path), *arguments(options), stdout=io.StringIO())
    return read(path.read_text(encoding="utf-8-sig"))


def arguments(options: dict[str, str]) -> list[str]:
    return [text for name, value in options.items() for text in (f"--{name}", value)]


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_row_tells_what_bol_says_of_an_item(sold, tmp_path):
    order = sold("A1", billing=BUSINESS)
    mark_shipped([Parcel(order.pk, "TNT", "3S1", {order.items.get().pk: 1})])
    order.shipments.update(shipped_at=datetime(2026, 7, 2, 8, 5, tzinfo=UTC))

    (row,) = exported(tmp_path)

    told = {
        "order_id": "A1",
        "order_item_id": "A1-1",
        "connection": "Shop",
        "placed_at": "2026-07-01 00:30:00",
        "status": "partly_shipped",
        "fulfilment_method": "FBR",
        "country": "NL",
        "ean": "8710000000010",
        "reference": "OIL",
        "title": "Olive Oil",
        "quantity": "2",
        "quantity_shipped": "0",
        "quantity_cancelled": "0",
        "unit_price": "12.50",
        "total_price": "23.49",
        "commission": "3.10",
        "shipped_at": "2026-07-02 10:05:00",
        "company": "Hout & Zo",
        "vat_number": "NL001B01",
        "kvk_number": "12345678",
        "order_reference": "INK-1",
        "billing_country": "NL",
    }
    assert {name: row[name] for name in told} == told


def test_discounts_and_services_are_kept_as_bol_says_them(sold, merchant, tmp_path):
    discounts = [
        bol.orders.Discount(title="2 + 1", amount=Decimal("1.5")),
        bol.orders.Discount(title="Select", amount=Decimal("0.01")),
    ]
    services = [bol.orders.AdditionalService(service_type="PLACEMENT_AND_INSTALLATION")]
    sold("A1", discounts=discounts, additional_services=services)

    assert OrderItem.objects.get().discounts == [
        {"title": "2 + 1", "amount": "1.50"},
        {"title": "Select", "amount": "0.01"},
    ]
    (row,) = exported(tmp_path)
    assert (row["discount"], row["discount_titles"]) == ("1.51", "2 + 1, Select")
    assert row["additional_services"] == "PLACEMENT_AND_INSTALLATION"

    sold("A1")  # a later answer without them

    assert exported(tmp_path) == [row]


@pytest.mark.django_db(transaction=True)
def test_a_discount_at_bol_arrives_and_is_told(shop, sandbox, fetch, tmp_path, browser):
    discount = {"title": "Actie van de week", "amount": "2.50"}
    item = {"ean": EANS[0], "discounts": [discount], "additionalServices": ["PLACEMENT_AND_INSTALLATION"]}
    sandbox.place_orders(retailer=CLIENT_ID, items=[item])
    fetch(shop)

    (row,) = exported(tmp_path)

    told = ("unit_price", "discount", "discount_titles", "total_price", "additional_services")
    assert [row[name] for name in told] == [
        "12.50",
        "2.50",
        "Actie van de week",
        "10.00",
        "PLACEMENT_AND_INSTALLATION",
    ]
    page = browser.get(reverse("admin:orders_order_change", args=[Order.objects.get().pk])).text
    assert "Actie van de week: −2.50" in page  # noqa: RUF001 - a minus sign


def test_no_customer_is_in_it(sold, tmp_path):
    sold(
        "A1", billing={"company": "Zwaantje Hazelhof"}
    )  # a name typed as a company: no VAT, no chamber of commerce
    sold("A2", billing=BUSINESS)
    call_command("export_orders", str(tmp_path / "orders.xlsx"), stdout=io.StringIO())
    workbook = list(load_workbook(tmp_path / "orders.xlsx").active.values)

    said = f"{exported(tmp_path)}{workbook}"

    assert "Hout & Zo" in said
    for personal in set(PERSON.values()) - {"NL"}:
        assert personal not in said
    assert exported(tmp_path)[0]["company"] == ""


def test_cells_of_a_workbook_are_numbers_dates_and_text(sold, tmp_path):
    sold(
        "0012",
        product=bol.orders.OrderProduct(ean="0710000000010", title='=HYPERLINK("x")'),
        offer=bol.orders.OrderOffer(reference="#N/A"),
    )
    path = tmp_path / "orders.xlsx"
    call_command("export_orders", str(path), stdout=io.StringIO())

    header, row = load_workbook(path).active.iter_rows()
    cells = dict(zip([cell.value for cell in header], row, strict=True))

    assert cells["placed_at"].value == datetime(2026, 7, 1, 0, 30)  # noqa: DTZ001 - as a bookkeeper reads it
    assert cells["total_price"].value == pytest.approx(23.49)
    assert cells["quantity"].value == 2
    assert (cells["order_id"].value, cells["ean"].value) == ("0012", "0710000000010")
    assert (cells["title"].data_type, cells["title"].value) == ("s", '\'=HYPERLINK("x")')
    assert (cells["reference"].data_type, cells["reference"].value) == ("s", "#N/A")
    assert exported(tmp_path)[0]["title"] == '\'=HYPERLINK("x")'


def test_a_period_is_days_in_amsterdam_with_both_ends(sold, tmp_path):
    sold("A1")

    assert len(exported(tmp_path, since="2026-07-01", until="2026-07-01")) == 1
    assert exported(tmp_path, until="2026-06-30") == []
    assert exported(tmp_path, since="2026-07-02") == []


def test_only_one_connection(sold, tmp_path):
    other = Connection.objects.create(name="Other", client_id="other")
    sold("A1")
    sold("A2", connection=other)

    assert [row["order_id"] for row in exported(tmp_path, connection="Other")] == ["A2"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"connection": "Nobody"}, "There is no connection “Nobody”. Connections: Shop."),
        ({"since": "2026-08-01", "until": "2026-07-01"}, "--since 2026-08-01 is after --until 2026-07-01"),
        ({"since": "1-8-2026"}, "“1-8-2026” is no date; write it as 2026-12-31."),
    ],
)
def test_a_mistake_is_explained(merchant, tmp_path, options, said):
    with pytest.raises(CommandError, match=re.escape(said)):
        call_command("export_orders", str(tmp_path / "orders.csv"), *arguments(options))


def test_a_file_that_cannot_be_is_refused(merchant, tmp_path):
    with pytest.raises(CommandError, match=r"\.csv or \.xlsx"):
        call_command("export_orders", str(tmp_path / "orders.ods"))
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_orders", str(tmp_path / "nowhere" / "orders.csv"))


def test_a_table_longer_than_a_sheet_goes_on_in_a_second_one(sold, tmp_path, monkeypatch):
    monkeypatch.setattr(spreadsheets, "ROWS_OF_A_SHEET", 2)
    for number in range(5):
        sold(f"A{number}")
    path = tmp_path / "orders.xlsx"
    call_command("export_orders", str(path), stdout=io.StringIO())

    sheets = [[row[0] for row in sheet.values] for sheet in load_workbook(path).worksheets]

    assert sheets == [["order_id", "A0", "A1"], ["order_id", "A2", "A3"], ["order_id", "A4"]]


def test_many_orders_take_one_query(sold, tmp_path, django_assert_max_num_queries):
    for number in range(20):
        sold(f"A{number}")

    with django_assert_max_num_queries(1):
        assert len(exported(tmp_path)) == 20


# On the page ------------------------------------------------------------------------------------------


@pytest.fixture
def browser(client, staff, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    client.force_login(staff)
    return client


def downloaded(answer: Any) -> list[str]:
    text = b"".join(answer).decode("utf-8-sig")
    return [row["order_id"] for row in read(text)]


def test_the_buttons_export_what_the_list_shows(browser, sold):
    shipped, still_open = sold("A1", quantity_shipped=2), sold("A2")
    assert shipped.status == Order.Status.SHIPPED

    page = browser.get(reverse(LIST), {"status__exact": "open"}).text

    address = reverse("admin:orders_order_export_csv")
    assert f"{address}?status__exact=open" in page
    assert downloaded(browser.get(address, {"status__exact": "open"})) == [still_open.order_id]
    assert downloaded(browser.get(address, {"q": "A1"})) == [shipped.order_id]
    answer = browser.get(reverse("admin:orders_order_export_xlsx"), {"q": "A1"})
    rows = list(load_workbook(io.BytesIO(b"".join(answer))).active.values)
    answer.close()
    assert [row[0] for row in rows] == ["order_id", "A1"]


@pytest.mark.parametrize("action", ["export_chosen_csv", "export_chosen_xlsx"])
def test_chosen_orders_are_exported(browser, sold, action):
    chosen, _other = sold("A1"), sold("A2")

    answer = browser.post(reverse(LIST), {"action": action, "_selected_action": [chosen.pk]})
    content = b"".join(answer)
    answer.close()

    if action.endswith("csv"):
        assert [row["order_id"] for row in read(content.decode("utf-8-sig"))] == ["A1"]
    else:
        assert [row[0] for row in load_workbook(io.BytesIO(content)).active.values] == ["order_id", "A1"]


def test_more_than_a_page_can_make_is_refused_with_the_way_out(browser, sold, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_ROWS_OF_CSV", 1)
    sold("A1")
    sold("A2")

    page = browser.get(reverse("admin:orders_order_export_csv"), follow=True).text

    assert "These are more than 1 order items" in page
    assert "export_orders" in page


def test_exporting_is_a_permission_of_its_own(client, sold):
    person = User.objects.create_user("viewer", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_order"))
    client.force_login(person)
    order = sold("A1")
    address = reverse("admin:orders_order_export_csv")
    action = {"action": "export_chosen_csv", "_selected_action": [order.pk]}

    assert client.get(address).status_code == 403
    page = client.get(reverse(LIST)).text
    assert address not in page
    assert "export_chosen_csv" not in page
    assert "text/csv" not in client.post(reverse(LIST), action)["Content-Type"]

    person.user_permissions.add(Permission.objects.get(codename="export_order"))

    assert address in client.get(reverse(LIST)).text
    assert downloaded(client.get(address)) == ["A1"]
    assert downloaded(client.post(reverse(LIST), action)) == ["A1"]
