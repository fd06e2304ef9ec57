"""The table of faults is whole: every fault has its row, and every test that a row names exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FAULTS = [f"F{number:02}" for number in range(1, 70)] + [f"D{number}" for number in range(1, 17)]
ROW = re.compile(r"^\| ([FD]\d+) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)


def rows() -> list[tuple[str, list[str]]]:
    """Return the name of each row, and the tests that it names."""
    text = (ROOT / "docs" / "faults.md").read_text()
    return [(name, re.findall(r"`([^`]+)`", shown)) for name, _wrong, _done, shown in ROW.findall(text)]


@cache
def functions_of(path: str) -> frozenset[str]:
    """Return the names of the tests in a file, without running it."""
    parsed = ast.parse((ROOT / path).read_text())
    return frozenset(
        node.name
        for node in parsed.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


def test_every_fault_has_its_row() -> None:
    assert sorted(name for name, _tests in rows()) == sorted(FAULTS)


@pytest.mark.parametrize(("name", "tests"), rows(), ids=[name for name, _tests in rows()])
def test_every_test_of_a_row_exists(name: str, tests: list[str]) -> None:
    assert tests, f"{name} names no test"
    for test in tests:
        path, _colons, function = test.partition("::")
        assert (ROOT / path).is_file(), f"{name}: there is no {path}"
        assert function in functions_of(path), f"{name}: {path} has no {function}"
