"""The cast of the tests about spreadsheets: a shop that needs no bol, and files to read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from connections.models import Connection
from offers.imports import importing
from offers.imports.importing import Line
from offers.imports.reading import open_sheet
from offers.resources import AssortmentResource

FILES = Path(__file__).parent / "files"
ASSORTMENTS = Path(__file__).resolve().parents[4] / "shared" / "data"
HEADER = "project,reference,ean,title,condition,price,stock,on_hold,fulfilment_method,delivery_code"
OIL = "Pantry,OIL-1,0041497153718,Olive Oil,NEW,12.50,5,no,FBR,1-2d"

Import = Callable[..., list[Line]]


@pytest.fixture
def shop(db: None) -> Connection:
    """A connection that talks to nobody."""
    return Connection.objects.create(name="Shop", client_id="id", client_secret="secret")


@pytest.fixture
def load(shop: Connection) -> Import:
    """Load a file, or rows below the usual header; returns what each row came to."""

    def run(
        *rows: str, file: bytes | None = None, project: str = "", save: bool = True, header: str = HEADER
    ) -> list[Line]:
        content = file if file is not None else csv_of(*rows, header=header)
        resource = AssortmentResource(Connection.objects.get(pk=shop.pk), project)
        with open_sheet(io.BytesIO(content)) as sheet:
            chunks = importing.chunks(sheet, resource)
            parts = [
                importing.load(resource, chunk, None) if save else importing.compare(resource, chunk)
                for chunk in chunks
            ]
        return [line for part in parts for line in part.lines]

    return run


def csv_of(*rows: str, header: str = HEADER) -> bytes:
    """Return a CSV file of these rows."""
    return "\n".join([header, *rows]).encode()


def row(**cells: str) -> str:
    """Return the row of the olive oil with other cells."""
    oil = dict(zip(HEADER.split(","), OIL.split(","), strict=True))
    line = io.StringIO()
    csv.writer(line).writerow({**oil, **cells}.values())
    return line.getvalue().strip()


def outcomes(lines: Sequence[Line]) -> list[str]:
    return [line.outcome.value for line in lines]


def assortment(name: str) -> bytes:
    """Return one of the real assortments that lie beside the repository, or skip where they do not."""
    path = ASSORTMENTS / name
    if not path.exists():
        pytest.skip(f"{name} is not there: real assortments are looked for in ../shared/data")
    return path.read_bytes()


def messy(source: str) -> tuple[bytes, list[dict[str, Any]]]:
    """Return a file of rows with mistakes, of our own or a real assortment, and what each row should come to."""
    if source == "ours":
        return (FILES / "messy.csv").read_bytes(), json.loads((FILES / "messy.expected.json").read_text())
    return assortment("assortment-messy.csv"), json.loads(assortment("assortment-messy.expected.json"))
