"""Finds the view for a request: by path, and by the media type that names the version.

No or another `Accept` is 406, another `Content-Type` on a body is 415. Retailer API, conventions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, RequestRedirect, Rule
from werkzeug.wrappers import Request

from connections.bol.sandbox.web.answers import (
    DELIVERY_PROMISE_V1,
    ECONOMIC_OPERATOR_V1,
    V10,
    V10_CSV,
    V10_PDF,
    V11,
    Problem,
    not_found,
)
from connections.bol.sandbox.web.calls import Endpoint

BODY_METHODS = ("POST", "PUT", "PATCH")
VERSION_OF = {
    V10: V10,
    V10_CSV: V10,
    V10_PDF: V10,
    V11: V11,
    ECONOMIC_OPERATOR_V1: ECONOMIC_OPERATOR_V1,
    DELIVERY_PROMISE_V1: DELIVERY_PROMISE_V1,
}


@dataclass(frozen=True)
class Match:
    """Where a request goes: the view, what the path says, and the pattern of the path."""

    endpoint: Endpoint
    arguments: dict[str, str]
    pattern: str
    is_open: bool = False


def _table(routes: list[Rule]) -> Map:
    # A rule belongs to one table for good: another sandbox in this process needs rules of its own.
    return Map([rule.empty() for rule in routes], merge_slashes=False)


class Router:
    """The route tables: those that everyone may ask for, and one per version of the API."""

    def __init__(self, open_routes: list[Rule], versions: dict[str, list[Rule]]) -> None:
        self._open = _table(open_routes)
        self._versions = {media: _table(routes) for media, routes in versions.items()}

    def find_open(self, request: Request) -> Match | None:
        """The view of the token endpoint, the control endpoints and the shop, or None."""
        try:
            return replace(_match(self._open, request), is_open=True)
        except (NotFound, Problem):
            return None

    def find(self, request: Request) -> Match:
        """The view of the API; raises Problem 404, 405, 406 or 415."""
        accepted = _accepted(request)
        found = self._find_in_versions(request)
        if not found:
            raise not_found()
        match = found.get(VERSION_OF.get(accepted, ""))
        if match is None:
            raise _not_acceptable()
        if isinstance(match, Problem):
            raise match
        _check_media_types(request, match.endpoint, accepted)
        return match

    def pattern_of(self, request: Request) -> str:
        """The path with its variable parts named; the path itself when nothing lives there."""
        found = self._find_in_versions(request).values()
        return next((match.pattern for match in found if isinstance(match, Match)), request.path)

    def _find_in_versions(self, request: Request) -> dict[str, Match | Problem]:
        found: dict[str, Match | Problem] = {}
        for version, table in self._versions.items():
            try:
                found[version] = _match(table, request)
            except NotFound:
                continue
            except Problem as problem:
                found[version] = problem
        return found


def _match(table: Map, request: Request) -> Match:
    adapter = table.bind("bol", path_info=request.path, default_method=request.method)
    try:
        rule, arguments = adapter.match(return_rule=True)
    except MethodNotAllowed:
        raise Problem(405, "Method Not Allowed", "Method Not Allowed") from None
    except RequestRedirect:
        raise NotFound from None
    return Match(rule.endpoint, dict(arguments), _pattern(rule.rule))


def _pattern(path: str) -> str:
    return path.replace("<", "{").replace(">", "}").replace("_", "-") if "<" in path else path


def _accepted(request: Request) -> str:
    """The first media type of `Accept` that bol knows."""
    wanted = [part.split(";")[0].strip() for part in request.headers.get("Accept", "").split(",")]
    return next((media for media in wanted if media in VERSION_OF), "")


def _check_media_types(request: Request, endpoint: Endpoint, accepted: str) -> None:
    if accepted != endpoint.produces:
        raise _not_acceptable()
    readable = (VERSION_OF[accepted], *endpoint.consumes)
    has_body = request.content_length or request.mimetype
    if request.method in BODY_METHODS and has_body and request.mimetype not in readable:
        raise Problem(415, "Unsupported Media Type", "The supplied content-type media type is not supported.")


def _not_acceptable() -> Problem:
    return Problem(406, "Not Acceptable", "The supplied accept media type is not supported.")
