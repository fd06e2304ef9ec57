"""A local bol.com and a seller who speaks plain HTTP with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import pytest

from connections.bol.sandbox import Sandbox, serve

from .seller import Seller


@pytest.fixture
def start() -> Iterator[Callable[..., tuple[Sandbox, str]]]:
    """Start a sandbox with options of one's own; answers it and its address."""
    with ExitStack() as stack:

        def run(**options: Any) -> tuple[Sandbox, str]:
            bol = Sandbox(**{"seed": 1, "limits": "off", **options})
            return bol, stack.enter_context(serve(bol)).url

        yield run


@pytest.fixture
def bol(start: Callable[..., tuple[Sandbox, str]]) -> Sandbox:
    """A sandbox without limits or delays, and with the address at `bol.url`."""
    bol, url = start()
    bol.url = url  # type: ignore[attr-defined]
    return bol


@pytest.fixture
def seller_at() -> Iterator[Callable[..., Seller]]:
    """Make sellers that are logged in at an address."""
    with ExitStack() as stack:
        yield lambda url, client_id="shop-a": stack.enter_context(_logged_in(url, client_id))


@contextmanager
def _logged_in(url: str, client_id: str) -> Iterator[Seller]:
    seller = Seller(url, client_id)
    seller.log_in()
    with seller.session:
        yield seller


@pytest.fixture
def seller(bol: Sandbox, seller_at: Callable[..., Seller]) -> Seller:
    """The one seller of most tests."""
    return seller_at(bol.url)  # type: ignore[attr-defined]


@pytest.fixture
def offer_id(seller: Seller) -> str:
    """An offer with a stock of 10 at 12.50."""
    return seller.create_offer()


@pytest.fixture
def order(bol: Sandbox, seller: Seller, offer_id: str) -> dict[str, Any]:
    """A customer's order of three of that offer."""
    bol.place_orders(items=[{"offerId": offer_id, "quantity": 3}])
    return bol.orders()[0]


@pytest.fixture
def hour() -> timedelta:
    return timedelta(hours=1)
