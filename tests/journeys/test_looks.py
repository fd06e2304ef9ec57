"""Every main page can be used by who hears it, in the dark, on a phone, and without a mouse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.happenings import have_a_busy_day
from tests.journeys.pages import main_pages
from tests.journeys.person import Person
from tests.journeys.shop import Shop

pytestmark = pytest.mark.long

GRAVE = {"serious", "critical"}
PHONE = {"width": 390, "height": 844}
PAGES = [
    "today",
    "offers",
    "offer",
    "ean-conflicts",
    "ean-conflict",
    "drift",
    "imports",
    "import",
    "import-refused",
    "orders",
    "to-ship",
    "order",
    "mark-shipped",
    "cancel",
    "shipments",
    "marked-together",
    "returns",
    "handle-return",
    "connections",
    "connection",
    "connection-refused",
    "messages",
    "alerts",
]


@pytest.fixture(scope="module")
def addresses(shop: Shop) -> dict[str, str]:
    """Where the main pages are, with something on each of them."""
    have_a_busy_day(shop)
    return shop.do(main_pages)


@pytest.fixture
def language() -> str:
    return "en"


@pytest.fixture
def open_page(person: Person, addresses: dict[str, str]) -> Callable[[str], Page]:
    """Open a main page, which is shown in full when it is returned."""

    def open_it(name: str) -> Page:
        person.page.goto(addresses[name])
        expect(person.page.locator("h1").first).to_be_visible()
        return person.page

    return open_it


@pytest.mark.parametrize("name", PAGES)
def test_nothing_serious_keeps_people_from_a_page(open_page: Callable[[str], Page], name: str):
    page = open_page(name)
    assert grave_violations(page) == []

    page.emulate_media(color_scheme="dark")
    assert grave_violations(page, runOnly=["color-contrast"]) == []

    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_the_login_page_has_nothing_serious_either(visit: Callable[..., Person]):
    visitor = visit()
    visitor.page.goto("/admin/login/")

    assert grave_violations(visitor.page) == []


def test_a_keyboard_is_enough_to_skip_the_navigation_and_to_filter(open_page, person: Person):
    page = open_page("offers")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()

    person.button("Filters").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#changelist-filter")).to_be_visible()
    page.keyboard.press("Escape")


def grave_violations(page: Page, **options: Any) -> list[str]:
    """What axe finds that is serious or critical: the rule, and where."""
    found = Axe().run(page, options={"resultTypes": ["violations"], **options}).response["violations"]
    return [
        f"{violation['id']}: {node['target']} {node['html']}"
        for violation in found
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]
