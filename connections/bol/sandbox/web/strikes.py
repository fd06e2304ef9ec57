"""What a fault does to a request: nothing comes back, or too late, or something that cannot be read."""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.wrappers import Response

from connections.bol.sandbox.web.answers import HTML, V10, dumps
from connections.bol.sandbox.web.faults import Fault

TIMEOUT_SECONDS = 60.0
MAINTENANCE = "<html><head><title>503</title></head><body><h1>Service Unavailable</h1></body></html>"
HALF = b'{"processStatusId":"0193'

Pause = Callable[[float], object]


class Dropped(ConnectionError):
    """The connection ends here, without an answer."""


def strike(fault: Fault, answer: Callable[[], Response], pause: Pause) -> Response:
    """Spoil a request: before its effect `answer` is never called, after it its answer is lost.

    Raises Dropped when the connection has to end without an answer.
    """
    if fault.kind == "slow":
        pause(fault.delay_s or 1.0)
        return answer()
    response = answer() if fault.when == "after" else None
    return STRIKES[fault.kind](fault, response, pause)


def _reset(fault: Fault, response: Response | None, pause: Pause) -> Response:
    pause(fault.delay_s or 0.0)
    raise Dropped("A fault drops this connection.")


def _timeout(fault: Fault, response: Response | None, pause: Pause) -> Response:
    pause(TIMEOUT_SECONDS if fault.delay_s is None else fault.delay_s)
    raise Dropped("A fault never answers this request.")


def _status(fault: Fault, response: Response | None, pause: Pause) -> Response:
    problem = {"title": "Injected fault", "status": fault.status, "detail": "This answer was asked for."}
    body = problem if fault.body is None else fault.body
    is_text = isinstance(body, str)
    struck = Response(body if is_text else dumps(body), fault.status, content_type=HTML if is_text else V10)
    struck.headers.update(fault.headers)
    if fault.retry_after is not None:
        struck.headers["Retry-After"] = str(fault.retry_after)
    return struck


def _html(fault: Fault, response: Response | None, pause: Pause) -> Response:
    return Response(fault.body or MAINTENANCE, fault.status, headers=fault.headers, content_type=HTML)


def _truncate(fault: Fault, response: Response | None, pause: Pause) -> Response:
    """Promise the entire body, send half of it, and hang up."""
    whole = response or Response(HALF * 2, 200, content_type=V10)
    body = whole.get_data()
    struck = Response(body[: len(body) // 2], whole.status_code, content_type=whole.content_type)
    struck.headers["Content-Length"] = str(len(body))
    struck.headers["Connection"] = "close"
    return struck


STRIKES: dict[str, Callable[[Fault, Response | None, Pause], Response]] = {
    "reset": _reset,
    "timeout": _timeout,
    "status": _status,
    "html": _html,
    "truncate": _truncate,
}
