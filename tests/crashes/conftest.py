"""A bol and a shop whose day can be begun again from any step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connections.bol.sandbox import Sandbox, serve
from tests.conftest import RunningSandbox
from tests.crashes.lives import Nursery, nursery


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    """A local bol.com whose tokens outlive the test: who begins again from an earlier step has an old one."""
    bol = Sandbox(seed=1, limits="off", token_lifetime=timedelta(days=1))
    with serve(bol) as server:
        yield RunningSandbox(bol, server.url)


@pytest.fixture
def lives(sandbox: RunningSandbox, tmp_path: Path) -> Iterator[Nursery]:
    """Where processes are forked."""
    with nursery(sandbox.url, tmp_path) as found:
        yield found
