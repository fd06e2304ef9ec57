"""One request on its way to a view, and where a view says it lives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Request

from connections.bol.sandbox.entities import Retailer
from connections.bol.sandbox.state import State
from connections.bol.sandbox.web.answers import PROBLEMS, V10, Answer, Problem, loads, violation


@dataclass
class Call:
    """A request, with the state to answer it from; `retailer` is the account that asks."""

    state: State
    request: Request
    arguments: dict[str, str] = field(default_factory=dict)
    retailer: Retailer | None = None

    @property
    def account(self) -> str:
        """The client id of the account that asks."""
        if self.retailer is None:
            raise LookupError("This request belongs to no account.")
        return self.retailer.client_id

    def query(self, name: str) -> str | None:
        """A query parameter, None when it is not there."""
        return self.request.args.get(name)

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        """A query parameter out of a list."""
        value = self.request.args.get(name, default)
        if value not in allowed:
            raise wrong_parameter(name, value, allowed)
        return value

    def number(self, name: str, default: int, lowest: int = 1, highest: int = 10**6) -> int:
        """A whole number from the query."""
        text = self.request.args.get(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
            raise wrong_parameter(name, text)
        return int(text)

    def flag(self, name: str) -> bool | None:
        """A query parameter that is true or false, None when it is not there."""
        text = self.request.args.get(name)
        if text not in (None, "true", "false"):
            raise wrong_parameter(name, text or "", ("true", "false"))
        return None if text is None else text == "true"

    def json(self) -> dict[str, Any]:
        """The body, which has to be a JSON object."""
        try:
            body = loads(self.request.get_data())
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise invalid([violation("body", "The request body could not be read.")])
        return body


View = Callable[[Call], Answer]


@dataclass(frozen=True)
class Endpoint:
    """A view with the media type that it produces, and those it reads beside that of its version."""

    view: View
    produces: str = V10
    consumes: tuple[str, ...] = ()


def route(method: str, path: str, view: View, produces: str = V10, consumes: tuple[str, ...] = ()) -> Rule:
    """A line of a route table; `<order_id>` in a path becomes an argument.

    A body has the media type of the version, or one of `consumes`.
    """
    return Rule(path, methods=[method], endpoint=Endpoint(view, produces, consumes))


def invalid(violations: list[dict[str, str]], problem_type: str = PROBLEMS) -> Problem:
    """The body of a request breaks the contract."""
    title = "Error validating request body. Consult the bol.com API documentation for more information."
    return Problem(400, title, "Bad request", violations=violations, problem_type=problem_type)


def wrong_parameter(name: str, value: str, allowed: tuple[str, ...] = ()) -> Problem:
    """A query or path parameter breaks the contract."""
    title = "Error validating request. Consult the bol.com API documentation for more information."
    return Problem(400, title, "Bad request", violations=[violation(name, wrong_value(value, allowed))])


def wrong_value(value: object, allowed: tuple[str, ...] = ()) -> str:
    """bol's sentence about a value that it does not accept."""
    sentence = f"Request contains invalid value(s): '{value}'"
    return f"{sentence}, allowed values: {', '.join(allowed)}." if allowed else f"{sentence}."
