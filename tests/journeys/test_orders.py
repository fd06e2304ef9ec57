"""Twenty parcels leave, a customer changes her mind, and another sends something back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from orders.models import HandlingResult
from tests.journeys.happenings import ship
from tests.journeys.person import Person
from tests.journeys.shop import Shop

pytestmark = pytest.mark.long

MANY = 20


def test_twenty_orders_are_shipped(shop: Shop, person: Person):
    person.go("Today")
    person.open_task("To ship")
    expect(person.rows().nth(MANY)).to_be_visible()
    ticked = person.rows().all()[:MANY]
    orders = [row.locator("th a").first.inner_text() for row in ticked]
    for row in ticked:
        row.locator("input.action-select").check()
    person.run("Mark shipped")
    expect(person.page.locator("[data-scan]")).to_have_count(MANY)
    for number, code in enumerate(person.page.locator("[data-scan]").all()):
        code.fill(f"3S{person.language.upper()}WORK{number:07}")
    person.step("check")
    person.sees("PostNL")
    person.step("confirm")
    shop.work()
    person.reload()
    person.sees("bol has confirmed every parcel.")

    shipped = {item["order"] for item in effects(shop, "ITEM_SHIPPED")}
    assert set(orders) <= shipped
    person.go("Orders")
    person.search(orders[0])
    expect(person.rows().get_by_text(person.t("Shipped"), exact=True)).to_be_visible()


def test_a_cancellation_is_accepted(shop: Shop, person: Person):
    [order] = shop.some_orders(1)
    shop.bol.request_cancellation(order.order_id)
    shop.look("orders")

    person.go("Today")
    person.open_task("Customer wants to cancel")
    person.page.get_by_role("link", name=order.order_id).click()
    person.open_action("Cancel as the customer asked")
    person.sees("Reason: %(reason)s.", reason=person.t("The customer asked for it"))
    person.step("confirm")
    shop.work()
    assert order.order_id in {item["order"] for item in effects(shop, "ITEM_CANCELLED")}
    person.go("Orders")
    person.search(order.order_id)
    expect(person.rows().get_by_text(person.t("Cancelled"), exact=True)).to_be_visible()


def test_a_return_is_handled(shop: Shop, person: Person):
    [order] = shop.some_orders(1)
    shop.do(ship, [order])
    shop.work()
    [return_id] = shop.bol.return_items(order_id=order.order_id)
    shop.look("returns")

    person.go("Today")
    person.open_task("Returns to handle")
    person.search(order.order_id)
    person.tick_all()
    person.run("Say what became of them")
    person.page.locator("select[name$=handling_result]").select_option(HandlingResult.RETURN_RECEIVED)
    person.press("Tell bol")
    shop.work()
    assert return_id in {entry["return_id"] for entry in effects(shop, "RETURN_HANDLED")}
    person.go("Returns")
    person.choose_filter("Handled")
    person.search(order.order_id)
    expect(person.rows().get_by_text(person.t("Handled"), exact=True)).to_be_visible()


def effects(shop: Shop, kind: str) -> list[dict[str, Any]]:
    """What really happened at bol of this kind, in order."""
    return [entry for entry in shop.bol.ledger() if entry["effect"] == kind]
