"""Everything that can go wrong between us and bol, as a tree whose branches say what to do next.

BolError
├── NotSent                 bol never got the request: send it again
├── OutcomeUnknown          bol may have done it: read before repeating a once-only command
│   ├── Interrupted         no complete answer: read timeout, reset, deadline
│   └── Unreadable          an answer that says nothing: HTML, broken JSON, a redirect
├── TokenExpired            a token that cannot renew itself was refused: nothing happened
├── LoginError              no token could be had: nothing was sent
│   ├── InvalidCredentials  wrong client id or secret: a person must enter new ones
│   ├── LoginUnavailable    the login did not work now: try later
│   └── AddressBlocked      the login answers 404 to our address: wait, and ask less often
└── ApiError                bol answered with a problem (status, problem, retry_after, request_id)
    ├── Invalid             400, 422: the request must change
    ├── Unauthorized        401, also with a new token: new credentials
    ├── Forbidden           403: the account or its rights
    ├── NotFound            404
    ├── Unsupported         406, 410, 415: this version of the API is not spoken here
    ├── Conflict            409: it exists already, or changed meanwhile
    ├── RateLimited         429: wait, nothing happened
    └── Unavailable         5xx
"""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus

from connections.bol.problems import Problem

_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.ASCII | re.IGNORECASE)


class BolError(Exception):
    """Something went wrong between us and bol; its text is fit to show to a person."""


class NotSent(BolError):
    """The request did not leave: unknown host, refused, no TLS, no connection in time."""


class OutcomeUnknown(BolError):
    """bol may or may not have done what was asked."""


class Interrupted(OutcomeUnknown):
    """The request left, and no complete answer came back."""


class Unreadable(OutcomeUnknown):
    """The answer came and cannot be understood, so it proves nothing."""


class TokenExpired(BolError):
    """bol refused a token that its holder cannot renew; bol did nothing, the same request may be sent again."""


class LoginError(BolError):
    """bol's login gave no token, so no request was sent."""


class InvalidCredentials(LoginError):
    """bol does not know this client id with this secret."""


class LoginUnavailable(LoginError):
    """The login failed, or its answer was no usable token."""


class AddressBlocked(LoginError):
    """The login hides itself from our address, as bol does after too many token requests."""


class ApiError(BolError):
    """bol refused a request; `str()` is bol's own words.

    `status` is the HTTP status, `problem` what the body said, `request_id` bol's `X-Request-ID` for its support,
    `retry_after` how long bol asked to wait (None where it did not say).
    """

    def __init__(
        self,
        status: int,
        problem: Problem | None = None,
        *,
        retry_after: timedelta | None = None,
        request_id: str = "",
    ) -> None:
        self.status = status
        self.problem = problem or Problem()
        self.retry_after = retry_after
        self.request_id = request_id
        super().__init__(f"{status} {self.problem or _phrase(status)}")


class Invalid(ApiError):
    """bol cannot accept this request as it is; `problem.violations` names the fields."""


class Unauthorized(ApiError):
    """bol refuses our token, also the one fetched anew for this request."""


class Forbidden(ApiError):
    """The account is not active or lacks a right; another token changes nothing."""


class NotFound(ApiError):
    """bol does not have this. A list without entries is never this error."""


class Unsupported(ApiError):
    """bol does not speak this media type (any more): the version of the API was retired."""


class Conflict(ApiError):
    """bol has something that contradicts this request, such as the same offer."""

    @property
    def is_duplicate_offer(self) -> bool:
        """Tell whether an offer with this EAN and condition exists. The problem's type decides, never its text."""
        return self.problem.type.endswith("/offer-exists")

    @property
    def existing_offer_id(self) -> str:
        """Give the id of the offer that exists already, or "" where bol did not name it: then look it up by EAN."""
        found = _UUID.search(self.problem.detail) if self.is_duplicate_offer else None
        return found.group().lower() if found else ""


class RateLimited(ApiError):
    """bol did nothing because we asked too often."""


class Unavailable(ApiError):
    """bol broke while it handled the request."""


_BY_STATUS: dict[int, type[ApiError]] = {
    400: Invalid,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    406: Unsupported,
    409: Conflict,
    410: Unsupported,
    415: Unsupported,
    422: Invalid,
    429: RateLimited,
}


def error_class(status: int) -> type[ApiError]:
    """Choose the error that an HTTP status of 400 or above stands for."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unavailable
    return _BY_STATUS.get(status, ApiError)


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown status"
