"""Somebody at a browser: reads what the page says, in one of the languages, and clicks as people do."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext, ngettext, override
from playwright.sync_api import ConsoleMessage, Error, Locator, Page, Request, Response, expect

from tests.journeys.shop import PASSWORD, USERNAME

# What a browser says of a request that it gave up itself, for the page was left or the answer became a download.
GIVEN_UP = "net::ERR_ABORTED"
LANGUAGE_NAMES = {"en": "English", "nl": "Nederlands"}


class Person:
    """A page of a browser, the language its user reads, and what went wrong in it."""

    def __init__(self, page: Page, language: str) -> None:
        self.page = page
        self.language = language
        self.troubles: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.troubles.append(f"{page.url}: {error}"))
        page.on("response", self._check)
        page.on("requestfailed", self._note_failure)

    # Words ---------------------------------------------------------------------------------------------

    def t(self, text: str, **facts: Any) -> str:
        """Return a text of the back office in the language of this person."""
        with override(self.language):
            translated = gettext(text)
        return translated % facts if facts else translated

    def tn(self, one: str, many: str, count: int, **facts: Any) -> str:
        """Return a text that counts, in the language of this person."""
        with override(self.language):
            return ngettext(one, many, count) % {"count": count, **facts}

    # Ways ----------------------------------------------------------------------------------------------

    def log_in(self) -> None:
        """Log in and choose the language in the menu, as one does once on a new machine."""
        self.page.goto("/")
        self.page.locator("#id_username").fill(USERNAME)
        self.page.locator("#id_password").fill(PASSWORD)
        self.page.locator("#login-form button[type=submit]").click()
        self.choose_language()

    def reload(self) -> None:
        """Show the page anew, also where it renews itself at this very moment."""
        try:
            self.page.reload()
        except Error:
            self.page.goto(self.page.url)

    def choose_language(self) -> None:
        self.page.get_by_role("button", name="Sanne").click()
        self.page.locator(f"form:has(input[name=language][value={self.language}]) button").click()
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)

    def go(self, title: str) -> None:
        """Follow an entry of the navigation."""
        self.page.locator("#nav-sidebar-apps a").filter(has_text=exactly(self.t(title))).click()

    def open_task(self, title: str) -> None:
        """Follow the card of the front page that says so."""
        cards = self.page.locator("section[aria-labelledby=needs-a-person] a")
        cards.filter(has=self.page.get_by_text(self.t(title), exact=True)).click()

    # What one clicks -----------------------------------------------------------------------------------

    def press(self, name: str, **facts: Any) -> None:
        """Press a button by what it says."""
        self._go_by(self.button(name, **facts))

    def press_counted(self, one: str, many: str, count: int, **facts: Any) -> None:
        """Press a button that says how many."""
        self._go_by(self.page.get_by_role("button", name=self.tn(one, many, count, **facts), exact=True))

    def step(self, name: str) -> None:
        """Press the button of a page with several steps that leads to this one."""
        self._go_by(self.page.locator(f"button[name=step][value={name}]"))

    def button(self, name: str, **facts: Any) -> Locator:
        return self.page.get_by_role("button", name=self.t(name, **facts), exact=True)

    def follow(self, name: str, **facts: Any) -> None:
        """Follow a link by what it says."""
        self.page.get_by_role("link", name=self.t(name, **facts), exact=True).click()

    def add(self) -> None:
        """Press the plus sign at the top of a list."""
        self.page.locator("a.addlink").click()

    def fill(self, **fields: str) -> None:
        """Type in the fields of a form, by their names."""
        for name, text in fields.items():
            self.page.locator(f"[name={name}]").fill(text)

    def save(self) -> None:
        self._go_by(self.page.locator("button[name=_save]"))

    def open_action(self, name: str) -> None:
        """Follow what one can do at the top of a page."""
        self.page.locator("#header-inner a").filter(has_text=exactly(self.t(name))).click()

    def open_dialog(self, name: str) -> None:
        """Follow a switch at the top of a page, which asks once more."""
        self.open_action(name)
        expect(self.page.locator("#dialog")).to_be_visible()

    def answer(self, name: str) -> None:
        """Press the button of an open dialog."""
        self._go_by(self.page.locator("#dialog button[type=submit]").filter(has_text=self.t(name)))

    def search(self, text: str) -> None:
        """Search the list that is on the screen."""
        self.page.locator("#searchbar").fill(text)
        self.page.locator("#searchbar").press("Enter")
        self.page.wait_for_url(re.compile(r"[?&]q="))

    def choose_filter(self, name: str) -> None:
        """Open the filters of a list and follow one of them."""
        self.button("Filters").click()
        self.page.locator("#changelist-filter").get_by_role("link", name=self.t(name), exact=True).click()

    def tick_all(self) -> None:
        """Tick every row of the list that is on the screen."""
        self.page.locator("#action-toggle").check()

    def tick_all_pages(self) -> None:
        """Tick every row that was found, on the other pages too."""
        self.tick_all()
        self.page.locator("#changelist-actions .question a").click()

    def rows(self) -> Locator:
        """The rows of the list that is on the screen."""
        return self.page.locator("tr.data-row")

    def tick(self, *rows: str) -> None:
        """Tick the rows of a list that say these texts."""
        for text in rows:
            row = self.page.locator("tr.data-row").filter(has_text=text)
            row.locator("input.action-select").check()

    def run(self, action: str) -> None:
        """Run an action on the rows that are ticked."""
        self.page.locator("select[name=action]").select_option(label=self.t(action))
        self._go_by(self.page.locator("#changelist-actions button[name=index]"))

    def _go_by(self, button: Locator) -> None:
        """Press what leads to another page, and wait for that page: by then what was asked for is done."""
        with self.page.expect_navigation(wait_until="commit"):
            button.click()

    # What one reads ------------------------------------------------------------------------------------

    def sees(self, text: str, **facts: Any) -> None:
        """The page says this somewhere."""
        expect(self.page.get_by_text(self.t(text, **facts)).first).to_be_visible()

    def reads(self, text: str) -> None:
        """The page says exactly these words, which are no text of the back office."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    # What goes wrong -----------------------------------------------------------------------------------

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.troubles.append(f"{self.page.url}: {message.text}")

    def _check(self, response: Response) -> None:
        if response.status >= 400:
            self.troubles.append(f"{self.page.url}: {response.status} for {response.url}")

    def _note_failure(self, request: Request) -> None:
        if request.failure != GIVEN_UP:
            self.troubles.append(f"{self.page.url}: {request.failure} for {request.url}")


def exactly(text: str) -> re.Pattern[str]:
    """Match what a link says, beside its icon and its count."""
    return re.compile(rf"(^|\s){re.escape(text)}\s*(\d+\+?)?\s*$")
