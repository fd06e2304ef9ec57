"""Answers and problems, and how they are written down."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal

V10 = "application/vnd.retailer.v10+json"
V11 = "application/vnd.retailer.v11+json"
ECONOMIC_OPERATOR_V1 = "application/vnd.economic-operator.v1+json"
DELIVERY_PROMISE_V1 = "application/vnd.delivery-promise.v1+json"
V10_CSV = "application/vnd.retailer.v10+csv"
V10_PDF = "application/vnd.retailer.v10+pdf"
JSON = "application/json"
HTML = "text/html"

PROBLEMS = "https://api.bol.com/problems"

_NUMBER = "\ue000"
_MARKED_NUMBER = re.compile(rf'"{_NUMBER}([^"]+)"')

Violation = dict[str, str]


@dataclass
class Answer:
    """What goes back: `body` is JSON data, or text or bytes for media types that are not JSON."""

    status: int = 200
    body: object = None
    media_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        """The bytes of the body; a 204 has none."""
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else dumps(self.body)).encode()


class Problem(Exception):
    """A refusal in bol's own form. Retailer API v10, Problem."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str = "",
        *,
        violations: list[Violation] | None = None,
        problem_type: str | None = PROBLEMS,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail or title)
        self.status = status
        self.headers = headers or {}
        self._type = problem_type
        self._words = {"title": title, "status": status, "detail": detail or title}
        self._violations = {} if violations is None else {"violations": violations}

    def body(self, instance: str) -> dict[str, object]:
        """The problem as told to a request for `instance`; one without a type says the least."""
        if self._type is None:
            return {**self._words}
        place = {"host": "Instance-001", "instance": instance} if self._type == PROBLEMS else {}
        return {"type": self._type, **self._words, **place, **self._violations}


def violation(name: str, reason: str) -> Violation:
    """One thing that is wrong with a request."""
    return {"name": name, "reason": reason}


def not_found(detail: str = "Not Found") -> Problem:
    """What is asked for does not exist, or is somebody else's."""
    return Problem(404, "Not Found", detail)


def dumps(data: object) -> str:
    """JSON with decimals written as they are, and whole ones as integers; never through a float."""
    marked = json.dumps(data, default=_mark, ensure_ascii=False, separators=(",", ":"))
    return _MARKED_NUMBER.sub(r"\1", marked)


def _mark(value: object) -> str:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is not JSON.")
    return f"{_NUMBER}{int(value) if value == int(value) else value}"


def loads(text: bytes) -> object:
    """JSON with decimals as Decimal; raises ValueError for anything else, NaN included."""
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON.")
