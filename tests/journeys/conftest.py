"""A shop, a web server and a browser for the journeys of a work day; without Chromium they say so and are skipped."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache

import pytest
from django.db import connections
from django.test import override_settings
from django.test.testcases import LiveServerThread
from environ import Env
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from connections import clients, confirming, relaying, throttling, tokens
from connections.bol.sandbox import Sandbox, serve
from tests.journeys.person import Person
from tests.journeys.shop import Shop
from tests.processes import fresh_database

LANGUAGES = ["en", "nl"]
DESK = {"width": 1440, "height": 900}
# In milliseconds, for a machine that has other things to do.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="package")
def chromium_program() -> str:
    """Where the operating system has a browser."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("there is no Chromium here: apt-get install chromium")


@pytest.fixture(scope="package")
def database(
    chromium_program: str, django_db_blocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """A database of their own for the threads that begin while the journeys last, on the kind that all tests run on.

    It keeps what is in it from one journey to the next, which the database of the other tests does not.
    """
    usual = connections.settings["default"]
    with django_db_blocker.unblock(), fresh_database(tmp_path_factory.mktemp("database")) as url:
        connections.settings["default"] = {**usual, "NAME": Env.db_url_config(url)["NAME"]}
        yield
        connections.settings["default"] = usual


@pytest.fixture(scope="package")
def chromium(chromium_program: str, database: None) -> Iterator[Browser]:
    """The browser. While it is open Django forbids the database in this thread, for Playwright runs an event loop here."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def shop(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The demo shop, filled once for all journeys: each takes offers and orders that no other has had."""
    folder = tmp_path_factory.mktemp("shop")
    settings = override_settings(MEDIA_ROOT=folder, BOL_SETTLE_TIME=timedelta(0), ALLOWED_HOSTS=["localhost"])
    bol = Sandbox(seed=1, limits="off")
    with settings, pytest.MonkeyPatch.context() as patch, serve(bol) as server:
        patch.setattr(throttling, "PACE", 1000)  # these journeys are not about waiting
        patch.setattr(relaying, "LINGER", timedelta(0))
        patch.setattr(confirming, "PAUSE_SECONDS", 0)
        opened = Shop(bol, server.url, folder)
        opened.fill()
        with web_server() as opened.url:
            yield opened
        opened.close()
    tokens._in_memory.clear()
    clients._session.cache_clear()


@contextmanager
def web_server() -> Iterator[str]:
    """Serve the back office as it is served in real life, where WhiteNoise lets a browser keep the static files."""
    server = LiveServerThread("localhost", static_handler=lambda application: application)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield f"http://{server.host}:{server.port}"
    server.terminate()


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """Each of the languages that people can choose."""
    return str(request.param)


@pytest.fixture(scope="package")
def desks(shop: Shop, chromium: Browser) -> Iterator[Callable[[str], BrowserContext]]:
    """A browser for each language, in which somebody logged in and chose it; it stays open from one journey to the next."""

    @cache
    def at_desk(language: str) -> BrowserContext:
        context = open_browser(chromium, shop)
        Person(context.new_page(), language).log_in()
        return context

    yield at_desk
    at_desk.cache_clear()


@pytest.fixture
def visit(shop: Shop, chromium: Browser) -> Iterator[Callable[..., Person]]:
    """Let somebody sit down at a browser of their own; afterwards nothing may have gone wrong in it."""
    visitors: list[Person] = []

    def sit_down(language: str = "en", **options) -> Person:
        visitors.append(Person(open_browser(chromium, shop, **options).new_page(), language))
        return visitors[-1]

    yield sit_down
    for visitor in visitors:
        visitor.page.context.close()
    assert [trouble for visitor in visitors for trouble in visitor.troubles] == []


@pytest.fixture
def person(desks: Callable[[str], BrowserContext], language: str) -> Iterator[Person]:
    """Somebody who begins at the front page in a language; afterwards nothing may have gone wrong in the browser."""
    somebody = Person(desks(language).new_page(), language)
    somebody.page.goto("/admin/")
    yield somebody
    somebody.page.close()
    assert somebody.troubles == []


def open_browser(chromium: Browser, shop: Shop, **options) -> BrowserContext:
    context = chromium.new_context(base_url=shop.url, locale="en-GB", **{"viewport": DESK} | options)
    context.set_default_timeout(PATIENCE)
    return context
