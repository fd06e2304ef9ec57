"""What a spreadsheet changes is what bol ends with, and what it does not change is not sent."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from connections.models import Connection
from offers.imports import importing
from offers.imports.reading import open_sheet
from offers.resources import AssortmentResource
from tests.conftest import RunningSandbox
from tests.offers.conftest import updates, writes
from tests.offers.imports.conftest import OIL, csv_of, row

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def publish(connection: Connection, relay: Callable[[Connection], None]) -> Callable[..., None]:
    """Load rows and let everything reach bol."""

    def run(*rows: str) -> None:
        resource = AssortmentResource(connection)
        with open_sheet(io.BytesIO(csv_of(*rows))) as sheet:
            for chunk in importing.chunks(sheet, resource):
                importing.load(resource, chunk, None)
        relay(connection)

    return run


def test_the_same_file_again_is_no_request(sandbox: RunningSandbox, publish: Callable[..., None]) -> None:
    two = [OIL, row(reference="OIL-2", ean="8710000000017")]
    publish(*two)
    assert writes(sandbox) == ["POST", "POST"]

    publish(*two)

    assert writes(sandbox) == ["POST", "POST"]


def test_one_price_in_a_file_is_one_request_with_that_price(
    sandbox: RunningSandbox, publish: Callable[..., None]
) -> None:
    two = [OIL, row(reference="OIL-2", ean="8710000000017")]
    publish(*two)

    publish(row(price="13,95"), two[1])

    assert writes(sandbox) == ["POST", "POST", "PATCH"]
    (changed,) = updates(sandbox)
    assert list(changed) == ["pricing"]
    assert "13.95" in str(changed["pricing"])
