"""Each person chooses the language they read, and the browser remembers it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.person import Person

pytestmark = pytest.mark.long


def test_the_language_is_chosen_in_the_menu_and_stays(visit: Callable[..., Person], language: str):
    person = visit(language)
    person.log_in()
    person.go("Offers")
    expect(person.page.locator("html")).to_have_attribute("lang", language)

    again = person.page.context.new_page()
    again.goto("/admin/")
    expect(again.locator("html")).to_have_attribute("lang", language)
