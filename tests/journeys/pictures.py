"""Remakes the pictures of the README and the docs from the demo shop: `make pictures`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from playwright.sync_api import expect

from tests.journeys.happenings import have_a_busy_day
from tests.journeys.pages import main_pages
from tests.journeys.person import Person
from tests.journeys.shop import Shop

FOLDER = Path(settings.BASE_DIR) / "docs" / "pictures"
WINDOW = {"width": 1280, "height": 800}


def test_every_main_page_has_its_picture(shop: Shop, visit: Callable[..., Person]):
    """Not a test that runs by itself: the name of this file keeps it from being collected."""
    have_a_busy_day(shop)
    person = visit(viewport=WINDOW, reduced_motion="reduce")
    person.log_in()
    for name, address in shop.do(main_pages).items():
        person.page.goto(address)
        expect(person.page.locator("h1").first).to_be_visible()
        person.page.wait_for_load_state("networkidle")
        person.page.wait_for_timeout(1000)  # the plots of the front page grow into place
        person.page.screenshot(path=FOLDER / f"{name}.png")
