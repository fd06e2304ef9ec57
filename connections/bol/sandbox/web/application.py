"""The WSGI application: a request on its way through faults, authorization, limits and negotiation to its view."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from connections.bol.sandbox.selling.timeline import catch_up
from connections.bol.sandbox.state import State
from connections.bol.sandbox.web.answers import V10, V10_PDF, V11, Answer, Problem
from connections.bol.sandbox.web.authorization import authorize, client_of
from connections.bol.sandbox.web.calls import Call
from connections.bol.sandbox.web.faults import Fault, Faults
from connections.bol.sandbox.web.negotiation import Match, Router
from connections.bol.sandbox.web.rate_limits import RateLimits
from connections.bol.sandbox.web.spelling import spell_as_before
from connections.bol.sandbox.web.statistics import Statistics
from connections.bol.sandbox.web.strikes import strike

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

TOKEN = "/token"  # noqa: S105 - a path
DROPPED = 0
LARGEST_BODY = 5_000_000


class Application:
    """Answers requests from the state; safe for threads."""

    def __init__(self, state: State, router: Router, limits: RateLimits, latency: timedelta) -> None:
        self.state = state
        self.router = router
        self.limits = limits
        self.latency = latency
        self.faults = Faults()
        self.statistics = Statistics()
        self.closing = threading.Event()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = LARGEST_BODY
        return self._respond(request)(environ, start_response)

    def _respond(self, request: Request) -> Response:
        match = self.router.find_open(request)
        if match and request.path != TOKEN:
            return self._answer(request, match)
        self.closing.wait(self.latency.total_seconds())
        with self.state.lock:
            client_id = client_of(request, self.state.tokens)
            fault = self.faults.take(request.method, request.path, client_id)
        return self._counted(request, match or self._locate(request), client_id, fault)

    def _locate(self, request: Request) -> Match | Problem:
        try:
            return self.router.find(request)
        except Problem as problem:
            return problem

    def _counted(
        self, request: Request, match: Match | Problem, client_id: str | None, fault: Fault | None
    ) -> Response:
        status = DROPPED
        try:
            response = self._answer_despite(fault, request, match)
            status = response.status_code
        finally:
            self._count(request, match, client_id, status)
        return response

    def _count(self, request: Request, match: Match | Problem, client_id: str | None, status: int) -> None:
        pattern = match.pattern if isinstance(match, Match) else self.router.pattern_of(request)
        with self.state.lock:
            at = self.state.now.isoformat()
            self.statistics.count(at, client_id, request.method, request.path, pattern, status)

    def _answer_despite(self, fault: Fault | None, request: Request, match: Match | Problem) -> Response:
        if fault is None:
            return self._answer(request, match)
        return strike(fault, lambda: self._answer(request, match), self.closing.wait)

    def _answer(self, request: Request, match: Match | Problem) -> Response:
        call = Call(self.state, request)
        limits: dict[str, str] = {}
        with self.state.lock:
            catch_up(self.state)
            try:
                limits = self._admit(call, match)
                answer = _view(call, match)
            except Problem as problem:
                answer = Answer(problem.status, problem.body(request.base_url), headers=problem.headers)
            except HTTPException as error:
                answer = Answer(error.code or 400, {"title": error.name, "status": error.code or 400})
        return _write(request, answer, limits)

    def _admit(self, call: Call, match: Match | Problem) -> dict[str, str]:
        """Check who asks and what is left of the budget; the token endpoint, control and shop are free."""
        if isinstance(match, Match) and match.is_open:
            return {}
        call.retailer = authorize(call.request, self.state.tokens, self.state.retailers)
        return self.limits.spend(call.account, call.request.method, call.request.path)


def _view(call: Call, match: Match | Problem) -> Answer:
    if isinstance(match, Problem):
        raise match
    call.arguments = match.arguments
    answer = match.endpoint.view(call)
    answer.media_type = answer.media_type or match.endpoint.produces
    if answer.media_type == V10 and call.state.options.assumptions.answers_use_older_spellings:
        answer.body = spell_as_before(answer.body)
    return answer


def _write(request: Request, answer: Answer, limits: dict[str, str]) -> Response:
    media_type = answer.media_type or (V11 if V11 in request.headers.get("Accept", "") else V10)
    content_type = media_type if media_type == V10_PDF else f"{media_type};charset=UTF-8"
    response = Response(answer.content(), answer.status, content_type=content_type)
    response.headers.update({"X-Request-ID": secrets.token_hex(16)} | limits | answer.headers)
    if answer.status == 204:
        del response.headers["Content-Type"]
    return response
