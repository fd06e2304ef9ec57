"""Checks a request body field by field and collects everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from connections.bol.sandbox.web.answers import Violation, violation
from connections.bol.sandbox.web.calls import invalid, wrong_value

EMPTY = "The supplied value is empty, but is required."
UNKNOWN = "The supplied field is not known."
MISSING = object()


class Body:
    """A JSON object under inspection; `name` is its place in the whole, such as ``pricing.``."""

    def __init__(
        self, values: dict[str, Any], violations: list[Violation] | None = None, name: str = ""
    ) -> None:
        self.values = values
        self.violations = [] if violations is None else violations
        self.name = name

    def refuse(self, key: str, reason: str) -> None:
        """Note that something is wrong with a field."""
        self.violations.append(violation(self.name + key, reason))

    def has(self, key: str) -> bool:
        return key in self.values

    def require(self, *keys: str) -> None:
        """These fields have to be there."""
        for key in keys:
            if self.values.get(key) in (None, ""):
                self.refuse(key, EMPTY)

    def only(self, *keys: str) -> None:
        """No other fields may be there."""
        for key in self.values.keys() - set(keys):
            self.refuse(key, UNKNOWN)

    def text(self, key: str, longest: int | None = None, shortest: int = 0) -> None:
        """A string of a length."""
        value = self.values.get(key, MISSING)
        if value is MISSING:
            return
        if not isinstance(value, str):
            self.refuse(key, wrong_value(value))
            return
        if len(value) < shortest or (longest is not None and len(value) > longest):
            self.refuse(key, f"The length of the supplied value must be between {shortest} and {longest}.")

    def one_of(self, key: str, allowed: tuple[str, ...]) -> None:
        """A string out of a list."""
        value = self.values.get(key, MISSING)
        if value is not MISSING and value not in allowed:
            self.refuse(key, wrong_value(value, allowed))

    def flag(self, key: str) -> None:
        """True or false."""
        value = self.values.get(key, MISSING)
        if value is not MISSING and not isinstance(value, bool):
            self.refuse(key, wrong_value(value))

    def whole(self, key: str, lowest: int, highest: int) -> None:
        """A whole number within bounds."""
        value = self.values.get(key, MISSING)
        if value is MISSING:
            return
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            self.refuse(key, wrong_value(value))

    def matches(self, key: str, pattern: re.Pattern[str]) -> None:
        """A string of a certain form."""
        value = self.values.get(key, MISSING)
        if value is not MISSING and not (isinstance(value, str) and pattern.fullmatch(value)):
            self.refuse(key, wrong_value(value))

    def inside(self, key: str) -> Body | None:
        """The object in a field, None when there is none to inspect."""
        value = self.values.get(key, MISSING)
        if value is MISSING:
            return None
        if not isinstance(value, dict):
            self.refuse(key, wrong_value(value))
            return None
        return Body(value, self.violations, f"{self.name}{key}.")

    def each(self, key: str, fewest: int, most: int) -> list[Body]:
        """The objects in a list of a certain length."""
        values = self.values.get(key, MISSING)
        if values is MISSING:
            return []
        if not isinstance(values, list) or not fewest <= len(values) <= most:
            self.refuse(key, f"The number of supplied values must be between {fewest} and {most}.")
            return []
        return list(self._objects(key, values))

    def _objects(self, key: str, values: list[Any]) -> Iterator[Body]:
        for position, value in enumerate(values):
            if isinstance(value, dict):
                yield Body(value, self.violations, f"{self.name}{key}[{position}].")
            else:
                self.refuse(f"{key}[{position}]", wrong_value(value))


@contextmanager
def inspecting(values: dict[str, Any], problem_type: str | None = None) -> Iterator[Body]:
    """Inspect a body; at the end raises Problem 400 with everything that was refused."""
    body = Body(values)
    yield body
    if body.violations:
        raise invalid(body.violations, problem_type) if problem_type else invalid(body.violations)


def is_number(value: object) -> bool:
    """A JSON number, which true and false are not."""
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)
