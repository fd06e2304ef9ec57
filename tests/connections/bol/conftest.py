"""What the tests of the client share: an address that answers what a test says, and a client that speaks to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import responses

from connections import bol
from tests.connections.bol.answering import Bol


@pytest.fixture
def remote() -> Iterator[Bol]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Bol(mock)


@pytest.fixture
def client(remote: Bol) -> Iterator[bol.Client]:
    with bol.Client(bol.FixedToken("a-token")) as client:
        yield client
